"""Records from lines: a backup's tables, back into empty ones.

The log's entries come back without their places and are given them again in order, as the guards of the
database ask.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models.sql import InsertQuery

from huanqiong.core.errors import IntegrityError, StateError
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.models import LogEntry
from huanqiong.desk.trust.reads.rows import meant, tables

_BATCH = 400


def load_rows(
    parts: Iterable[tuple[str, Iterable[bytes]]], *, by: Actor, using: str = DEFAULT_DB_ALIAS
) -> None:
    """Fills empty tables from (table, lines); all of it, or nothing. `by` is whoever restores.

    StateError: a table holds rows already. IntegrityError: a table or its columns are not this version's.
    """
    known = {m._meta.label_lower: m for m in tables()}
    places: list[tuple[int, int]] = []
    with transaction.atomic(using=using):
        for name, rows in parts:
            if name not in known:
                raise IntegrityError(f"The backup holds a table {name}, which this version does not have.")
            _fill(known[name], iter(rows), places, using)
        _place_entries(places, using)
    with connections[using].cursor() as cursor:
        for statement in connections[using].ops.sequence_reset_sql(no_style(), list(known.values())):
            cursor.execute(statement)


def _fill(
    model: type[models.Model], rows: Iterator[bytes], places: list[tuple[int, int]], using: str
) -> None:
    """Fills one table; what the entries' places were goes to `places`."""
    label = model._meta.label_lower
    fields = list(model._meta.concrete_fields)
    if json.loads(next(rows)) != [f.attname for f in fields]:
        raise IntegrityError(f"The columns of {label} in the backup are not those of this version.")
    if model._base_manager.using(using).exists():
        raise StateError(f"The table {label} is not empty: restore into a new store.")
    batch: list[models.Model] = []
    for line in rows:
        values = [meant(v) for v in json.loads(line)]
        row = model(**{f.attname: f.to_python(v) for f, v in zip(fields, values, strict=True)})
        if isinstance(row, LogEntry) and row.seq is not None:
            places.append((row.seq, row.pk))
            row.seq = None
        batch.append(row)
        if len(batch) == _BATCH:
            _insert(model, fields, batch, using)
            batch = []
    _insert(model, fields, batch, using)


def _insert(model: type[models.Model], fields: list[Any], batch: list[models.Model], using: str) -> None:
    if not batch:
        return
    query = InsertQuery(model)
    query.insert_values(fields, batch, raw=True)  # raw: times of making stay those of then
    query.get_compiler(using=using).execute_sql()


def _place_entries(places: list[tuple[int, int]], using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.executemany(
            f"UPDATE {LogEntry._meta.db_table} SET seq = %s WHERE id = %s AND seq IS NULL", sorted(places)
        )
