"""The registry desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "huanqiong.desk.registry"
    label = "registry"
