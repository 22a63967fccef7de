"""What changed, in the order in which it was committed, for the one stream tail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from huanqiong.desk.trust.models import LogEntry, OutboxRow


def outbox_after(cursor: int, limit: int = 500) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """Outbox rows behind a place, oldest first: (place, topic, ids, at)."""
    q = OutboxRow.objects.filter(pos__gt=cursor).order_by("pos")[:limit]
    return list(q.values_list("pos", "topic", "payload", "at"))


def outbox_end() -> int:
    """The newest place; 0 when empty."""
    return OutboxRow.objects.aggregate(end=Max("pos"))["end"] or 0


def outbox_waiting() -> int:
    """How many acts' news wait for their entry's place."""
    return LogEntry.objects.filter(seq=None, news__isnull=False).count()
