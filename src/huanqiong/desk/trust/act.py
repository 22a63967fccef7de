"""`act`: one change of records, with its audit entry and its outbox rows, in one transaction.

    with act("watch.claim", by=by, subject=f"alert:{id}", permission="watch.claim", request_id=r) as a:
        if a.repeated:
            return a.result
        ... change rows ...
        a.details["state"] = "claimed"
        a.tell("alert", id=id)
        a.result = id

Nothing is written for an act that ended in an exception, nor for one marked `a.idle = True` (nothing
changed). The entry is appended last, so the chain's lock is held only until commit.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from huanqiong.core.errors import StateError
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.actor import SYSTEM, Actor
from huanqiong.desk.trust.canonical import canonical, plain, sha256_hex
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.log import ZERO, link
from huanqiong.desk.trust.models import AuditEntry, AuditHead, AuditSalt, OutboxRow, Receipt


@dataclass(frozen=True, slots=True)
class Private:
    """A personal value in an act's details: the log keeps only its salted hash."""

    value: str


@dataclass(slots=True)
class Act:
    """An act under way. `at` is its real time; `result` is JSON and is what a repeated request gets."""

    name: str
    by: Actor
    at: datetime
    subject: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False
    idle: bool = False
    result: Any = None
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def tell(self, topic: str, **ids: Any) -> None:
        """Adds an outbox row: ids only, never contents."""
        self.told.append((topic, ids))


def person_id(by: Actor) -> int | None:
    """The person's primary key; None for a machine account."""
    return by.pk


def _hide(value: Any, salt: bytes) -> Any:
    if isinstance(value, Private):
        return {"sha256": hashlib.sha256(salt + value.value.encode()).hexdigest()}
    if isinstance(value, Mapping):
        return {str(k): _hide(v, salt) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(v, salt) for v in value]
    return value


def _holds_private(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_private(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_private(v) for v in value)
    return isinstance(value, Private)


def _append(a: Act, using: str) -> None:
    head = AuditHead.objects.using(using).select_for_update().first()
    if head is None:
        log = secrets.token_hex(8)
        head = AuditHead(pk=1, size=0, hash=ZERO, log=log)
        _write(Act("audit.begin", by=SYSTEM, at=a.at, details={"log": log, "chain": "sha256"}), head, using)
    _write(a, head, using)
    head.save(using=using)


def _write(a: Act, head: AuditHead, using: str) -> None:
    salt = secrets.token_bytes(16)
    body = canonical(
        {
            "v": 1,
            "id": secrets.token_hex(8),  # equal acts at one instant stay distinct leaves
            "at": a.at,
            "actor": a.by.code,
            "act": a.name,
            "subject": a.subject,
            "details": _hide(a.details, salt),
        }
    )
    head.size += 1
    head.hash = link(head.hash, body)
    AuditEntry.objects.using(using).create(
        seq=head.size,
        body=body,
        hash=head.hash,
        at=a.at,
        actor=a.by.code,
        act=a.name,
        subject=a.subject[:80],
    )
    if _holds_private(a.details):
        AuditSalt.objects.using(using).create(seq=head.size, salt=salt)


@contextmanager
def act(
    name: str,
    *,
    by: Actor,
    subject: str = "",
    permission: str | None = None,
    details: Mapping[str, Any] | None = None,
    asked: Any = None,
    request_id: str | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[Act]:
    """One act. `permission`: refused unless `by` has it. `asked`: the arguments that a repeated
    `request_id` must come with again (StateError else), so that an id is never reused for another wish.
    """
    if permission is not None:
        allow(by, permission)
    with transaction.atomic(using=using):
        a = Act(name, by, now(), subject, dict(details or {}))
        asked_sha256 = sha256_hex(canonical([name, by.code, subject, asked]))
        if request_id:
            _lock_requests(using)
            done = Receipt.objects.using(using).filter(request_id=request_id).first()
            if done is not None:
                if done.asked_sha256 != asked_sha256:
                    raise StateError(
                        f"Request {request_id!r} was already used for another act. Use a new id."
                    )
                a.repeated, a.result = True, done.result
                yield a
                return
        yield a
        if not a.idle:
            _append(a, using)
            OutboxRow.objects.using(using).bulk_create(
                [OutboxRow(topic=topic, payload=plain(ids), at=a.at) for topic, ids in a.told]
            )
        if request_id:
            Receipt.objects.using(using).create(
                request_id=request_id,
                act=name,
                actor=by.code,
                asked_sha256=asked_sha256,
                result=a.result,
                at=a.at,
            )


def _lock_requests(using: str) -> None:
    """Where several may write at once, a repeated request waits here for the first to end."""
    if connections[using].vendor == "postgresql":
        AuditHead.objects.using(using).select_for_update().first()
