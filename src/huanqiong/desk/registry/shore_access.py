"""The only way a view gets a row of stations, boats and sailings.

`boats.view` sees the register and who is out; the names of owners and crews open with a purpose, or to the
clerk at the station where the log is kept (`boats.log`).
"""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import RefusedError
from huanqiong.desk.registry import shore_reads
from huanqiong.desk.registry.shore_rows import BoatDetail, FoundBoat, StationCopy, StationRow
from huanqiong.desk.registry.trips import Trip
from huanqiong.desk.trust.access import allow, allowed, scope_of
from huanqiong.desk.trust.actor import Actor


def access_stations(person: Actor, *, now: datetime) -> list[StationRow]:
    """Stations by code, with their boats counted."""
    allow(person, "boats.view")
    return shore_reads.stations(now)


def access_own_stations(person: Actor) -> list[tuple[str, str, str]]:
    """(code, Chinese name, English name) of the stations whose log the person may keep."""
    allow(person, "boats.log")
    scope = scope_of(person, "boats.log")
    return [s for s in shore_reads.station_names() if scope.covers(unit=s[0])]


def access_station_copy(person: Actor, code: str, *, now: datetime) -> StationCopy:
    """What the clerk's device keeps of a station, crews included; RefusedError: it is not this clerk's."""
    allow(person, "boats.log")
    if not scope_of(person, "boats.log").covers(unit=code):
        raise RefusedError(f"Your role does not hold at station {code}. Ask an administrator.")
    return shore_reads.station_copy(code, now)


def access_boats(
    person: Actor,
    q: str = "",
    *,
    now: datetime,
    station: str = "",
    out: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[FoundBoat]:
    """Boats that `q` names, or all by name; no owner's name among them."""
    allow(person, "boats.view")
    return shore_reads.boats(q, now=now, station=station, out=out, limit=limit, offset=offset)


def access_boats_counted(person: Actor) -> int:
    """How many boats the register has now."""
    allow(person, "boats.view")
    return shore_reads.count_boats()


def access_boats_out(person: Actor, *, now: datetime) -> list[Trip]:
    """Trips of the boats that are out, the longest overdue first; no crew's names."""
    allow(person, "boats.view")
    return shore_reads.boats_out(now)


def access_boat(person: Actor, code: str, *, now: datetime) -> BoatDetail:
    """A boat without the names of people; MissingError where there is none."""
    allow(person, "boats.view")
    return shore_reads.boat(code, now)


def access_boat_people(person: Actor, code: str, *, now: datetime) -> BoatDetail:
    """A boat with her owner's and crews' names: for who opened them for a purpose (class `boat.people`)."""
    allow(person, "boats.view")
    return shore_reads.boat(code, now, people=True)


def access_boat_of_vessel(person: Actor, vessel_code: str) -> str:
    """The code of the boat that a hull is; "" where no register has her, or the person may not see it."""
    allow(person, "registry.view")
    return shore_reads.boat_of_vessel(vessel_code) if allowed(person, "boats.view") else ""
