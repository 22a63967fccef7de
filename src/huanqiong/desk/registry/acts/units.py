"""Acts on units: who can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.registry.models import Unit
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor

KINDS = ("patrol_boat", "station", "aircraft", "road_post")
_COLUMNS = ("name_zh", "name_en", "kind", "agency", "lat", "lon", "mmsi", "speed_kn", "ready_min")
_UNSAID: dict[str, Any] = {
    "agency": "", "lat": None, "lon": None, "mmsi": None, "speed_kn": None, "ready_min": 0.0,
}  # fmt: skip
FASTEST_KN = 1_000.0
LONGEST_MIN = 10_080.0
"""Beyond these a speed or a delay is a slip of the hand: an aircraft's, a week."""


def _put(a: Act, code: str, facts: Mapping[str, Any]) -> bool:
    """Whether anything changed."""
    if facts["kind"] not in KINDS:
        raise UsageError(f"Unit {code}: kind {facts['kind']!r}: use one of {', '.join(KINDS)}.")
    speed, ready = facts["speed_kn"], facts["ready_min"]
    if speed is not None and not 0 < speed <= FASTEST_KN:
        raise UsageError(f"Unit {code}: a speed of {speed} kn. Give the knots it makes, or none.")
    if not 0 <= ready <= LONGEST_MIN:
        raise UsageError(f"Unit {code}: ready after {ready} min. Give the minutes until it leaves.")
    unit = Unit.objects.filter(code=code).first() or Unit(code=code)
    if unit.pk and unit.retired_at is None and all(getattr(unit, c) == facts[c] for c in _COLUMNS):
        return False
    for c in _COLUMNS:
        setattr(unit, c, facts[c])
    unit.retired_at = None
    unit.save()
    a.tell("unit", codes=[code])
    return True


def add_unit(
    code: str,
    name_zh: str,
    name_en: str,
    kind: str,
    *,
    by: Actor,
    agency: str = "",
    lat: float | None = None,
    lon: float | None = None,
    mmsi: int | None = None,
    speed_kn: float | None = None,
    ready_min: float = 0.0,
) -> str:
    """Enters a unit of one of KINDS, or what is new about it; returns its code.

    `speed_kn`: what it makes when it hurries; `ready_min`: until it leaves; `mmsi`: of its transponder.
    """
    facts = {
        "name_zh": name_zh, "name_en": name_en, "kind": kind, "agency": agency, "lat": lat, "lon": lon,
        "mmsi": mmsi, "speed_kn": speed_kn, "ready_min": ready_min,
    }  # fmt: skip
    with act("unit.put", by=by, subject=f"unit:{code}", permission="registry.edit", details=facts) as a:
        a.idle = not _put(a, code, facts)
    return code


def load_units(rows: Iterable[Mapping[str, Any]], *, by: Actor) -> int:
    """Enters the units of a deployment's or drill's data file, as the system; returns how many changed."""
    with act("unit.load", by=by, permission="registry.record") as a:
        codes = []
        for row in rows:
            facts = _UNSAID | dict(row)
            if _put(a, row["code"], facts):
                codes.append(row["code"])
        a.idle, a.details = not codes, {"units": codes}
    return len(codes)


def retire_unit(code: str, *, by: Actor) -> None:
    """The unit can no longer be sent; its orders stay."""
    with act("unit.retire", by=by, subject=f"unit:{code}", permission="registry.edit") as a:
        unit = Unit.objects.select_for_update().filter(code=code).first()
        if unit is None:
            raise MissingError(f"There is no unit {code!r}.")
        if unit.retired_at is not None:
            raise StateError(f"Unit {code} was retired already.")
        unit.retired_at = a.at
        unit.save()
        a.tell("unit", codes=[code])
