"""A box of waters in degrees, and the one that holds everything near some places."""

from __future__ import annotations

import math
from collections.abc import Iterable

from huanqiong.core.units import EARTH_RADIUS_M

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west before east: none crosses the date line."""


def box_around(places: Iterable[tuple[float | None, float | None]], dist_m: float) -> Box | None:
    """The box that holds everything within `dist_m` of the places (lat, lon); None where none is known."""
    known = [(lat, lon) for lat, lon in places if lat is not None and lon is not None]
    if not known:
        return None
    up = math.degrees(dist_m / EARTH_RADIUS_M)
    south, north = min(p[0] for p in known) - up, max(p[0] for p in known) + up
    # A degree of longitude is shortest at the edge nearest a pole: as wide as is needed there.
    narrowest = max(math.cos(math.radians(min(89.0, max(abs(south), abs(north))))), 0.01)
    west, east = min(p[1] for p in known) - up / narrowest, max(p[1] for p in known) + up / narrowest
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
