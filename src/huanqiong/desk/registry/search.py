"""Finding a vessel by any of its names and numbers. The one module that knows the database's text search.

A term is compared in a normal form: full-width and letter case folded, spacing and punctuation gone, O as 0.
SQLite: an FTS5 trigram index; parts shorter than three characters by LIKE. PostgreSQL: the same LIKE, which
a pg_trgm index on `norm` makes fast.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from huanqiong.desk.registry.models import SearchTerm
from huanqiong.desk.registry.reads import vessel_row
from huanqiong.desk.registry.rows import FoundVessel


def normal(text: str) -> str:
    """The form in which terms are compared: "Qiong Lin Yu O1" and "QIONGLINYU01" are one."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join("0" if c == "O" else c for c in folded if c.isalnum())


def term(vessel_id: int, field: str, text: object) -> SearchTerm | None:
    """A term to store, or None where nothing of it can be searched."""
    norm = normal(str(text))[:80]
    if not norm or not any(c != "0" for c in norm):
        return None
    return SearchTerm(vessel_id=vessel_id, field=field, text=str(text)[:80], norm=norm)


def terms(vessel_id: int, values: Iterable[tuple[str, object]]) -> list[SearchTerm]:
    """Terms of the values that can be searched."""
    made = (term(vessel_id, field, text) for field, text in values if text)
    return [t for t in made if t is not None]


def _matching(norm: str) -> QuerySet[SearchTerm]:
    if connection.vendor == "sqlite" and len(norm) >= 3:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM registry_termindex WHERE norm MATCH %s LIMIT 2000", [f'"{norm}"']
            )
            return SearchTerm.objects.filter(pk__in=[row[0] for row in cursor.fetchall()][:900])
    return SearchTerm.objects.filter(norm__contains=norm)


def search(q: str, *, limit: int = 20) -> list[FoundVessel]:
    """Vessels whose MMSI, IMO, call sign or a name holds `q`: equal first, then beginnings, then parts.

    Every word of `q` counts; spacing does not. An empty `q` finds nothing.
    """
    norm = normal(q)
    if not norm:
        return []
    order = Case(
        When(norm=norm, then=Value(0)),
        When(norm__startswith=norm, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    equal = SearchTerm.objects.filter(Q(norm=norm) | Q(norm__startswith=norm))
    seen: dict[int, FoundVessel] = {}
    for rows in (equal, _matching(norm)):
        ordered = rows.select_related("vessel").order_by(order, "norm", "vessel_id", "id")
        for t in ordered[: limit * 8]:
            seen.setdefault(t.vessel_id, FoundVessel(vessel_row(t.vessel), t.field, t.text))
            if len(seen) >= limit:
                return list(seen.values())
    return list(seen.values())
