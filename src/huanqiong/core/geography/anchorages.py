"""Anchorages that others publish or a chart shows: read row by row, the bad rows set aside and named."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from huanqiong.core.errors import InputError, LayoutError
from huanqiong.core.geography.points import Points, points
from huanqiong.core.geography.unpacked import as_rows
from huanqiong.core.units import EARTH_RADIUS_M

FILES: Final = ("anchorages.csv", "anchorages.csv.gz", "anchorages.parquet")
"""Names under which a geography's directory may hold anchorages of its own."""
COLUMNS: Final = {
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "label": ("label", "name", "s2id"),
    "radius_m": ("radius_m",),
}
"""What is read, and the names under which it is found; the first two must be there."""
LAID_M: Final = 1_000.0
"""A wide anchorage is laid out in points so close that none of its water is further than this from one."""
WIDEST_M: Final = 30_000.0
"""No anchorage is wider; a greater radius is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be used. `where`: file and row (the header is row 1; Parquet counts from 0)."""

    where: str
    column: str
    cause: str
    text: str
    """What stood there, at most 200 characters."""
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}, column {self.column}: {self.cause} ({self.text!r}). {self.remedy}"

    def as_dict(self) -> dict[str, str]:
        """The form of a line in a side file."""
        return {"where": self.where, "column": self.column, "cause": self.cause, "text": self.text}


def told(rows: Sequence[SetAside]) -> str:
    """What a person must hear of rows set aside; empty where there are none."""
    if not rows:
        return ""
    return f"{len(rows):,} row{'s' if len(rows) > 1 else ''} of anchorages set aside, the first: {rows[0]}"


@dataclass(frozen=True, slots=True)
class Anchorages:
    """What a file held: the points of its good rows in file order, and the rows set aside."""

    points: Points
    rows: int
    """Good rows; a wide anchorage is one row of many points."""
    set_aside: tuple[SetAside, ...]


def load_anchorages(file: Path) -> Anchorages:
    """Reads anchorages in Global Fishing Watch's layout or from a chart: CSV (.gz too) or Parquet.

    Columns: `lat` or `latitude`, `lon` or `longitude`, WGS-84; where there is one, `label` (else `name`, else
    the cell's id `s2id`) and `radius_m`, for an anchorage that is more than a point. LayoutError: no place
    columns. InputError: the file cannot be read, or not one of its rows is a place on earth.
    """
    return read_anchorages(file.read_bytes(), str(file))


def read_anchorages(raw: bytes, where: str) -> Anchorages:
    """The same from bytes; `where` is the file's name, by whose ending Parquet is told."""
    rows = _parquet(raw, where) if where.endswith(".parquet") else _csv(raw, where)
    names, lat, lon, label = next(rows)[1], [], [], []
    column = {k: next((n for n in known if n in names), "") for k, known in COLUMNS.items()}
    if not (column["lat"] and column["lon"]):
        raise LayoutError(
            f"no latitude and longitude; saw {', '.join(names) or 'nothing'}",
            where=where,
            remedy="Name the columns lat, lon and label",
        )
    at = {k: names.index(n) for k, n in column.items() if n}
    good, aside = 0, []
    for n, values in rows:
        row = {k: values[i] if i < len(values) else None for k, i in at.items()}
        found = _row(row, column, f"{where}, row {n}")
        if isinstance(found, SetAside):
            aside.append(found)
            continue
        good += 1
        laid = _laid(*found)
        lat += [p[0] for p in laid]
        lon += [p[1] for p in laid]
        label += [str(row.get("label") or "")] * len(laid)
    if aside and not good:
        first = aside[0]
        raise InputError(
            f"none of {len(aside)} rows is a place on earth; the first: column {first.column}, {first.cause}",
            where=first.where,
            remedy=first.remedy,
        )
    return Anchorages(points(lat, lon, label), good, tuple(aside))


def _row(row: dict[str, Any], column: dict[str, str], where: str) -> tuple[float, float, float] | SetAside:
    """Latitude, longitude and radius of a row, or what is wrong with it."""
    got = []
    for key, low, high, remedy in (
        ("lat", -90.0, 90.0, "Give decimal degrees WGS-84, -90 to 90"),
        ("lon", -180.0, 180.0, "Give decimal degrees WGS-84, -180 to 180"),
        ("radius_m", 0.0, WIDEST_M, f"Give metres, 0 to {WIDEST_M:.0f}, or leave it empty"),
    ):
        value = row.get(key)
        empty = value is None or (isinstance(value, str) and not value.strip())
        if empty and key == "radius_m":
            got.append(0.0)
            continue
        try:
            number = math.nan if value is None else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not low <= number <= high:
            shown = "" if value is None else str(value)[:200]
            cause = "empty" if empty else "no number" if math.isnan(number) else f"not {low:g} to {high:g}"
            return SetAside(where, column[key], cause, shown, remedy)
        got.append(number)
    return got[0], got[1], got[2]


def _laid(lat: float, lon: float, radius_m: float) -> list[tuple[float, float]]:
    """One point, or a wide anchorage's middle and rings of points around it."""
    out = [(lat, lon)]
    side = LAID_M * math.sqrt(2.0)  # of a square whose corners lie LAID_M from its middle
    last = radius_m - side / 2.0
    rings = math.ceil(last / side) if radius_m > LAID_M else 0
    for k in range(1, rings + 1):
        r = last * k / rings
        n = math.ceil(2.0 * math.pi * (r + side / 2.0) / side)
        for i in range(n):
            a = 2.0 * math.pi * i / n
            y = lat + math.degrees(r * math.cos(a) / EARTH_RADIUS_M)
            if abs(y) < 90.0:
                x = lon + math.degrees(r * math.sin(a) / (EARTH_RADIUS_M * math.cos(math.radians(y))))
                out.append((y, (x + 180.0) % 360.0 - 180.0))
    return out


def _csv(raw: bytes, where: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """The header, then each row with its number."""
    rows = as_rows(raw, where)
    yield next(rows, (1, []))
    yield from rows


def _parquet(raw: bytes, where: str) -> Iterator[tuple[int, Sequence[Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(raw))
    except (OSError, ValueError) as e:
        raise InputError(f"not a Parquet table ({e})", where=where, remedy="Give CSV or Parquet") from e
    known = [n for names in COLUMNS.values() for n in names if n in table.column_names]
    # unknown names only to say what was seen
    yield 0, known or table.column_names
    yield from enumerate(zip(*(table.column(c).to_pylist() for c in known), strict=True))


def joined(*parts: Points) -> Points:
    """Points of several lists, in their order."""
    return points(
        np.concatenate([p.lat for p in parts]),
        np.concatenate([p.lon for p in parts]),
        [label for p in parts for label in p.label],
    )
