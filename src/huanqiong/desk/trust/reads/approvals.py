"""Requests for two-person acts, and who looked at a record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import Approval, LogEntry, Person


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request. `state`: waiting, granted, refused, used, withdrawn or expired."""

    id: int
    act: str
    subject: str
    scope: dict[str, Any]
    reason: str
    requester: str
    requester_name: str
    requested_at: datetime
    expires_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    decision_reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody opened a record, or tried to."""

    at: datetime
    actor: str
    actor_name: str
    purpose: str
    refused: bool


def approvals(*, requester: int | None = None, waiting: bool = False, limit: int = 200) -> list[ApprovalRow]:
    """Requests, newest first: one person's (None: everybody's), or only those that wait for a decision."""
    q = Approval.objects.select_related("requester", "decided_by").order_by("-id")
    if requester is not None:
        q = q.filter(requester_id=requester)
    if waiting:
        q = q.filter(granted=None, withdrawn_at=None, expires_at__gt=now())
    return [
        ApprovalRow(
            id=r.pk,
            act=r.act,
            subject=r.subject,
            scope=r.scope,
            reason=r.reason,
            requester=r.requester.code,
            requester_name=r.requester.display_name,
            requested_at=r.requested_at,
            expires_at=r.expires_at,
            decided_by_name=r.decided_by.display_name if r.decided_by else "",
            decided_at=r.decided_at,
            decision_reason=r.decision_reason,
            state=_state(r),
        )
        for r in q[:limit]
    ]


def _state(r: Approval) -> str:
    if r.used_at is not None:
        return "used"
    if r.withdrawn_at is not None:
        return "withdrawn"
    if r.granted is False:
        return "refused"
    if r.expires_at <= now():
        return "expired"
    return "granted" if r.granted else "waiting"


def looks(subject: str, limit: int = 100) -> list[Look]:
    """Who opened a record, newest first."""
    asked = Q(act__in=("record.read", "record.export"), subject=subject)
    entries = list(LogEntry.objects.filter(asked, seq=None).order_by("-id"))
    entries += LogEntry.objects.filter(asked, seq__gt=0).order_by("-seq")[: max(0, limit - len(entries))]
    names = {p.code: p.display_name for p in Person.objects.filter(code__in={e.actor for e in entries})}
    out = []
    for e in entries:
        said = json.loads(e.body)["details"]
        refused = "refused" in said
        out.append(Look(e.at, e.actor, names.get(e.actor, e.actor), str(said.get("purpose", "")), refused))
    return out
