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
    """city, town, cape, island, light; inland for towns that no one takes a bearing from."""
    rank: int

    def name(self, lang: str) -> str:
        """The name in `zh` or `en`."""
        return self.name_zh if lang.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Named places with their positions as columns; `marks` are those a bearing is taken from."""

    rows: tuple[NamedPlace, ...]
    lat: F8
    lon: F8
    marks: NDArray[np.bool_]

    def nearest(self, lat: float, lon: float) -> tuple[NamedPlace, float] | None:
        """The nearest mark and its distance in metres; None where there is none."""
        if not self.marks.any():
            return None
        d = np.where(self.marks, haversine_m(lat, lon, self.lat, self.lon), np.inf)
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
    columns = np.array([[p.lat, p.lon] for p in rows], dtype=np.float64).reshape(-1, 2)
    marks = np.array([p.kind != "inland" for p in rows], dtype=np.bool_)
    return Places(rows, columns[:, 0], columns[:, 1], marks)
