"""Named points on the chart, in Chinese and English: for labels and for bearings and distances."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.errors import InputError
from huanqiong.core.place import haversine_m

F8 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A point people know; `rank` 1 is shown first and farthest out."""

    name_zh: str
    name_en: str
    lat: float
    lon: float
    kind: str
    """city, town, cape, island, bay or light."""
    rank: int

    def name(self, lang: str) -> str:
        """The name in `zh` or `en`."""
        return self.name_zh if lang.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Named places with their positions as columns."""

    rows: tuple[NamedPlace, ...]
    lat: F8
    lon: F8

    def nearest(self, lat: float, lon: float) -> tuple[NamedPlace, float] | None:
        """The nearest named place and its distance in metres; None where the list is empty."""
        if not self.rows:
            return None
        d = haversine_m(lat, lon, self.lat, self.lon)
        i = int(np.argmin(d))
        return self.rows[i], float(d[i])


def read_places(raw: bytes, where: str) -> Places:
    """Reads `places.csv`: name_zh, name_en, lat, lon, kind, rank."""
    try:
        rows = tuple(
            NamedPlace(
                r["name_zh"], r["name_en"], float(r["lat"]), float(r["lon"]), r["kind"], int(r["rank"])
            )
            for r in csv.DictReader(io.StringIO(raw.decode("utf-8")))
        )
    except (ValueError, KeyError, TypeError) as e:
        raise InputError(f"not a list of places ({e})", where=where, remedy="See docs/geography.md") from e
    return Places(rows, np.array([p.lat for p in rows]), np.array([p.lon for p in rows]))
