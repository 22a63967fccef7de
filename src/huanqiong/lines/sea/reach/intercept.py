"""Which unit reaches her first, and where: if she holds her course, and ahead of where she may be.

Boats go by water, aircraft straight, posts wait. Everything is counted from the fix's time; units leave `now`
plus their delay. Units that can meet her come first, soonest first; then those that can stand ahead.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from huanqiong.core.errors import InputError
from huanqiong.core.geography import Coast
from huanqiong.core.place import ahead, bearing_deg, haversine_m
from huanqiong.core.units import KN_MS, NM_M
from huanqiong.core.verdict import Reason
from huanqiong.lines.sea.reach.course import STEP_M, Course, course_of
from huanqiong.lines.sea.reach.fix import Fix
from huanqiong.lines.sea.reach.grid import grid_around
from huanqiong.lines.sea.reach.meet import meeting_s
from huanqiong.lines.sea.reach.travel import HARBOUR_M, field
from huanqiong.lines.sea.reach.units import Meeting, Place, Unit
from huanqiong.lines.sea.reach.whereabouts import Region

HOURS: Final = 12.0
"""How far ahead meetings are looked for, from the fix. Source: the last horizon of the regions."""
FRONT: Final = 0.8
"""Standing ahead means ahead of the region that holds this share. Source: own."""
ROOM: Final = 1.5
BOAT_HALF: Final = 150
WITHIN_DEG: Final = 20.0
"""What of the region lies on her course: so many degrees either side. Source: own."""


class _Ways:
    """A unit's ways to the places of her course: `way_m` (by water for a boat) and `direct_m`."""

    def __init__(self, unit: Unit, course: Course, coast: Coast, out_s: float) -> None:
        self.direct_m = haversine_m(unit.lat, unit.lon, course.lat, course.lon)
        self.way_m = self.direct_m
        far_m = min(float(self.direct_m.max()), max(out_s, 0.0) * unit.speed_kn * KN_MS)
        if unit.kind == "boat":
            out_m = ROOM * far_m + 20_000.0  # what lies between must be gone around
            ways = field(grid_around(unit.lat, unit.lon, out_m, BOAT_HALF), coast, math.inf)
            r, c = ways.grid.cell(course.lat, course.lon)
            by_water = np.where(ways.seen[r, c], self.direct_m, np.maximum(ways.dist_m[r, c], self.direct_m))
            self.way_m = np.where(r >= 0, by_water, math.inf)


def _clear(unit: Unit, lat: float, lon: float, coast: Coast) -> bool:
    """Whether nothing but water lies on a boat's straight way; its own harbour does not count."""
    long_m = float(haversine_m(unit.lat, unit.lon, lat, lon))
    d = np.linspace(0.0, long_m, int(long_m / STEP_M) + 2)
    y, x = ahead(unit.lat, unit.lon, bearing_deg(unit.lat, unit.lon, lat, lon), d)
    return not bool((coast.on_land(y, x) & (d > HARBOUR_M)).any())


def intercept(
    fix: Fix,
    units: Iterable[Unit],
    coast: Coast,
    now: dt.datetime,
    regions: Sequence[Region] = (),
    hours: float = HOURS,
) -> list[Meeting]:
    """Each unit's earliest meeting, best first; `regions` (of the same fix) give what she may do otherwise.

    InputError: `now` without a zone or before the fix, or a region of another fix.
    """
    if now.tzinfo is None or now < fix.t:
        raise InputError("units cannot leave before the fix", remedy="Give an aware time at or after it")
    if any(r.fix != fix for r in regions):
        raise InputError("a region of another fix", remedy="Make the regions of this fix")
    course = course_of(fix, hours, coast)
    lead_s = (now - fix.t).total_seconds()
    front = _front(fix, course, regions)
    found = [_meeting(fix, unit, course, coast, lead_s, front, hours) for unit in units]
    return sorted(found, key=_rank)


def _rank(m: Meeting) -> tuple[bool, float, bool, float, str]:
    far = math.inf
    return (
        m.meets is None,
        m.meets.t.timestamp() if m.meets else far,
        m.ahead is None,
        m.ahead.t.timestamp() if m.ahead else far,
        m.unit.code,
    )


def _front(
    fix: Fix, course: Course | None, regions: Sequence[Region]
) -> tuple[list[float], list[float]] | None:
    """Hours and metres of the region's foremost cells along her course, never falling; None: not known."""
    if not regions or course is None or fix.cog_deg is None:
        return None
    hours, metres = [0.0], [0.0]
    for r in sorted(regions, key=lambda r: r.hours):
        hours.append(r.hours)
        metres.append(max(metres[-1], r.front_m(FRONT, fix.cog_deg, WITHIN_DEG)))
    return hours, metres


def _meeting(
    fix: Fix,
    unit: Unit,
    course: Course | None,
    coast: Coast,
    lead_s: float,
    front: tuple[list[float], list[float]] | None,
    hours: float,
) -> Meeting:
    ready_s = lead_s + unit.ready_min * 60
    if course is None:
        return Meeting(unit, None, None, (Reason("reach_no_course", "course"),))
    until_s = min(hours * 3600, course.end_s)
    ways = _Ways(unit, course, coast, hours * 3600 - ready_s)
    if unit.kind == "post":
        met = _passes(unit, course, ways, ready_s, until_s)
        place, comes_s = None, math.inf
    else:
        met = _meets(fix, unit, course, ways, coast, ready_s, until_s)
        place, comes_s = _ahead(fix, unit, course, ways, ready_s, front)
    if met is None:
        why = _why_not(unit, course, ready_s, until_s)
        return Meeting(unit, None, place, (*why, *_said(fix, place, comes_s)))
    seconds, way_m = met
    lat, lon = course.at_s(seconds)
    meets = Place(fix.t + dt.timedelta(seconds=seconds), lat, lon, way_m)
    return Meeting(unit, meets, place, (*_why(fix, unit, meets, ready_s), *_said(fix, place, comes_s)))


