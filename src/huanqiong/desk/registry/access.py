"""The only way a view gets a row of the registry. Each refuses a person without `registry.view`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from huanqiong.desk.registry import reads
from huanqiong.desk.registry.claims import Claim, Known, claims, known
from huanqiong.desk.registry.names import implied_home
from huanqiong.desk.registry.periods import PeriodRow, periods
from huanqiong.desk.registry.rows import FoundVessel, StaticRow, UnitRow, VesselDetail, ZoneRow
from huanqiong.desk.registry.search import search
from huanqiong.desk.registry.shore_reads import station_names
from huanqiong.desk.trust.access import allow, allowed
from huanqiong.desk.trust.actor import Actor


def access_search(person: Actor, q: str, *, limit: int = 20) -> list[FoundVessel]:
    """Vessels by MMSI, IMO, call sign or name in either script, parts of a name included; each says why."""
    allow(person, "registry.view")
    return search(q, limit=limit)


def access_vessel(person: Actor, mmsi: int) -> VesselDetail:
    """The vessel that carries this MMSI now; MissingError where none was heard."""
    allow(person, "registry.view")
    found = reads.vessel(mmsi)
    return replace(found, home=implied_home(found.row))


def access_static(person: Actor, mmsi: int) -> list[StaticRow]:
    """What the device said of itself, newest first."""
    allow(person, "registry.view")
    return reads.static_history(mmsi)


def access_labels(person: Actor, mmsis: Iterable[int] | None = None) -> dict[int, tuple[str, int | None]]:
    """{mmsi: (name to show, ship type)} for the map; None: of every vessel."""
    allow(person, "registry.view")
    return reads.labels(mmsis)


def access_claims(person: Actor, since: datetime, at: datetime) -> tuple[list[Claim], list[Known]]:
    """What devices said of themselves where that changed between these times, and every vessel in short."""
    allow(person, "registry.view")
    return claims(since, at), known()


def access_units(person: Actor) -> list[UnitRow]:
    """Units that can be sent."""
    allow(person, "registry.view")
    return reads.units()


def access_unit_names(person: Actor) -> list[tuple[str, str, str]]:
    """(code, Chinese name, English name) of units and stations, for who sees or binds them; else []."""
    if not any(allowed(person, p) for p in ("registry.view", "users.view", "users.manage")):
        return []
    return [(u.code, u.name_zh, u.name_en) for u in reads.units()] + station_names()


def access_periods(person: Actor) -> list[PeriodRow]:
    """Declared periods of weather, newest first."""
    allow(person, "registry.view")
    return periods()


def access_ship_types(person: Actor, mmsis: Iterable[int]) -> dict[int, int | None]:
    """The AIS ship type each vessel says, by MMSI; None: it never said one."""
    allow(person, "registry.view")
    return reads.ship_types(mmsis)


def access_boat_ships(person: Actor) -> set[int]:
    """MMSI of the boats of the register that carry a transponder: which are boats, nothing else of them."""
    allow(person, "registry.view")
    return reads.boat_ships()


def access_zones(person: Actor, *, archived: bool = False) -> list[ZoneRow]:
    """Zones by name; archived ones too when asked."""
    allow(person, "registry.view")
    return reads.zones(archived=archived)


def access_zone(person: Actor, zone_id: int) -> ZoneRow:
    """One zone, archived or not; MissingError where there is none."""
    allow(person, "registry.view")
    return reads.zone(zone_id)
