"""Named points at sea and shore (anchorages, ports) with an index that kernels ask in constant time.

Invariant: a fine cell lists every point that can lie within `reach_m` of any place in the cell, so an empty
list proves that none is near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from huanqiong.core.geography.kernels import SUB, TILE_DEG, cell_of, tile_of
from huanqiong.core.sphere import haversine
from huanqiong.core.units import EARTH_RADIUS_M

F8 = NDArray[np.float64]
_ROWS, _COLS = round(180 / TILE_DEG), round(360 / TILE_DEG)
_STEP = TILE_DEG / SUB
_DEGREE_M = math.radians(1.0) * EARTH_RADIUS_M * (1.0 - 1e-9)


class PointArrays(NamedTuple):
    """Points as arrays that numba kernels take as one argument."""

    lat: F8  # (n) degrees
    lon: F8
    tile: NDArray[np.int32]  # index of each coarse tile's fine cells, -1: no point within reach
    start: NDArray[np.int32]  # where each fine cell's points begin in `items`
    items: NDArray[np.int32]
    reach_m: float


@njit(cache=True, error_model="numpy", _nrt=False)
def nearest_point(p: PointArrays, lat: float, lon: float) -> tuple[int, float]:
    """The nearest point and its distance in metres; (-1, inf) where none is within `reach_m`."""
    best, at = p.reach_m, -1
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return -1, math.inf
    k = p.tile[tile_of(lat, lon)]
    if k >= 0:
        i = cell_of(k, lat, lon)
        for j in range(p.start[i], p.start[i + 1]):
            k = p.items[j]
            if abs(lat - p.lat[k]) * _DEGREE_M > best:
                continue
            d = haversine(lat, lon, p.lat[k], p.lon[k])
            if d < best or (d == best and at < 0):
                best, at = d, k
    return (at, best) if at >= 0 else (-1, math.inf)


@njit(cache=True, error_model="numpy", _nrt=False)
def no_point_near(p: PointArrays, lat: float, lon: float) -> bool:
    """True proves that no point lies within `reach_m`; constant time, False proves nothing."""
    k = p.tile[tile_of(lat, lon)]
    if k < 0:
        return True
    i = cell_of(k, lat, lon)
    return p.start[i] == p.start[i + 1]


@njit(cache=True)
def _spans(lat: F8, lon: F8, reach_m: float) -> NDArray[np.int64]:
    """First and last row and column of fine cells that each point can reach; columns may pass the ends."""
    out = np.empty((len(lat), 4), dtype=np.int64)
    dlat = math.degrees(reach_m / EARTH_RADIUS_M) * 1.000001
    for i in range(len(lat)):
        out[i, 0] = max(math.floor((lat[i] - dlat + 90.0) / _STEP), 0)
        out[i, 1] = min(math.floor((lat[i] + dlat + 90.0) / _STEP), _ROWS * SUB - 1)
        edge = min(abs(lat[i]) + dlat, 90.0)
        shrink = math.cos(math.radians(edge))
        dlon = dlat / shrink if shrink > dlat / 180.0 else 180.0
        if dlon >= 179.0:
            out[i, 2], out[i, 3] = 0, _COLS * SUB - 1
        else:
            out[i, 2] = math.floor((lon[i] - dlon + 180.0) / _STEP)
            out[i, 3] = math.floor((lon[i] + dlon + 180.0) / _STEP)
    return out


@njit(cache=True)
def _index(
    spans: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    tile = np.full(_ROWS * _COLS, -1, dtype=np.int32)
    used = 0
    wide = _COLS * SUB
    for i in range(len(spans)):
        for r in range(spans[i, 0] // SUB, spans[i, 1] // SUB + 1):
            for q in range(spans[i, 2] // SUB, spans[i, 3] // SUB + 1):
                t = r * _COLS + q % _COLS
                if tile[t] < 0:
                    tile[t] = used
                    used += 1
    start = np.zeros(used * SUB * SUB + 1, dtype=np.int32)
    items = np.empty(0, dtype=np.int32)
    for turn in range(2):
        for i in range(len(spans)):
            for r in range(spans[i, 0], spans[i, 1] + 1):
                for q in range(spans[i, 2], spans[i, 3] + 1):
                    c = q % wide
                    at = (tile[(r // SUB) * _COLS + c // SUB] * SUB + r % SUB) * SUB + c % SUB
                    if turn == 0:
                        start[at + 1] += 1
                    else:
                        items[start[at]] = i
                        start[at] += 1
        if turn == 0:
            start = np.cumsum(start).astype(np.int32)
            items = np.empty(start[-1], dtype=np.int32)
    start[1:] = start[:-1].copy()
    start[0] = 0
    return tile, start, items


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points with a name: `lat`, `lon` (n, degrees WGS-84) and `label` (n)."""

    lat: F8
    lon: F8
    label: tuple[str, ...]
    _indices: dict[float, PointArrays] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.label)

    def arrays(self, reach_m: float = 4_000.0) -> PointArrays:
        """Plain arrays for `nearest_point` and `no_point_near`, that see no farther than `reach_m`."""
        if reach_m not in self._indices:
            tile, start, items = _index(_spans(self.lat, self.lon, reach_m))
            self._indices[reach_m] = PointArrays(self.lat, self.lon, tile, start, items, reach_m)
        return self._indices[reach_m]


def points(lat: ArrayLike, lon: ArrayLike, label: list[str] | tuple[str, ...]) -> Points:
    """Points from columns of equal length; values that are no place on earth raise ValueError."""
    y, x = np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64)
    if not len(y) == len(x) == len(label):
        raise ValueError(f"points: {len(y)} latitudes, {len(x)} longitudes, {len(label)} labels")
    if not (np.isfinite(y).all() and (np.abs(y) <= 90).all() and (np.abs(x) <= 180).all()):
        raise ValueError("points: a latitude or longitude is no place on earth")
    y.setflags(write=False)
    x.setflags(write=False)
    return Points(y, x, tuple(label))
