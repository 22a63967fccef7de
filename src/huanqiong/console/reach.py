"""Where a vessel can be, and who meets her, asked for a person: from an alert, a vessel, or what was told.

Each asks for the rights of the alert, of the vessel and of the units. The kernels are imported where they are
used: a process that nobody asks need not load them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.core import signing

from huanqiong.console.house import house
from huanqiong.console.live import live_desk
from huanqiong.core.errors import MissingError, UsageError
from huanqiong.core.time import iso
from huanqiong.desk.registry.access import access_units, access_vessel
from huanqiong.desk.trust.access import allow
from huanqiong.desk.watch.access import access_alert
from huanqiong.flows.sea_geography import geography_of

if TYPE_CHECKING:
    from huanqiong.core.geography import Geography
    from huanqiong.flows.interception import Reach
    from huanqiong.lake.store import Store
    from huanqiong.lines.sea.reach import Fix


@lru_cache(maxsize=2)
def _geography(store: Store) -> Geography:
    """Read once a process: a store's own geography changes with a restart, as it does for the detectors."""
    return geography_of(store)


def of_alert(person: Any, alert_id: int, at: datetime, mmsi: int | None = None) -> Reach:
    """From the last fix of the alert's vessel (`mmsi`: of which of a pair). A report or a distress signal
    counts from its own place and time where it is newer, or where nobody is known. UsageError: the vessel
    is not the alert's."""
    a = access_alert(person, alert_id).row
    if mmsi is not None and mmsi not in (a.mmsi, a.other_mmsi):
        raise UsageError(f"Vessel {mmsi} is not one of alert {alert_id}.")
    who = mmsi or a.mmsi
    found = of_vessel(person, who, at) if who is not None else None
    told = a.lat is not None and a.lon is not None and a.t1 <= at and (a.distress or a.kind == "report")
    if told and (found is None or found.fix is None or found.fix.t < a.t1):
        return of_clue(person, at, a.lat or 0.0, a.lon or 0.0, a.t1)
    return found if found is not None else _asked(person, None, at)


def of_vessel(person: Any, mmsi: int, at: datetime) -> Reach:
    """From her last fix at or before `at`."""
    from huanqiong.flows.interception import heard_fix

    allow(person, "watch.view")
    allow(person, "registry.view")
    try:
        row = access_vessel(person, mmsi).row
        ship_type, length_m = row.said_type, row.said_length_m
    except MissingError:  # heard, but in no register
        ship_type, length_m = None, None
    desk = live_desk()
    now = desk.now if desk else None
    fix = heard_fix(house().picture, mmsi, at, now, ship_type=ship_type, length_m=length_m)
    return _asked(person, fix, at)


def of_clue(
    person: Any,
    at: datetime,
    lat: float,
    lon: float,
    t: datetime,
    sog_kn: float | None = None,
    cog_deg: float | None = None,
    ship_type: int | None = None,
) -> Reach:
    """From a place and a time that somebody told; what was not told widens the region."""
    from huanqiong.lines.sea.reach import Fix

    if t > at:
        raise UsageError("What was told lies ahead of the clock.")
    return _asked(person, Fix(lat, lon, t, sog_kn, cog_deg, ship_type), at, told=True)


def _asked(person: Any, fix: Fix | None, at: datetime, *, told: bool = False) -> Reach:
    from huanqiong.flows.interception import reach_of

    allow(person, "watch.view")
    units = access_units(person)
    desk = live_desk()
    h = house()
    return reach_of(fix, units, h.picture, _geography(h.store), at, desk.now if desk else None, told=told)


_SALT: Final = "reach.meeting"
SHOWN_H: Final = 2.0
"""A meeting shown longer ago is no longer ordered on: it is counted anew. Source: own."""


def shown(met: dict[str, Any], of: str, unit: str) -> str:
    """A meeting as the page gets it, signed: what an order keeps is what this server counted and showed."""
    return signing.dumps({"of": of, "unit": unit, "met": met}, salt=_SALT, compress=True)


def chosen(token: str, of: str, unit: str) -> dict[str, Any] | None:
    """What `shown` signed; None for "". UsageError: another alert's or unit's, or shown too long ago."""
    if not token:
        return None
    try:
        told = signing.loads(token, salt=_SALT, max_age=timedelta(hours=SHOWN_H))
    except signing.BadSignature:
        told = {}
    if (told.get("of"), told.get("unit")) != (of, unit):
        raise UsageError(f"The meeting of unit {unit} was not shown here, or too long ago. Count it anew.")
    return dict(told["met"])


def meeting_of(reach: Reach, unit: str) -> dict[str, Any] | None:
    """What an order keeps of a unit's meeting: where, when, how it was counted and from what; None: it has
    none. `how`: meets (course and speed held) or ahead (standing ahead of her)."""
    from huanqiong.core.units import NM_M

    found = next((r for r in reach.units if r.unit.code == unit), None)
    fix = reach.fix
    if found is None or found.meeting is None or fix is None:
        return None
    place = found.meeting.meets or found.meeting.ahead
    if place is None:
        return None
    return {
        "how": "meets" if found.meeting.meets else "ahead",
        "t": iso(place.t.replace(microsecond=0)),
        "lat": round(place.lat, 5),
        "lon": round(place.lon, 5),
        "nm": round(place.way_m / NM_M, 1),
        "from": {"lat": found.lat, "lon": found.lon, "heard": iso(found.heard) if found.heard else None},
        "counted_at": iso(reach.at),
        "fix": {
            "t": iso(fix.t), "lat": fix.lat, "lon": fix.lon, "sog_kn": fix.sog_kn, "cog_deg": fix.cog_deg,
        },
        "norms": reach.norms,
        "geography": reach.geography[:16],
    }  # fmt: skip
