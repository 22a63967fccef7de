"""`act`: one change of records, with its log entry and its outbox rows, in one transaction.

    with act("watch.claim", by=by, subject=f"alert:{id}", permission="watch.claim", request_id=r) as a:
        if a.repeated:
            return a.result
        ... change rows ...
        a.details["state"] = "claimed"
        a.tell("alert", id=id)
        a.result = id

Nothing is written for an act that ended in an exception, nor for one marked `a.idle = True` (nothing
changed). The entry commits with its act and without a place in the log: the sequencer gives places, so acts
that change other rows do not wait for one another. `together()` makes one transaction of many acts.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from huanqiong.core.errors import StateError
from huanqiong.desk.trust import sequencer
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, plain, sha256_hex
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import LogEntry, LogSalt, OutboxRow, Receipt
from huanqiong.desk.trust.which import suite


@dataclass(frozen=True, slots=True)
class Private:
    """A personal value in an act's details, or words a person typed: the log keeps only its salted hash."""

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
        return suite().salted(salt, value.value) if value.value else ""
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
    return isinstance(value, Private) and bool(value.value)


@dataclass(slots=True)
class _Written:
    """What acts leave: rows of entries, each with the salt of its private values or None, and of news.

    Written in plain SQL: an act's own change costs little more than its commit, and so must its entry.
    """

    entries: list[tuple[Any, ...]] = field(default_factory=list)
    salts: list[bytes | None] = field(default_factory=list)
    told: list[tuple[str, Any, datetime]] = field(default_factory=list)

    def add(self, a: Act) -> None:
        salt = secrets.token_bytes(16) if _holds_private(a.details) else None
        body = canonical(
            {
                "v": 1,
                "id": secrets.token_hex(8),  # equal acts at one instant stay distinct leaves
                "at": a.at,
                "actor": a.by.code,
                "act": a.name,
                "subject": a.subject,
                "details": _hide(a.details, salt or b""),
            }
        )
        leaf = suite().hasher.leaf(body.encode())
        self.entries.append((body, leaf, a.at, a.by.code, a.name, a.subject[:80]))
        self.salts.append(salt)
        self.told += [(topic, plain(ids), a.at) for topic, ids in a.told]

    def save(self, using: str) -> None:
        connection = connections[using]
        times: dict[datetime, Any] = {}

        def time(at: datetime) -> Any:
            if at not in times:
                times[at] = connection.ops.adapt_datetimefield_value(at)
            return times[at]

        with connection.cursor() as cursor:
            salted = []
            for (body, leaf, at, *rest), salt in zip(self.entries, self.salts, strict=True):
                row = (body, leaf, time(at), *rest)
                if salt is None:
                    cursor.execute(_ENTRY, row)
                else:
                    cursor.execute(_ENTRY + " RETURNING id", row)
                    salted.append((cursor.fetchone()[0], salt))
            for entry, salt in salted:
                cursor.execute(_SALT, (entry, salt))
            for topic, ids, at in self.told:
                cursor.execute(_NEWS, (topic, connection.ops.adapt_json_value(ids, None), time(at)))


_ENTRY = (
    f"INSERT INTO {LogEntry._meta.db_table} (body, leaf, at, actor, act, subject)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_SALT = f"INSERT INTO {LogSalt._meta.db_table} (entry, salt) VALUES (%s, %s)"
_NEWS = f"INSERT INTO {OutboxRow._meta.db_table} (topic, payload, at) VALUES (%s, %s, %s)"


_together: ContextVar[_Written | None] = ContextVar("_together", default=None)


@contextmanager
def together(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction of all acts inside: they are committed, or lost, together; each has its own entry."""
    _give_way(using)
    with transaction.atomic(using=using):
        written = _Written()
        token = _together.set(written)
        try:
            yield
        finally:
            _together.reset(token)
        written.save(using)


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
    _give_way(using)
    with transaction.atomic(using=using):
        a = Act(name, by, now(), subject, dict(details or {}))
        if request_id:
            asked_sha256 = sha256_hex(canonical([name, by.code, subject, asked]))
            _lock_request(request_id, using)
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
            written = _together.get()
            if written is not None:
                written.add(a)
            else:
                alone = _Written()
                alone.add(a)
                alone.save(using)
        if request_id:
            Receipt.objects.using(using).create(
                request_id=request_id,
                act=name,
                actor=by.code,
                asked_sha256=asked_sha256,
                result=a.result,
                at=a.at,
            )


def _give_way(using: str) -> None:
    connection = connections[using]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        sequencer.give_way()


def _lock_request(request_id: str, using: str) -> None:
    """Where several may write at once, a repeated request waits here for the first to end."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        number = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
