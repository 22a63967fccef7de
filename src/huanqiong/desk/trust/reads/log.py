"""The audit log's entries and its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from huanqiong.desk.trust.log import ZERO
from huanqiong.desk.trust.models import AuditEntry, AuditHead, Person
from huanqiong.desk.trust.roles import role_book


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
