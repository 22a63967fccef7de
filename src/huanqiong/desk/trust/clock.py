"""The real time, for the log, accounts and logins. Ages and deadlines use the store's clock instead."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)
