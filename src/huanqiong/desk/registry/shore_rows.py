"""What the shore's tables hand out: plain frozen rows, times aware UTC, places WGS-84 degrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from huanqiong.desk.registry.rows import DeviceRow
from huanqiong.desk.registry.trips import Trip


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station. `boats`: how many the register counts to it; `out`: how many are out, None: not asked."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    township: str
    lat: float | None
    lon: float | None
    source: str
    valid_from: date | None
    valid_to: date | None
    boats: int = 0
    out: int | None = None


@dataclass(frozen=True, slots=True)
class BoatRow:
    """A boat of the register. `owner` None where the reader may not see it."""

    code: str
    name: str
    number: str
    township: str
    home_port: str
    station: str  # code; "" none
    station_zh: str
    station_en: str
    length_m: float | None
    engine_kw: float | None
    owner: str | None
    gear: str
    permits: str
    papers: str
    valid_from: date | None
    valid_to: date | None
    register: str
    version: str
    changed_at: datetime
    gone_at: datetime | None
    mmsi: int | None
    vessel: str  # code of her hull


@dataclass(frozen=True, slots=True)
class BoatDetail:
    """A boat, her devices and her trips, the newest first."""

    row: BoatRow
    devices: tuple[DeviceRow, ...]
    trips: tuple[Trip, ...]


@dataclass(frozen=True, slots=True)
class FoundBoat:
    """A boat in a list; `how` and `text` as of `FoundVessel`, "" where nothing was searched."""

    row: BoatRow
    trip: Trip | None  # the newest
    how: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class KnownBoat:
    """A boat as a clerk's device keeps her: `typed` forms to find her by, and how she sailed last."""

    code: str
    name: str
    township: str
    typed: tuple[str, ...]
    crew: tuple[str, ...]
    purpose: str
    away_h: float | None  # hours between leaving and the time due, last time; None: never said
    sailed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StationCopy:
    """What a clerk's device keeps of one station: its boats, and its trips of the last weeks."""

    station: StationRow
    boats: tuple[KnownBoat, ...]
    trips: tuple[Trip, ...]
