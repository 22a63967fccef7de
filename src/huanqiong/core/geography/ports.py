"""Ports as a table of facts, and loaders for port lists that others publish."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.errors import InputError, LayoutError
from huanqiong.core.geography.unpacked import as_rows

F8 = NDArray[np.float64]
WIDEST_M = 100_000.0
"""No port takes up more water; a greater radius is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Port:
    """A place where vessels land: position in degrees WGS-84, `radius_m` of the water it takes up."""

    id: str
    name_zh: str
    name_en: str
    lat: float
    lon: float
    kind: str
    """ferry, cargo, fishing, oil, naval, marina or port (unspecified)."""
    radius_m: float
    county: str
    """Division code where known, else the country's two letters or empty."""
    note: str

    def name(self, lang: str) -> str:
        """The port's name in `zh` or `en`, falling back on the other."""
        return (self.name_zh if lang.startswith("zh") else self.name_en) or self.name_en or self.name_zh


@dataclass(frozen=True, slots=True, eq=False)
class Ports(Sequence[Port]):
    """Ports in file order, with their positions as columns `lat`, `lon`, `radius_m`."""

    rows: tuple[Port, ...]
    lat: F8
    lon: F8
    radius_m: F8

    @overload
    def __getitem__(self, i: int) -> Port: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Port, ...]: ...
    def __getitem__(self, i: int | slice) -> Port | tuple[Port, ...]:
        return self.rows[i]

    def __len__(self) -> int:
        return len(self.rows)

    def by_id(self, port_id: str) -> Port:
        """The port with this id; KeyError if there is none."""
        for p in self.rows:
            if p.id == port_id:
                return p
        raise KeyError(port_id)


def ports(rows: Sequence[Port]) -> Ports:
    """A table of ports."""
    columns = (np.array([getattr(p, c) for p in rows], dtype=np.float64) for c in ("lat", "lon", "radius_m"))
    return Ports(tuple(rows), *columns)


def _rows(raw: bytes, where: str, need: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of a CSV, plain or gzip; LayoutError where a needed column is missing."""
    rows = as_rows(raw, where)
    names = next(rows, (1, []))[1]
    missing = [c for c in need if c not in names]
    if missing:
        seen = ", ".join(names) or "nothing"
        raise LayoutError(
            f"no column {', '.join(missing)}; saw {seen}", where=where, remedy="Name the columns so"
        )
    for n, cells in rows:
        yield n, dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))


def _place(row: Mapping[str, str], lat: str, lon: str, where: str) -> tuple[float, float]:
    try:
        y, x = float(row[lat]), float(row[lon])
    except (TypeError, ValueError) as e:
        raise InputError(f"{lat} or {lon} is no number", where=where, remedy="Give decimal degrees") from e
    if not (abs(y) <= 90 and abs(x) <= 180):
        raise InputError(f"{y}, {x} is no place on earth", where=where, remedy="Give WGS-84 degrees")
    return y, x


def _radius(text: str, where: str) -> float:
    try:
        radius_m = float(text)
    except ValueError:
        radius_m = math.nan
    if not 0 <= radius_m <= WIDEST_M:
        raise InputError(
            f"radius_m is {text[:40]!r}", where=where, remedy=f"Give metres, 0 to {WIDEST_M:,.0f}"
        )
    return radius_m


def read_ports(raw: bytes, where: str) -> Ports:
    """Reads `ports.csv`: id, name_zh, name_en, lat, lon, kind, radius_m, county, note."""
    need = ("id", "name_zh", "name_en", "lat", "lon", "kind", "radius_m", "county", "note")
    found = []
    for n, r in _rows(raw, where, need):
        y, x = _place(r, "lat", "lon", f"{where}, line {n}")
        found.append(
            Port(
                r["id"],
                r["name_zh"],
                r["name_en"],
                y,
                x,
                r["kind"],
                _radius(r["radius_m"], f"{where}, line {n}"),
                r["county"],
                r["note"],
            )
        )
    return ports(found)


def read_world_ports(raw: bytes, where: str) -> Ports:
    """Reads the bundled world list: locode, name, country, lat, lon. Radius 3 km by custom."""
    found = []
    for n, r in _rows(raw, where, ("locode", "name", "country", "lat", "lon")):
        y, x = _place(r, "lat", "lon", f"{where}, line {n}")
        found.append(Port(r["locode"], "", r["name"], y, x, "port", 3_000.0, r["country"], ""))
    return ports(found)


def read_world_port_index(raw: bytes, where: str) -> Ports:
    """Reads the CSV of NGA's World Port Index (Pub. 150), any release that names its columns."""
    found = []
    need = ("World Port Index Number", "Main Port Name", "Latitude", "Longitude")
    for n, r in _rows(raw, where, need):
        y, x = _place(r, "Latitude", "Longitude", f"{where}, line {n}")
        number, name = r["World Port Index Number"].strip(), r["Main Port Name"].strip()
        found.append(
            Port(f"wpi-{number}", "", name, y, x, "port", 3_000.0, r.get("Country Code") or "", "WPI")
        )
    return ports(found)
