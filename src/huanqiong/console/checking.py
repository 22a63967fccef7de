"""Whom to check, asked for a page or the API: gathered, ranked, narrowed to a zone or a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huanqiong.console import check_words
from huanqiong.console.house import clock, house, latest
from huanqiong.core.errors import MissingError
from huanqiong.desk.registry.access import access_units, access_zone
from huanqiong.desk.registry.rows import UnitRow, ZoneRow
from huanqiong.flows.near_zone import near
from huanqiong.flows.sea_geography import geography_of
from huanqiong.flows.who_to_check import gather, rank, weights


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer: rows as JSON, how many there are in all and over the line; the zone and the unit asked
    for."""

    at: datetime
    rows: list[dict[str, Any]]
    found: int
    selected: int
    zone: ZoneRow | None
    unit: UnitRow | None


def who(person: Any, *, zone: int | None, unit: str, only: bool, limit: int) -> Asked:
    """`zone`, `unit`: who is near, None and "" for the whole theatre; `only`: those over the line.

    The rank is the theatre's. MissingError: no such zone or unit, or a unit whose place is not known.
    """
    at, h = clock().at, house()
    asked_zone = access_zone(person, zone) if zone is not None else None
    asked_unit = _unit(person, unit) if unit else None
    seen = latest(at, float(weights()["heard_h"]))
    ranked = rank(gather(person, h.store, seen, at), geography_of(h.store).box, at)
    places = {c.seen.mmsi: n for n, c in enumerate(ranked, 1)}
    if asked_zone is None and asked_unit is None:
        pairs = [(c, None) for c in ranked]
    else:
        spot = (asked_unit.lat, asked_unit.lon) if asked_unit is not None else None
        shape = asked_zone.geometry if asked_zone is not None else None
        pairs = [(n.who, n) for n in near(ranked, shape, spot)]  # type: ignore[arg-type,misc]
    kept = [(c, n) for c, n in pairs if c.assessed.selected or not only]
    rows = [check_words.candidate(c, places[c.seen.mmsi], at, n) for c, n in kept[:limit]]
    return Asked(at, rows, len(kept), sum(c.assessed.selected for c, _ in kept), asked_zone, asked_unit)


def _unit(person: Any, code: str) -> UnitRow:
    found = next((u for u in access_units(person) if u.code == code), None)
    if found is None or found.lat is None or found.lon is None:
        raise MissingError(f"There is no unit {code!r} whose place is known. Choose another, or a zone.")
    return found
