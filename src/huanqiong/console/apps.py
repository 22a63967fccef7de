"""The console as an app: where a sign-in begins a session."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "huanqiong.console"

    def ready(self) -> None:
        """Connects the gate: whoever is logged in, by whatever way, gets a session with a row."""
        from django.contrib.auth.signals import user_logged_in

        from huanqiong.console.gate import begun

        user_logged_in.connect(begun, dispatch_uid="huanqiong.session")
