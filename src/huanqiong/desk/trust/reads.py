"""Questions to the trust desk, answered in plain rows. Views come here only through `access`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from huanqiong.core.errors import MissingError
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.log import ZERO
from huanqiong.desk.trust.models import AuditEntry, AuditHead, Grant, OutboxRow, Person
from huanqiong.desk.trust.roles import role_book


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account and the roles it holds now."""

    code: str
    username: str
    name_zh: str
    name_en: str
    badge: str
    agency: str
    units: tuple[str, ...]
    is_active: bool
    locked_until: datetime | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry: who did what to which record. `actor` is a person's code, `actor_name` what to show."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    act: str
    subject: str
    details: dict[str, Any]
    hash: str


def _held(at: datetime | None) -> Q:
    when = at or now()
    return Q(since__lte=when) & (Q(until=None) | Q(until__gt=when))


def roles_held(person_pk: int, at: datetime | None = None) -> list[str]:
    """Codes of the roles an account holds at `at` (None: now)."""
    return list(Grant.objects.filter(_held(at), person_id=person_pk).values_list("role", flat=True))


def people() -> list[PersonRow]:
    """All accounts by user name, with the roles they hold now."""
    roles: dict[int, list[str]] = {}
    for pk, role in Grant.objects.filter(_held(None)).order_by("role").values_list("person_id", "role"):
        roles.setdefault(pk, []).append(role)
    return [
        PersonRow(
            code=p.code,
            username=p.username,
            name_zh=p.name_zh,
            name_en=p.name_en,
            badge=p.badge,
            agency=p.agency,
            units=tuple(p.units),
            is_active=p.is_active,
            locked_until=p.locked_until,
            roles=tuple(roles.get(p.pk, ())),
        )
        for p in Person.objects.order_by("username")
    ]


def person(username: str) -> Person:
    """The account of that user name, to act as; MissingError where there is none."""
    try:
        return Person.objects.get(username=username)
    except Person.DoesNotExist:
        raise MissingError(
            f"There is no account {username!r}. `hq user list` shows those there are."
        ) from None


def audit(
    *,
    after: int = 0,
    before: int | None = None,
    actor: str = "",
    act: str = "",
    subject: str = "",
    limit: int = 100,
) -> list[AuditRow]:
    """Entries newest first; see `access_audit`."""
    q = AuditEntry.objects.filter(seq__gt=after)
    if before is not None:
        q = q.filter(seq__lt=before)
    if actor:
        q = q.filter(actor=actor)
    if act:
        q = q.filter(act__startswith=act)
    if subject:
        q = q.filter(subject=subject)
    entries = list(q.order_by("-seq")[:limit])
    names = {p.code: p.display_name for p in Person.objects.filter(code__in={e.actor for e in entries})}
    machines = {m.code: m.zh for m in role_book().machines.values()}
    return [
        AuditRow(
            seq=e.seq,
            at=e.at,
            actor=e.actor,
            actor_name=names.get(e.actor) or machines.get(e.actor, e.actor),
            act=e.act,
            subject=e.subject,
            details=json.loads(e.body)["details"],
            hash=e.hash,
        )
        for e in entries
    ]


def audit_state() -> dict[str, Any]:
    """{log, size, hash} of the chain's end; before the first act size 0 and 64 zeros."""
    head = AuditHead.objects.first()
    if head is None:
        return {"log": "", "size": 0, "hash": ZERO}
    return {"log": head.log, "size": head.size, "hash": head.hash}


def audit_log(upto: int | None = None) -> Iterator[tuple[int, str, str]]:
    """(seq, body, hash) of every entry in order, up to and with `upto`."""
    q = AuditEntry.objects.order_by("seq")
    if upto is not None:
        q = q.filter(seq__lte=upto)
    return q.values_list("seq", "body", "hash").iterator(chunk_size=5000)


def audit_entries(
    subjects: Iterable[str], moments: Iterable[datetime] = (), acts: Iterable[str] = ()
) -> list[tuple[int, str, str, str]]:
    """(seq, body, hash, hash before) of entries about these subjects, and of these acts at these moments."""
    at = Q(subject__in=list(subjects)) | Q(at__in=list(moments), act__in=list(acts))
    rows = list(AuditEntry.objects.filter(at).order_by("seq").values_list("seq", "body", "hash"))
    wanted = [seq - 1 for seq, _, _ in rows]
    before = dict(AuditEntry.objects.filter(seq__in=wanted).values_list("seq", "hash"))
    return [(seq, body, digest, before.get(seq - 1, ZERO)) for seq, body, digest in rows]


def outbox_after(cursor: int, limit: int = 500) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """Outbox rows after a cursor, oldest first: (id, topic, ids, at). For the one stream tail."""
    q = OutboxRow.objects.filter(id__gt=cursor).order_by("id")[:limit]
    return list(q.values_list("id", "topic", "payload", "at"))


def outbox_end() -> int:
    """The newest outbox id; 0 when empty."""
    return OutboxRow.objects.aggregate(end=Max("id"))["end"] or 0
