"""Destroying what is due, with an entry that proves what went and tells nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models

from huanqiong.core.errors import StateError
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.trust.retention import retention_book

Rows = Sequence[tuple[str, Sequence[Any]]]
"""(table, primary keys), in the order in which they go."""
_CHUNK = 500
_NEVER = {"trust.logentry", "trust.logcheckpoint", "trust.logmark", "trust.lognode", "trust.logstate"}


def destroy_rows(code: str, choose: Callable[[], Rows], *, by: Actor) -> dict[str, int]:
    """Destroys the rows of a class that `choose` names, asked inside the transaction: rows by table.

    The entry carries how many and the SHA-256 of their keys. References to them must go with them.
    """
    with act("retention.destroy", by=by, permission="retention.apply", subject=f"class:{code}") as a:
        lock_holds(a)
        rows = [(label, list(keys)) for label, keys in choose() if keys]
        counts = {label: len(keys) for label, keys in rows}
        a.idle = not counts
        for label, keys in rows:
            _delete(a, code, label, keys)
        digest = sha256_hex(canonical([[label, sorted(map(str, keys))] for label, keys in rows]))
        a.details = {"class": code, "count": sum(counts.values()), "tables": counts, "keys_sha256": digest}
        a.result = counts
    return counts


def blank_rows(
    code: str, label: str, choose: Callable[[], Sequence[Any]], blank: Mapping[str, Any], *, by: Actor
) -> int:
    """De-identifies rows: the columns of `blank` are set to its values. Returns how many."""
    with act("retention.blank", by=by, permission="retention.apply", subject=f"class:{code}") as a:
        lock_holds(a)
        keys = list(choose())
        a.idle = not keys
        for some in _chunks(keys):
            _table(label)._base_manager.filter(pk__in=some).update(**blank)
        digest = sha256_hex(canonical([[label, sorted(map(str, keys))]]))
        a.details = {
            "class": code, "count": len(keys), "tables": {label: len(keys)}, "keys_sha256": digest
        }  # fmt: skip
    return len(keys)


def log_destroyed(code: str, where: str, count: int, keys_sha256: str, holds: str, *, by: Actor) -> None:
    """The entry for rows of the lake or for files, written before they go: nothing goes without one.

    `where`: which day or folder. `holds`: the holds the choice was made under (`reads.holds_mark`);
    StateError where they changed since. A second time with the same keys, after a kill, adds nothing,
    whoever ran it first.
    """
    allow(by, "retention.apply")
    if reads.destroyed_stands(code, where, count, keys_sha256):
        return
    with act(
        "retention.destroy",
        by=by,
        permission="retention.apply",
        subject=f"class:{code}",
        request_id=reads.destroy_request(code, where, count, keys_sha256),
    ) as a:
        if a.repeated:
            return
        lock_holds(a)
        if reads.holds_mark() != holds:
            raise StateError("A hold was set or lifted meanwhile: run `hq retention apply` again.")
        a.details = {"class": code, "where": where, "count": count, "keys_sha256": keys_sha256}


def log_run(
    as_of: datetime,
    destroyed: Mapping[str, int],
    proposed: Sequence[int],
    lapsed: Sequence[int],
    blanked: int,
    *,
    by: Actor,
) -> None:
    """The entry that a run of the job came to its end: what was due at `as_of` is gone.

    `destroyed`: records by class; `proposed`, `lapsed`: ids of holds; `blanked`: vessels' names.
    """
    with act("retention.run", by=by, permission="retention.apply") as a:
        a.details = {
            "as_of": as_of, "destroyed": destroyed, "proposed": proposed, "lapsed": lapsed, "blanked": blanked
        }  # fmt: skip


def lock_holds(a: Act, using: str = DEFAULT_DB_ALIAS) -> None:
    """Within an act: until it ends nobody else sets a hold or destroys. SQLite has one writer anyway."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x686F6C6473])  # "holds"


def _delete(a: Act, code: str, label: str, keys: list[Any]) -> None:
    rule = retention_book().classes[code]
    if label not in rule.tables or label in _NEVER or rule.action != "delete":
        raise StateError(f"Rows of {label} are not destroyed as {code}.")
    model = _table(label)
    for some in _chunks(keys):
        rows = model._base_manager.filter(pk__in=some)
        rows._raw_delete(rows.db)  # the database holds what refers to them, at the commit


def _table(label: str) -> type[models.Model]:
    return apps.get_model(label)


def _chunks(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[i : i + _CHUNK] for i in range(0, len(keys), _CHUNK))
