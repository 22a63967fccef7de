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
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from huanqiong.core.errors import StateError
from huanqiong.desk.trust import sequencer
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import LogEntry, LogSalt, Receipt
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


_Row = tuple[tuple[Any, ...], bytes | None]
"""An entry's columns, and the salt of its private values or None."""


def _row(a: Act) -> _Row:
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
    news = canonical(a.told) if a.told else None
    return (body, leaf, a.at, a.by.code, a.name, a.subject[:80], news), salt


def _save(rows: list[_Row], using: str) -> None:
    """Writes entries in plain SQL, beside the ORM: an act's own change costs little more than its commit, and
    so must its entry."""
    connection = connections[using]
    entry, salted = _STATEMENTS[connection.vendor]
    driver = connection.connection
    with connection.wrap_database_errors:
        for columns, salt in rows:
            if connection.vendor == "sqlite":
                at = columns[2].astimezone(UTC).replace(tzinfo=None)
                columns = (*columns[:2], str(at), *columns[3:])
            if salt is None:
                driver.execute(entry, columns)
            else:
                key = driver.execute(entry + " RETURNING id", columns).fetchone()[0]
                driver.execute(salted, (key, salt))


_ENTRY = (
    f"INSERT INTO {LogEntry._meta.db_table} (body, leaf, at, actor, act, subject, news)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_SALT = f"INSERT INTO {LogSalt._meta.db_table} (entry, salt) VALUES (%s, %s)"
_STATEMENTS = {
    "postgresql": (_ENTRY, _SALT),
    "sqlite": (_ENTRY.replace("%s", "?"), _SALT.replace("%s", "?")),
}


_together: ContextVar[list[_Row] | None] = ContextVar("_together", default=None)


@contextmanager
def together(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction of all acts inside: they are committed, or lost, together; each has its own entry."""
    _give_way(using)
    with transaction.atomic(using=using):
        rows: list[_Row] = []
        token = _together.set(rows)
        try:
            yield
        finally:
            _together.reset(token)
        _save(rows, using)


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
            rows = _together.get()
            if rows is not None:
                rows.append(_row(a))
            else:
                _save([_row(a)], using)
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
