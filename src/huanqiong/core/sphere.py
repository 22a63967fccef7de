"""Distance, bearing and dead reckoning on the sphere for one point at a time, callable inside `@njit`.

The array forms are in `core/place.py`; both use the mean earth radius and agree to the last bits.
"""

from __future__ import annotations

import math

from numba import njit

from huanqiong.core.units import EARTH_RADIUS_M

_R = EARTH_RADIUS_M


@njit(cache=True)
def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two points in degrees."""
    p1 = math.radians(lat1)
    p2 = math.radians(lat2)
    s = math.sin((p2 - p1) * 0.5)
    w = math.sin(math.radians(lon2 - lon1) * 0.5)
    a = s * s + math.cos(p1) * math.cos(p2) * w * w
    return 2.0 * _R * math.asin(math.sqrt(min(1.0, a)))


@njit(cache=True)
def bearing(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Initial bearing in degrees true [0, 360) from the first point to the second."""
    p1 = math.radians(lat1)
    p2 = math.radians(lat2)
    dl = math.radians(lon2 - lon1)
    y = math.sin(dl) * math.cos(p2)
    x = math.cos(p1) * math.sin(p2) - math.sin(p1) * math.cos(p2) * math.cos(dl)
    return math.degrees(math.atan2(y, x)) % 360.0


@njit(cache=True)
def ahead(lat: float, lon: float, bearing_deg: float, dist_m: float) -> tuple[float, float]:
    """The point `dist_m` ahead on a great circle: (lat, lon), longitude in [-180, 180)."""
    d = dist_m / _R
    p1 = math.radians(lat)
    b = math.radians(bearing_deg)
    s = math.sin(p1) * math.cos(d) + math.cos(p1) * math.sin(d) * math.cos(b)
    p2 = math.asin(max(-1.0, min(1.0, s)))
    dl = math.atan2(math.sin(b) * math.sin(d) * math.cos(p1), math.cos(d) - math.sin(p1) * s)
    return math.degrees(p2), (lon + math.degrees(dl) + 180.0) % 360.0 - 180.0
