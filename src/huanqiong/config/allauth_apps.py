"""allauth's accounts as an app: its second factors stand on them; pages, e-mail, middleware stay out."""

from __future__ import annotations

from allauth.account.apps import AccountConfig


class AllauthAccounts(AccountConfig):
    """allauth's accounts, without the demand for the middleware of their pages: none is mounted."""

    default = False

    def ready(self) -> None:
        """Nothing: what the library does here checks for that middleware."""
