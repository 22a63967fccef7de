"""Legal holds as plain rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from huanqiong.desk.trust.models import Hold


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold. `state`: proposed, standing, lifted or lapsed; `box`: west, south, east, north in degrees.

    `sealed`: of a record under a seal, and nothing of it stands here.
    """

    id: int
    subject: str
    since: datetime | None
    until: datetime | None
    box: tuple[float, float, float, float] | None
    reason: str
    cause: str
    set_by: str
    set_at: datetime
    provisional_until: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    lifted_by: str
    lifted_at: datetime | None
    lift_reason: str
    state: str
    sealed: bool = False

    @property
    def protects(self) -> bool:
        """Whether what it covers must stay."""
        return self.state in ("proposed", "standing")


def holds(*, protecting: bool = False, causes: Iterable[str] | None = None) -> list[HoldRow]:
    """All holds, oldest first; only those that protect; only those that these hits proposed."""
    q = Hold.objects.select_related("set_by", "confirmed_by", "lifted_by").order_by("id")
    if protecting:
        q = q.filter(lifted_at=None, lapsed_at=None)
    if causes is not None:
        q = q.filter(cause__in=list(causes))
    return [
        HoldRow(
            id=h.pk,
            subject=h.subject,
            since=h.since,
            until=h.until,
            box=None if h.west is None else (h.west, h.south, h.east, h.north),
            reason=h.reason,
            cause=h.cause,
            set_by=h.set_by.display_name if h.set_by else "",
            set_at=h.set_at,
            provisional_until=h.provisional_until,
            confirmed_by=h.confirmed_by.display_name if h.confirmed_by else "",
            confirmed_at=h.confirmed_at,
            lifted_by=h.lifted_by.display_name if h.lifted_by else "",
            lifted_at=h.lifted_at,
            lift_reason=h.lift_reason,
            state=_state(h),
        )
        for h in q
    ]


def proposed_causes() -> set[str]:
    """Which hits have proposed a hold already."""
    return set(Hold.objects.exclude(cause="").values_list("cause", flat=True))


def holds_mark() -> str:
    """Changes whenever a hold begins or ceases to protect."""
    ids = Hold.objects.filter(lifted_at=None, lapsed_at=None).order_by("id").values_list("id", flat=True)
    return hashlib.sha256(repr(list(ids)).encode()).hexdigest()


def _state(h: Hold) -> str:
    if h.lifted_at is not None:
        return "lifted"
    if h.lapsed_at is not None:
        return "lapsed"
    return "proposed" if h.provisional_until is not None and h.confirmed_at is None else "standing"
