"""The trust desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "huanqiong.desk.trust"
    label = "trust"
