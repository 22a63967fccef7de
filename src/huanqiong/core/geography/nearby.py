"""Whether the coast is nearer than a few kilometres: by the pieces that the fine cells in reach list.

For a short reach they are few and nothing needs to be searched; they are measured on a chart of the place
itself, whose error is known, and only a place on the very limit is measured exactly.
"""

from __future__ import annotations

import math

from numba import njit

from huanqiong.core.geography.kernels import (
    SUB,
    TILE_DEG,
    CoastArrays,
    Search,
    next_coast_distance_m,
)
from huanqiong.core.sphere import cos_deg
from huanqiong.core.units import EARTH_RADIUS_M

_DEGREE_M = EARTH_RADIUS_M * math.pi / 180.0
_PER_DEG = round(SUB / TILE_DEG)
_ROWS, _COLS = 180 * _PER_DEG, 360 * _PER_DEG
_TILE_COLS = round(360 / TILE_DEG)
_STEEP_DEG = 75.0
"""Nearer the poles the chart's error is no longer small."""
_CHORD_M = 3.0
"""What a straight piece on the chart and its chord differ by at most, and rounding."""


@njit(cache=True, error_model="numpy", _nrt=False)
def _charted_m(c: CoastArrays, lat: float, lon: float, k: float, reach_m: float) -> float:
    """The distance on the chart of a place where it is less than `reach_m`, else `reach_m`; k: its cosine."""
    dlat = reach_m / _DEGREE_M * 1.001 + 1e-4
    dlon = dlat / cos_deg(abs(lat) + dlat)
    best = (reach_m / _DEGREE_M) ** 2
    row1 = min(int((lat + dlat + 90.0) * _PER_DEG), _ROWS - 1)
    col1 = int(math.floor((lon + dlon + 180.0) * _PER_DEG))
    for row in range(max(int((lat - dlat + 90.0) * _PER_DEG), 0), row1 + 1):
        for wide in range(int(math.floor((lon - dlon + 180.0) * _PER_DEG)), col1 + 1):
            col, x0 = wide, lon
            if wide < 0:
                col, x0 = wide + _COLS, lon + 360.0
            elif wide >= _COLS:
                col, x0 = wide - _COLS, lon - 360.0
            tile = c.tile[(row // SUB) * _TILE_COLS + col // SUB]
            if tile < 0:
                continue
            cell = (tile * SUB + row % SUB) * SUB + col % SUB
            for at in range(c.start[cell], c.start[cell + 1]):
                i = c.items[at]
                px, py = (x0 - c.flat[i, 0]) * k, lat - c.flat[i, 1]
                ux, uy = (c.flat[i, 2] - c.flat[i, 0]) * k, c.flat[i, 3] - c.flat[i, 1]
                t = min(1.0, max(0.0, (px * ux + py * uy) / (ux * ux + uy * uy + 1e-30)))
                px, py = px - t * ux, py - t * uy
                best = min(best, px * px + py * py)
    return math.sqrt(best) * _DEGREE_M


@njit(cache=True, error_model="numpy", _nrt=False)
def coast_off_m(
    c: CoastArrays, lat: float, lon: float, limit_m: float, see_m: float, search: Search
) -> float:
    """How far a place lies beyond `limit_m` (a few kilometres) from the coast, at least; 0: it lies nearer.

    Never more than `see_m`. Places as `coast_distance_m` takes them; whether 0 is returned agrees with it.
    """
    reach_m = limit_m + see_m
    if abs(lat) > _STEEP_DEG or c.near.shape[0] == 0:
        return min(max(0.0, next_coast_distance_m(c, lat, lon, reach_m, search) - limit_m), see_m)
    k = cos_deg(lat)
    slack_m = _CHORD_M + reach_m * reach_m / (EARTH_RADIUS_M * k)  # the parallels' lengths differ in reach
    dist_m = _charted_m(c, lat, lon, k, reach_m + slack_m)
    if dist_m < limit_m - slack_m:
        return 0.0
    if dist_m > limit_m + slack_m:
        return min(dist_m - slack_m - limit_m, see_m)
    return max(0.0, next_coast_distance_m(c, lat, lon, reach_m, search) - limit_m)
