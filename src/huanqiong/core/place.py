"""A place on earth with its datum; distance, bearing and dead reckoning for arrays.

Scalar twins of the arithmetic for use inside `@njit` are in `core/sphere.py`. Datums: `core/datum.py`; typed
and printed coordinates: `core/coordinates.py`. Both are offered here too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huanqiong.core.coordinates import decimal, degree_minute, parse_coordinates
from huanqiong.core.datum import DATUMS, Datum, convert
from huanqiong.core.errors import InputError
from huanqiong.core.units import EARTH_RADIUS_M

__all__ = [
    "DATUMS",
    "Datum",
    "Place",
    "ahead",
    "bearing_deg",
    "convert",
    "decimal",
    "degree_minute",
    "haversine_m",
    "parse_coordinates",
]
F8 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees with the datum it was given in. InputError: no such place or datum."""

    lat: float
    lon: float
    datum: Datum = "WGS-84"

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise InputError(
                f"{self.lat}, {self.lon} is no place on earth", remedy="Give degrees, latitude first"
            )
        if self.datum not in DATUMS:
            raise InputError(f"unknown datum {self.datum}", remedy=f"Name one of {', '.join(DATUMS)}")

    def to(self, datum: Datum) -> Place:
        """The same point in another datum; WGS-84 and CGCS2000 agree, the others convert within 5 m."""
        lat, lon = convert(self.lat, self.lon, self.datum, datum)
        return Place(lat, lon, datum)


def haversine_m(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> F8:
    """Great-circle distances in metres between points in degrees, with numpy's broadcasting."""
    p1, q1, p2, q2 = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lat1, lon1, lat2, lon2))
    a = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin((q2 - q1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, a)))


def bearing_deg(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> F8:
    """Initial bearings in degrees true [0, 360) from the first points to the second."""
    p1, q1, p2, q2 = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lat1, lon1, lat2, lon2))
    y = np.sin(q2 - q1) * np.cos(p2)
    x = np.cos(p1) * np.sin(p2) - np.sin(p1) * np.cos(p2) * np.cos(q2 - q1)
    return np.degrees(np.arctan2(y, x)) % 360.0


def ahead(lat: ArrayLike, lon: ArrayLike, bearing: ArrayLike, dist_m: ArrayLike) -> tuple[F8, F8]:
    """Points `dist_m` ahead on great circles that leave with `bearing`: (lat, lon), lon in [-180, 180)."""
    p1, q1, b = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lat, lon, bearing))
    d = np.asarray(dist_m, dtype=np.float64) / EARTH_RADIUS_M
    s = np.sin(p1) * np.cos(d) + np.cos(p1) * np.sin(d) * np.cos(b)
    dq = np.arctan2(np.sin(b) * np.sin(d) * np.cos(p1), np.cos(d) - np.sin(p1) * s)
    lon2 = (np.degrees(q1 + dq) + 180.0) % 360.0 - 180.0
    return np.degrees(np.arcsin(np.clip(s, -1.0, 1.0))), lon2
