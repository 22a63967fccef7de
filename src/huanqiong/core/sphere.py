"""Distance, bearing and dead reckoning on the sphere for one point at a time, callable inside `@njit`.

The array forms are in `core/place.py`; both use the mean earth radius and agree to the last bits.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from huanqiong.core.units import EARTH_RADIUS_M

_R = EARTH_RADIUS_M
_STEPS = 64
"""Steps a degree of the table of cosines and sines."""
_STEP = math.radians(1.0 / _STEPS)
_HALF = math.pi / 360.0
_ANGLES = np.arange(180 * _STEPS + 1) * _STEP
_TABLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def cos_deg(deg: float) -> float:
    """The cosine of degrees, [-180, 180]; a fraction of `math.cos`'s cost, within 2 units of 2^-53.

    From the nearest of the table's angles on by the series, whose first term left out is below 10^-20.
    """
    a = abs(deg) * _STEPS
    k = int(a + 0.5)
    h = (a - k) * _STEP
    c, s = _TABLE[k, 0], _TABLE[k, 1]
    h2 = h * h
    return c - (s * (h - h * h2 * (1.0 / 6.0)) + c * h2 * (0.5 - h2 * (1.0 / 24.0)))


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def sin_deg(deg: float) -> float:
    """The sine of degrees, [-180, 180], made as `cos_deg` is."""
    a = abs(deg) * _STEPS
    k = int(a + 0.5)
    h = (a - k) * _STEP
    c, s = _TABLE[k, 0], _TABLE[k, 1]
    h2 = h * h
    y = s + (c * (h - h * h2 * (1.0 / 6.0)) - s * h2 * (0.5 - h2 * (1.0 / 24.0)))
    return y if deg >= 0.0 else -y


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def wrapped(lon: float) -> float:
    """Degrees of longitude, or a difference of two, brought into [-180, 180)."""
    if -180.0 <= lon < 180.0:
        return lon
    return (lon + 180.0) % 360.0 - 180.0


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def unit_vector(lat: float, lon: float) -> tuple[float, float, float]:
    """A place on the unit sphere; longitude may be any."""
    lat = min(max(lat, -90.0), 90.0)
    if not -180.0 <= lon <= 180.0:
        lon = (lon + 180.0) % 360.0 - 180.0
    k = cos_deg(lat)
    return k * cos_deg(lon), k * sin_deg(lon), sin_deg(lat)


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def arc_m(dlat: float, dlon: float, cos2: float) -> float:
    """The haversine distance in metres from differences in degrees and the product of the latitudes' cosines.

    Below 10 km the series of sine and arcsine are exact to the last bits and cost a tenth.
    """
    a, b = dlat * _HALF, dlon * _HALF
    if abs(a) < 1e-3 and abs(b) < 1e-3:
        a *= 1.0 - a * a * (1.0 / 6.0) * (1.0 - a * a * 0.05)
        b *= 1.0 - b * b * (1.0 / 6.0) * (1.0 - b * b * 0.05)
        h = a * a + cos2 * b * b
        return 2.0 * _R * math.sqrt(h) * (1.0 + h * (1.0 / 6.0 + h * 0.075))
    a, b = math.sin(a), math.sin(b)
    return 2.0 * _R * math.asin(math.sqrt(min(1.0, a * a + cos2 * b * b)))


@njit(cache=True, error_model="numpy", _nrt=False)
def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two points in degrees; NaN in gives NaN."""
    dlat, dlon = lat2 - lat1, lon2 - lon1
    if not (abs(lat1) <= 90.0 and abs(lat2) <= 90.0):
        return math.nan
    return arc_m(dlat, dlon, cos_deg(lat1) * cos_deg(lat2))


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
