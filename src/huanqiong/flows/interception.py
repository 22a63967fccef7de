"""From a last fix: where she can be in some hours from now, and which unit meets her first, and where.

    1. The fix: the vessel's last report at or before the clock (`last_fix`), or what a clue tells.
    2. The regions in which she can be now, and in 1, 3, 6 and 12 hours from now (docs/reach.md).
    3. The units of the register, where they are, ranked by who meets her first.

What is not known is said as reasons, never filled in: no fix, a fix too old, a unit without place or speed.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import shapely

from huanqiong.core.errors import InputError
from huanqiong.core.geography import Geography
from huanqiong.core.verdict import Reason
from huanqiong.desk.registry.rows import UnitRow
from huanqiong.flows.last_fix import last_fix
from huanqiong.flows.sea_now import Now
from huanqiong.flows.sea_picture import Picture
from huanqiong.lines.sea.reach import (
    HOURS,
    LEVELS,
    Fix,
    Meeting,
    Region,
    Unit,
    bundled_norms,
    intercept,
    region,
)
from huanqiong.lines.sea.reach.units import UnitKind
from huanqiong.lines.sea.reach.whereabouts import LONGEST_H

NOW_MIN: Final = 10.0
"""From this age of the fix on it is also asked where she can be now. Source: own."""
HEARD_MIN: Final = 60.0
"""A unit not heard for longer counts from its place in the register. Source: own."""
KINDS: Final[dict[str, UnitKind]] = {
    "patrol_boat": "boat",
    "aircraft": "aircraft",
    "station": "post",
    "road_post": "post",
}
KEPT: Final = 32
"""Answers held in memory: what was asked once is there at once."""


@dataclass(frozen=True, slots=True)
class Waters:
    """Where she can be at `at`, `hours` from now (0: now). `outlines`: GeoJSON geometry by share of the
    probability; `area_km2` likewise; `reasons`: what it rests on."""

    hours: float
    at: datetime
    outlines: dict[float, Any]
    area_km2: dict[float, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit and what it can do. `heard`: when its own transponder was heard there, None: the place is the
    register's; `meeting` None: it was not counted, and `reasons` say why."""

    unit: UnitRow
    lat: float | None
    lon: float | None
    heard: datetime | None
    meeting: Meeting | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer as of `at`. `fix` None: she was not heard, and `says` tell so; `units`: best first."""

    at: datetime
    fix: Fix | None
    waters: tuple[Waters, ...]
    units: tuple[Ranked, ...]
    says: tuple[Reason, ...]
    norms: str
    geography: str


_kept: OrderedDict[Any, Reach] = OrderedDict()
_lock = threading.Lock()


def heard_fix(
    picture: Picture,
    mmsi: int,
    at: datetime,
    now: Now | None = None,
    *,
    ship_type: int | None = None,
    length_m: float | None = None,
) -> Fix | None:
    """The vessel's last report at or before `at` as the kernel takes it; None: not heard for two days.

    A speed or course that no ship can have counts as not known.
    """
    found = last_fix(picture, mmsi, at, now)
    if found is None:
        return None
    sog, cog = found.sog_kn, found.cog_deg
    return Fix(
        found.lat,
        found.lon,
        found.at,
        sog if sog is not None and 0 <= sog < 102.3 else None,
        cog if cog is not None and 0 <= cog < 360 else None,
        ship_type or None,
        float(length_m) if length_m else None,
    )


def reach_of(
    fix: Fix | None,
    units: Iterable[UnitRow],
    picture: Picture,
    geography: Geography,
    at: datetime,
    now: Now | None = None,
    *,
    told: bool = False,
) -> Reach:
    """Regions and ranked units as of `at`, to the minute; the same question is answered from memory.

    `told`: the fix is what somebody said, or a distress signal; the answer says so.
    """
    base = at.replace(second=0, microsecond=0)
    if fix is not None:
        base = max(base, fix.t)
    placed = [_placed(u, picture, at, now) for u in units]
    key = (fix, told, base, tuple((r.unit, r.lat, r.lon) for r in placed), geography.fingerprint)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _reach(fix, placed, geography, base)
    if told:
        made = replace(made, says=(Reason("reach_told", "told"), *made.says))
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _placed(u: UnitRow, picture: Picture, at: datetime, now: Now | None) -> Ranked:
    """The unit where it was heard in the last hour, else where the register has it."""
    if u.mmsi is not None:
        heard = last_fix(picture, u.mmsi, at, now)
        if heard is not None and at - heard.at <= timedelta(minutes=HEARD_MIN):
            return Ranked(u, heard.lat, heard.lon, heard.at, None, ())
    return Ranked(u, u.lat, u.lon, None, None, ())


def _reach(fix: Fix | None, placed: Sequence[Ranked], geography: Geography, base: datetime) -> Reach:
    norms = bundled_norms().version
    made = Reach(base, fix, (), tuple(placed), (), norms, geography.fingerprint)
    if fix is None:
        return _saying(made, Reason("reach_no_fix", 48.0, None, "h", None))
    age_h = (base - fix.t).total_seconds() / 3600
    if age_h >= LONGEST_H:
        return _saying(made, Reason("reach_old_fix", age_h, LONGEST_H, "h", "norms of reach"))
    says: list[Reason] = []
    if age_h * 60 >= NOW_MIN:
        says.append(Reason("reach_age", age_h * 60, None, "min", None))
    found: list[tuple[float, Region]] = []
    for hours in (*((0.0,) if age_h * 60 >= NOW_MIN else ()), *HOURS):
        if age_h + hours > LONGEST_H:
            says.append(Reason("reach_cut", hours, LONGEST_H, "h", "norms of reach"))
            continue
        try:
            found.append((hours, region(fix, age_h + hours, geography.coast)))
        except InputError:
            says.append(Reason("reach_no_water", hours, None, "h", "coast"))
    last_h = min(age_h + HOURS[-1], LONGEST_H)
    ranked = _ranked(fix, placed, geography, base, [r for _, r in found], last_h)
    waters = tuple(_waters(hours, base, r) for hours, r in found)
    return Reach(base, fix, waters, ranked, tuple(says), norms, geography.fingerprint)


def _saying(made: Reach, reason: Reason) -> Reach:
    """No region and no meeting, and why."""
    return replace(made, says=(reason,))


def _waters(hours: float, base: datetime, r: Region) -> Waters:
    outlines = {share: _geojson(r.outline(share)) for share in LEVELS}
    areas = {share: r.area_km2(share) for share in LEVELS}
    return Waters(hours, base + timedelta(hours=hours), outlines, areas, r.reasons)


def _geojson(shape: Any) -> Any:
    """Without the corners that lie on a straight line; six decimals are a decimetre."""
    return json.loads(shapely.to_geojson(shapely.set_precision(shapely.simplify(shape, 0.0), 1e-6)))


def _ranked(
    fix: Fix,
    placed: Sequence[Ranked],
    geography: Geography,
    base: datetime,
    regions: Sequence[Region],
    hours: float,
) -> tuple[Ranked, ...]:
    """Units by who meets her first; those that cannot be counted come last, with the reason."""
    kernel, out = {}, []
    for r in placed:
        kind = KINDS[r.unit.kind]
        if r.lat is None or r.lon is None:
            out.append(_uncounted(r, "reach_unit_no_place"))
        elif kind != "post" and r.unit.speed_kn is None:
            out.append(_uncounted(r, "reach_unit_no_speed"))
        else:
            speed = 0.0 if kind == "post" else r.unit.speed_kn or 0.0
            try:
                sent = Unit(r.unit.code, KINDS[r.unit.kind], r.lat, r.lon, speed, r.unit.ready_min)
            except InputError:
                out.append(_uncounted(r, "reach_unit_no_place"))
            else:
                kernel[r.unit.code] = sent
    met = intercept(fix, kernel.values(), geography.coast, base, regions, hours)
    by_code = {r.unit.code: r for r in placed}
    counted = [_counted(by_code[m.unit.code], m) for m in met]
    return (*counted, *out)


def _counted(r: Ranked, m: Meeting) -> Ranked:
    return Ranked(r.unit, r.lat, r.lon, r.heard, m, m.reasons)


def _uncounted(r: Ranked, code: str) -> Ranked:
    return Ranked(r.unit, r.lat, r.lon, r.heard, None, (Reason(code, "register"),))
