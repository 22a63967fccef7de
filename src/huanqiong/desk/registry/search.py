"""Finding a vessel by any of its names and numbers. The one module that knows the database's text search.

A term is compared in a normal form: full-width and letter case folded, spacing and punctuation gone, O as 0.
SQLite: an FTS5 trigram index; parts shorter than three characters by LIKE. PostgreSQL: the same LIKE, which
a pg_trgm index on `norm` makes fast. Names are filed under keys as well, by which the two scripts of one
boat's name meet (`lines/names`); what is found by them is ranked and says why.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Value, When

from huanqiong.desk.registry.models import SearchTerm
from huanqiong.desk.registry.names import NAME_KEY, NAMES, read_hits
from huanqiong.desk.registry.reads import vessel_row
from huanqiong.desk.registry.rows import FoundVessel
from huanqiong.lines.names.keys import keys


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


def key_terms(vessel_id: int, name: str) -> list[SearchTerm]:
    """The keys of a name, as terms. They hold no name themselves: what is forgotten is not kept in them."""
    return [SearchTerm(vessel_id=vessel_id, field=NAME_KEY, text=k, norm=k) for k in keys(name)]


def terms(vessel_id: int, values: Iterable[tuple[str, object]]) -> list[SearchTerm]:
    """Terms of the values that can be searched, and the keys of those that are names."""
    out: list[SearchTerm] = []
    for field, text in values:
        made = term(vessel_id, field, text) if text else None
        if made is not None:
            out.append(made)
            if field in NAMES:
                out += key_terms(vessel_id, made.text)
    return out


def _matching(norm: str) -> QuerySet[SearchTerm]:
    if connection.vendor == "sqlite" and len(norm) >= 3:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM registry_termindex WHERE norm MATCH %s LIMIT 2000", [f'"{norm}"']
            )
            return SearchTerm.objects.filter(pk__in=[row[0] for row in cursor.fetchall()][:900])
    return SearchTerm.objects.filter(norm__contains=norm)


def _starting(norm: str) -> QuerySet[SearchTerm]:
    if connection.vendor == "sqlite":  # its LIKE reads the whole table; by bytes the index answers
        return SearchTerm.objects.filter(norm__gte=norm, norm__lt=norm + chr(0x10FFFF))
    return SearchTerm.objects.filter(norm__startswith=norm)


def search(q: str, *, limit: int = 20) -> list[FoundVessel]:
    """Vessels that `q` names or numbers, each once with why: equal first; then names that read as the same
    boat, the surest first; then beginnings; then parts; where nothing else is found, boats of that number of
    another place. Every word of `q` counts; spacing does not. An empty `q` finds nothing.
    """
    norm = normal(q)
    if not norm:
        return []
    seen: dict[int, FoundVessel] = {}
    read, elsewhere = read_hits(q)
    for hit_id, hit in chain(_equal(norm, limit), read, _rest(norm, limit)):
        seen.setdefault(hit_id, hit)
        if len(seen) >= limit:
            break
    return list((seen or dict(elsewhere[:limit])).values())


def _equal(norm: str, limit: int) -> Iterator[tuple[int, FoundVessel]]:
    rows = SearchTerm.objects.filter(norm=norm).exclude(field=NAME_KEY).select_related("vessel")
    found = list(rows.order_by("vessel_id", "id")[: limit * 8])
    several = len({t.vessel_id for t in found})
    for t in found:
        yield t.vessel_id, FoundVessel(vessel_row(t.vessel), t.field, t.text, "equal", several=several)


def _rest(norm: str, limit: int) -> Iterator[tuple[int, FoundVessel]]:
    """Beginnings, then parts."""
    order = Case(When(norm__startswith=norm, then=Value(1)), default=Value(2), output_field=IntegerField())
    for rows, how in ((_starting(norm), "start"), (_matching(norm), "part")):
        ordered = rows.exclude(field=NAME_KEY).select_related("vessel")
        for t in ordered.order_by(order, "norm", "vessel_id", "id")[: limit * 8]:
            begins = "start" if t.norm.startswith(norm) else how
            yield t.vessel_id, FoundVessel(vessel_row(t.vessel), t.field, t.text, begins)
