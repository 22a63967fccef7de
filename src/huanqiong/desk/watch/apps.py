"""The watch desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "huanqiong.desk.watch"
    label = "watch"
