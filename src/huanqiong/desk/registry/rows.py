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
class VesselDetail:
    """A vessel, its devices and what they said, newest first."""

    row: VesselRow
    note: str
    devices: tuple[DeviceRow, ...]
    static: tuple[StaticRow, ...]


@dataclass(frozen=True, slots=True)
class FoundVessel:
    """A search result: the vessel and the term that matched."""

    row: VesselRow
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    code: str
    name_zh: str
    name_en: str
    kind: str
    agency: str
    lat: float | None
    lon: float | None


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