def _meets(
    fix: Fix, unit: Unit, course: Course, ways: _Ways, coast: Coast, ready_s: float, until_s: float
) -> tuple[float, float] | None:
    """Seconds to the first meeting and metres to it: by the equation if the way is clear, else by water."""
    seconds = meeting_s(
        lat=fix.lat,
        lon=fix.lon,
        cog_deg=fix.cog_deg or 0.0,
        sog_kn=fix.sog_kn or 0.0,
        unit_lat=unit.lat,
        unit_lon=unit.lon,
        unit_kn=unit.speed_kn,
        ready_s=ready_s,
        until_s=until_s,
    )
    if seconds is None:
        return None  # no way by water is shorter
    lat, lon = course.at_s(seconds)
    if unit.kind == "aircraft" or _clear(unit, lat, lon, coast):
        return seconds, float(haversine_m(unit.lat, unit.lon, lat, lon))
    there_s = ready_s + ways.way_m / (unit.speed_kn * KN_MS)
    if course.speed_ms == 0:
        return (float(there_s[0]), float(ways.way_m[0])) if there_s[0] <= until_s else None
    comes_s = course.dist_m / course.speed_ms
    met = np.flatnonzero((there_s <= comes_s) & (comes_s >= seconds) & (comes_s <= until_s))
    return (float(comes_s[met[0]]), float(ways.way_m[met[0]])) if len(met) else None


def _passes(
    unit: Unit, course: Course, ways: _Ways, ready_s: float, until_s: float
) -> tuple[float, float] | None:
    """Seconds until she first is within a post's sight, and how near she then is; None: she never is."""
    inside = ways.direct_m <= unit.sees_m
    if course.speed_ms == 0:
        return (ready_s, float(ways.direct_m[0])) if inside[0] and ready_s <= until_s else None
    comes_s = course.dist_m / course.speed_ms
    step_s = float(comes_s[1] - comes_s[0])
    seen = np.flatnonzero(inside & (comes_s > ready_s - step_s) & (comes_s <= until_s))
    return (max(ready_s, float(comes_s[seen[0]])), float(ways.direct_m[seen[0]])) if len(seen) else None


def _ahead(
    fix: Fix,
    unit: Unit,
    course: Course,
    ways: _Ways,
    ready_s: float,
    front: tuple[list[float], list[float]] | None,
) -> tuple[Place | None, float]:
    """Where on her course it can stand soonest, before the region's front; and when that comes, seconds."""
    if front is None:
        return None, math.inf
    hours, metres = front
    if metres[-1] <= 0:
        return None, math.inf
    shown = course.dist_m <= metres[-1]
    comes_s = np.interp(
        course.dist_m, np.array(metres) + np.arange(len(metres)) * 1e-6, np.array(hours) * 3600
    )
    there_s = ready_s + ways.way_m / (unit.speed_kn * KN_MS)
    good = np.flatnonzero(shown & (there_s <= comes_s) & (course.dist_m > 0))
    if not len(good):
        return None, math.inf
    i = int(good[np.argmin(there_s[good])])
    t = fix.t + dt.timedelta(seconds=float(there_s[i]))
    place = Place(t, float(course.lat[i]), float(course.lon[i]), float(ways.way_m[i]))
    return place, float(comes_s[i])


def _why(fix: Fix, unit: Unit, meets: Place, ready_s: float) -> list[Reason]:
    minutes = (meets.t - fix.t).total_seconds() / 60
    register = "unit register"
    out = [Reason("reach_meets", minutes, ready_s / 60, "min", "course and speed held")]
    if unit.kind == "post":
        return [*out, Reason("reach_passes", meets.way_m / NM_M, unit.sees_m / NM_M, "nm", register)]
    direct_m = float(haversine_m(unit.lat, unit.lon, meets.lat, meets.lon))
    if meets.way_m > 1.01 * direct_m + STEP_M:
        out.append(Reason("reach_around", meets.way_m / NM_M, direct_m / NM_M, "nm", "coast"))
    else:
        out.append(Reason("reach_way", meets.way_m / NM_M, None, "nm", None))
    return [*out, Reason("reach_unit_speed", unit.speed_kn, fix.sog_kn, "kn", register)]


def _why_not(unit: Unit, course: Course, ready_s: float, until_s: float) -> list[Reason]:
    if unit.kind == "post":
        return [Reason("reach_waits", "waits")]
    if ready_s > until_s:
        return [Reason("reach_not_ready", ready_s / 60, until_s / 60, "min", "unit register")]
    code = "reach_lands_first" if course.lands else "reach_too_slow"
    return [Reason(code, until_s / 60, None, "min", None)]


def _said(fix: Fix, place: Place | None, comes_s: float) -> list[Reason]:
    if place is None:
        return []
    minutes = (place.t - fix.t).total_seconds() / 60
    return [Reason("reach_ahead", minutes, comes_s / 60, "min", f"front of the {FRONT:.0%} region")]
