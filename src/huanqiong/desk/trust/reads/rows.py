"""Records as lines: what a backup holds of every table, the same from SQLite and from PostgreSQL."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import shapely
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from shapely.geometry.base import BaseGeometry

LEFT_OUT = {"contenttypes", "auth", "sessions"}
"""What migrations fill by themselves, and sign-ins: after a restore everybody signs in again."""


def tables() -> list[type[models.Model]]:
    """Every table of records, by name."""
    found = apps.get_models(include_auto_created=True)
    kept = [m for m in found if m._meta.app_label not in LEFT_OUT and m._meta.managed and not m._meta.proxy]
    return sorted(kept, key=lambda m: m._meta.label_lower)


@contextmanager
def snapshot(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Inside, every question is answered as of one moment; nobody who writes waits for it."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            yield
        return
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("BEGIN DEFERRED")  # Django's own transactions begin by taking the right to write
    try:
        yield
    finally:
        raw.execute("ROLLBACK")


def lines(model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> Iterator[bytes]:
    """The table as JSON: first the names of its columns, then a row a line by primary key."""
    fields = model._meta.concrete_fields
    yield _line([f.attname for f in fields])
    rows = model._base_manager.using(using).order_by(model._meta.pk.attname)
    for row in rows.values_list(*(f.attname for f in fields)).iterator(chunk_size=2000):
        told = zip(fields, row, strict=True)
        yield _line([_told(v, isinstance(f, models.JSONField)) for f, v in told])


def digest(model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> tuple[int, str]:
    """(rows, SHA-256 of the lines) of a table as it stands."""
    total, count = hashlib.sha256(), -1
    for line in lines(model, using):
        total.update(line)
        count += 1
    return count, total.hexdigest()


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _told(value: Any, is_json: bool) -> Any:
    if value is None:
        return None
    if is_json:
        return {"json": value}
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return {"time": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"exact": str(value)}
    if isinstance(value, BaseGeometry):
        value = shapely.to_wkb(value, byte_order=1)
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    raise TypeError(f"a backup does not know how to keep {type(value).__name__}")


def meant(told: Any) -> Any:
    """The value that a line's place stands for."""
    if not isinstance(told, dict):
        return told
    ((kind, value),) = told.items()
    if kind == "json":
        return value
    if kind == "bytes":
        return base64.b64decode(value)
    return {"time": datetime.fromisoformat, "day": date.fromisoformat, "exact": Decimal}[kind](value)
