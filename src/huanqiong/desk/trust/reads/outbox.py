"""What changed, in order, for the one stream tail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from huanqiong.desk.trust.models import OutboxRow


def outbox_after(cursor: int, limit: int = 500) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """Outbox rows after a cursor, oldest first: (id, topic, ids, at). For the one stream tail."""
    q = OutboxRow.objects.filter(id__gt=cursor).order_by("id")[:limit]
    return list(q.values_list("id", "topic", "payload", "at"))


def outbox_end() -> int:
    """The newest outbox id; 0 when empty."""
    return OutboxRow.objects.aggregate(end=Max("id"))["end"] or 0
