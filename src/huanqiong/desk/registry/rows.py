"""What the registry hands out: plain frozen rows, times aware UTC, places WGS-84 degrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class VesselRow:
    """A vessel in a list. `name` is what to show: the register's name, else what it says, else ""."""

    code: str
    mmsi: int | None
    name: str
    name_zh: str
    name_en: str
    home_port: str
    flag: str
    holder: str  # what its MMSI claims to be, see core.ids
    said_name: str
    said_callsign: str
    said_imo: int | None
    said_type: int | None
    said_length_m: int | None
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceRow:
    kind: str
    ident: str
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class StaticRow:
    """One set of values a device sent, and from when to when."""

    device: str
    name: str
    callsign: str
    imo: int | None
    ship_type: int | None
    length_m: int | None
    beam_m: int | None
    draught_m: float | None
    destination: str
    eta: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class ImpliedPlace:
    """A place of registry that a name may mean; `province` is its character."""

    zh: str
    en: str
    province: str


@dataclass(frozen=True, slots=True)
class ImpliedHome:
    """The home port read from a vessel's name: several places where the name leaves them open.

    `from_register`: the name is the register's, not only what the vessel says; `differs`: the register's own
    home port is another (None: it names none that can be compared).
    """

    name: str
    from_register: bool
    places: tuple[ImpliedPlace, ...]
    differs: bool | None


@dataclass(frozen=True, slots=True)
class VesselDetail:
    """A vessel, its devices and what they said, newest first; `home`: None where its name implies none."""

    row: VesselRow
    note: str
    devices: tuple[DeviceRow, ...]
    static: tuple[StaticRow, ...]
    home: ImpliedHome | None = None


@dataclass(frozen=True, slots=True)
class FoundVessel:
    """A search result: the vessel, the term that matched, and why it was found.

    `how`: equal, read (a name that reads as the same boat, and only this one does), guess, start or part;
    `reasons`: of a name that was read, (code, value), see `lines.names.match`; `several`: vessels that were
    found in the same way.
    """

    row: VesselRow
    field: str
    text: str
    how: str = "part"
    reasons: tuple[tuple[str, str], ...] = ()
    several: int = 1


@dataclass(frozen=True, slots=True)
class UnitRow:
    code: str
    name_zh: str
    name_en: str
    kind: str
    agency: str
    lat: float | None
    lon: float | None
    mmsi: int | None
    speed_kn: float | None  # None: not entered
    ready_min: float


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone; `geometry` is GeoJSON (lon, lat)."""

    id: int
    name: str
    colour: str
    note: str
    geometry: dict[str, Any]
    bbox: tuple[float, float, float, float]  # west, south, east, north
    valid_from: datetime | None
    valid_to: datetime | None
    created_at: datetime
    created_by: str
    archived_at: datetime | None
