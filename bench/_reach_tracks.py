"""Real tracks for the bench of reach: read where they lie, cut into pairs of a fix and where she was later.

US        2022-01-03, its first 24 minutes (UTC), with types; rows stamped 23:59 lie where the ships were at
          00:00, so they belong to the day before and are left out
Kattegat  2025-11-01 and 02, one box, ships under way, no types
Norfolk   four hours of Hampton Roads, no types
Satellite January 2014, one ship in the ocean and what stood behind one MMSI off Taiwan, no types
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.place import ahead, haversine_m
from huanqiong.core.units import KN_MS

HOURS = (1 / 3, 1.0, 3.0, 6.0, 12.0)
PER_SHIP = 8
"""Starts a ship and horizon at most, spread over her track: a ship is one witness."""
FASTEST_KN = 60.0
"""A pair that implies more is a bad fix or two ships; so is one of 1.3 times her fastest and 2 kn more."""
BOX = (57.165, 10.62, 57.575, 11.835)
"""South, west, north, east of the Kattegat file, a little inside."""
DAY0 = 1_761_955_200


@dataclass(frozen=True, slots=True)
class Pair:
    """A fix and where she was `hours` later. None: not known."""

    source: str
    ship: str
    day: int
    hours: float
    wanted_h: float
    lat: float
    lon: float
    sog_kn: float | None
    cog_deg: float | None
    ship_type: int | None
    length_m: float | None
    lat2: float
    lon2: float

    @property
    def dist_m(self) -> float:
        """Metres between the two."""
        return float(haversine_m(self.lat, self.lon, self.lat2, self.lon2))

    @property
    def learnt_from(self) -> bool:
        """Whether the norms may see her: two ships of three, in the US set and on Kattegat's first day."""
        number = int(self.ship) if self.ship.isdigit() else 0
        return bool(learnable(number)) and (
            self.source == "US" or (self.source == "Kattegat" and self.day == 0)
        )


def learnable(mmsi: Any) -> Any:
    """Two ships of three, by their number."""
    return (mmsi * 2_654_435_761 >> 7) % 3 != 0


def data_dir() -> Path | None:
    """Where the real sets lie; None: they are not here."""
    beside = Path(__file__).resolve().parents[2] / "shared/data"
    found = Path(os.environ.get("HUANQIONG_DATA", beside)) / "ais"
    return found if found.is_dir() else None


def _set(name: str) -> Path:
    """One real set. SystemExit, with a plain word, where they are not here."""
    here = data_dir()
    if here is None:
        raise SystemExit("the real tracks are not here: set HUANQIONG_DATA")
    return here / name


def _known(v: Any, low: float, high: float) -> float | None:
    return float(v) if v is not None and np.isfinite(v) and low <= v < high else None


def _pairs(source: str, file: str, key: str) -> Iterator[Pair]:
    table = pq.read_table(_set(file))
    col = {n: table[n].to_numpy(zero_copy_only=False) for n in table.schema.names}
    if "t" in col:
        t = table["t"].cast(pa.timestamp("us", "UTC")).cast("int64").to_numpy() / 1e6
    else:
        t = np.array(
            [int(a) * 3600 + int(b) * 60 + int(c) for a, b, c in (x.split(":") for x in col["tod"])], float
        )
    ship = col[key].astype(str)
    ok = (np.abs(col["lat"]) <= 90) & (np.abs(col["lon"]) <= 180)
    order = np.lexsort((t, ship))
    order = order[ok[order]]
    if source == "US":
        order = order[t[order] < t.min() + 3600]
    cuts = np.flatnonzero(ship[order][1:] != ship[order][:-1]) + 1
    for rows in np.split(order, cuts):
        yield from _of_ship(source, str(ship[rows[0]]), rows, t, col)


def _of_ship(source: str, ship: str, rows: Any, t: Any, col: dict[str, Any]) -> Iterator[Pair]:
    tt, lat, lon = t[rows], col["lat"][rows], col["lon"][rows]
    sogs = col["sog_kn"][rows]
    top = min(FASTEST_KN, 1.3 * float(np.max(sogs[sogs < 102.2], initial=0.0)) + 2.0)
    for hours in HOURS:
        found = []
        for i in range(len(rows)):
            to = tt[i] + hours * 3600
            j = int(np.searchsorted(tt, to))
            near = min(
                (x for x in (j - 1, j) if i < x < len(rows)), key=lambda x: abs(tt[x] - to), default=None
            )
            if near is None or abs(tt[near] - to) > hours * 180:
                continue
            found.append((i, near))
        for i, j in (
            found[k] for k in np.unique(np.linspace(0, len(found) - 1, PER_SHIP).astype(int)) if found
        ):
            at, passed = rows[i], (tt[j] - tt[i]) / 3600
            sog = _known(col["sog_kn"][at], 0, 102.2)
            kind = _known(col.get("vessel_type", {at: None})[at], 1, 256)
            pair = Pair(
                *(source, ship, int((tt[i] - DAY0) // 86_400) if source == "Kattegat" else 0, passed, hours),
                *(float(lat[i]), float(lon[i]), sog, _known(col["cog_deg"][at], 0, 360)),
                *(int(kind) if kind else None, _known(col.get("length_m", {at: None})[at], 1, 500)),
                *(float(lat[j]), float(lon[j])),
            )
            if pair.dist_m <= top * KN_MS * 3600 * passed and _stays(pair):
                yield pair


def _stays(p: Pair) -> bool:
    """Whether the box would still hold her had she held course: else only those who turned are left."""
    if p.source != "Kattegat":
        return True
    if p.sog_kn is None or p.cog_deg is None:
        return False
    lat, lon = ahead(p.lat, p.lon, p.cog_deg, p.sog_kn * KN_MS * 3600 * p.hours)
    return bool(BOX[0] <= lat <= BOX[2] and BOX[1] <= lon <= BOX[3])


def pairs() -> list[Pair]:
    """All pairs of all waters."""
    return [
        *_pairs("US", "us_marinecadastre_20220103_sample.parquet", "mmsi"),
        *_pairs("Kattegat", "dk_kattegat_20251101_02_1min.parquet", "mmsi"),
        *_pairs("Norfolk", "norfolk_msis_set1.parquet", "vessel_label"),
        *_pairs("Satellite", "sat_sharedmmsi_416000000_gfw_segments.parquet", "segment"),
        *_pairs("Satellite", "sat_sharedmmsi_263576000.parquet", "mmsi"),
    ]


def all_types() -> Any:
    """Columns of the US set that say what classes of ships look like: type, length, speed, ship."""
    table = pq.read_table(
        _set("us_marinecadastre_20220103_sample.parquet"),
        columns=["mmsi", "vessel_type", "length_m", "sog_kn"],
    )
    return {n: table[n].to_numpy(zero_copy_only=False) for n in table.schema.names}
