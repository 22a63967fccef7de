"""Writing many small rows at once, where the model layer's price per row would be felt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from huanqiong.desk.registry.models import SearchTerm, Vessel
from huanqiong.desk.trust.act import Act


def add_terms(a: Act, terms: Iterable[SearchTerm]) -> None:
    """Adds search terms within the act; those there are stay as they are."""
    rows = [(t.vessel_id, t.field, t.text, t.norm) for t in terms]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO registry_searchterm (vessel_id, field, text, norm) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                rows,
            )


def repeat_claims(a: Act, said: Mapping[int, Mapping[str, Any]]) -> None:
    """Writes `said_*` columns of vessels by key within the act; all rows carry the same columns."""
    if not said:
        return
    columns = list(next(iter(said.values())))
    fields = [Vessel._meta.get_field(c) for c in columns]
    rows = [
        (*(f.get_db_prep_save(values[c], connection) for f, c in zip(fields, columns, strict=True)), key)
        for key, values in said.items()
    ]
    assignments = ", ".join(f"{connection.ops.quote_name(c)} = %s" for c in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE registry_vessel SET {assignments} WHERE id = %s", rows)
