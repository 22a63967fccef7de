"""When a unit meets a ship that holds course and speed: one equation on the sphere.

She is at A cos(wt) + B sin(wt), with A her place and B the direction she heads; a unit that leaves U at r can
be anywhere within v (t - r) of it. They meet at the first t at which v (t - r) is the distance from U to her:
R arccos(U.A cos(wt) + U.B sin(wt)). Within a quarter of the earth that distance is convex in t, so what the
unit has to spare rises to one peak, and the first root lies before the peak: it is found by halving.
"""

from __future__ import annotations

import math

from huanqiong.core.units import EARTH_RADIUS_M, KN_MS

_R = EARTH_RADIUS_M
_HALVINGS = 60
Vector = tuple[float, float, float]


def _vector(lat: float, lon: float) -> Vector:
    p, q = math.radians(lat), math.radians(lon)
    return math.cos(p) * math.cos(q), math.cos(p) * math.sin(q), math.sin(p)


def _heading(lat: float, lon: float, bearing_deg: float) -> Vector:
    """The unit vector along the ground at a place, towards a bearing."""
    p, q, b = math.radians(lat), math.radians(lon), math.radians(bearing_deg)
    north = (-math.sin(p) * math.cos(q), -math.sin(p) * math.sin(q), math.cos(p))
    east = (-math.sin(q), math.cos(q), 0.0)
    return tuple(math.cos(b) * n + math.sin(b) * e for n, e in zip(north, east, strict=True))  # type: ignore[return-value]


def _between(u: Vector, w: Vector) -> float:
    """The angle between two unit vectors, exact for near ones too."""
    cross = (u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0])
    return math.atan2(math.hypot(*cross), sum(a * b for a, b in zip(u, w, strict=True)))


def meeting_s(
    *,
    lat: float,
    lon: float,
    cog_deg: float,
    sog_kn: float,
    unit_lat: float,
    unit_lon: float,
    unit_kn: float,
    ready_s: float,
    until_s: float,
) -> float | None:
    """Seconds from her fix to the first meeting, at least `ready_s`; None: not by `until_s`."""
    here, head, unit = _vector(lat, lon), _heading(lat, lon, cog_deg), _vector(unit_lat, unit_lon)
    w, v = sog_kn * KN_MS / _R, unit_kn * KN_MS / _R

    def spare(t: float) -> float:
        """How far the unit could go beyond her place at t, as an angle."""
        c, s = math.cos(w * t), math.sin(w * t)
        at = (here[0] * c + head[0] * s, here[1] * c + head[1] * s, here[2] * c + head[2] * s)
        return v * (t - ready_s) - _between(unit, at)

    if ready_s > until_s:
        return None
    if spare(ready_s) >= 0.0:
        return ready_s
    low, high = ready_s, until_s
    if v < w:  # a slower unit has one best moment, if any
        a, b = low, high
        for _ in range(2 * _HALVINGS):
            third = (b - a) / 3
            a, b = (a + third, b) if spare(a + third) < spare(b - third) else (a, b - third)
        high = b
    if spare(high) < 0.0:
        return None
    for _ in range(_HALVINGS):
        mid = (low + high) / 2
        low, high = (low, mid) if spare(mid) >= 0.0 else (mid, high)
    return high
