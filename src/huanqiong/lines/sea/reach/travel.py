"""How far it is by water: straight where nothing lies between, around land where something does.

Cells in sight of the start get their great-circle distance exactly; from those, shortest paths over sixteen
neighbours lead around the land (at most 2.8 % longer than the true shortest way, for the part out of sight).
Invariant: never shorter than the great circle; a step never passes over a cell of land.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography import Coast
from huanqiong.core.place import haversine_m
from huanqiong.core.sphere import haversine
from huanqiong.lines.sea.reach.grid import Grid, water

F8 = NDArray[np.float64]
Flags = NDArray[np.bool_]
HARBOUR_M = 2_000.0
"""Around the start this much may be crossed as if it were water: basins and moles are finer than charts.

Source: own; the radius that the theatre's port list gives to most harbours.
"""
WIDEST_M = 20_000.0
"""Where the ways end close by, so much at most is crossed: a river narrower than a cell. Source: own."""
OPEN_SHARE = 0.5
"""Ways that come this far towards the grid's edge are open."""
_MOVES = np.array(
    [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
    + [(-2, -1), (-2, 1), (2, -1), (2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2)]
)


@njit(cache=True, error_model="numpy", _nrt=False)
def _in_sight(free: Flags, half: int, row: int, col: int) -> bool:
    """Whether the straight line of cells from the middle is free and slips between no two of land."""
    dr, dc = row - half, col - half
    n = max(abs(dr), abs(dc))
    r0, c0 = half, half
    for k in range(1, n + 1):
        y, x = dr * k / n, dc * k / n
        r = half + (int(y + 0.5) if y >= 0 else -int(0.5 - y))  # halves go outward: mirrored lines agree
        c = half + (int(x + 0.5) if x >= 0 else -int(0.5 - x))
        if not free[r, c] or not (free[r, c0] or free[r0, c]):
            return False
        r0, c0 = r, c
    return True


@njit(cache=True, error_model="numpy", _nrt=False)
def _up(key: F8, item: NDArray[np.int64], at: int) -> None:
    k, i = key[at], item[at]
    while at > 0 and key[(at - 1) // 2] > k:
        key[at], item[at] = key[(at - 1) // 2], item[(at - 1) // 2]
        at = (at - 1) // 2
    key[at], item[at] = k, i


@njit(cache=True, error_model="numpy", _nrt=False)
def _down(key: F8, item: NDArray[np.int64], n: int) -> None:
    k, i = key[0], item[0]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and key[child + 1] < key[child]:
            child += 1
        if key[child] >= k:
            break
        key[at], item[at] = key[child], item[child]
        at = child
    key[at], item[at] = k, i


@njit(cache=True, error_model="numpy", _nrt=False)
def _step_free(free: Flags, r: int, c: int, dr: int, dc: int) -> bool:
    """Whether a step to a neighbour touches free cells only; a diagonal may not cut a corner of land."""
    if abs(dr) == 2:
        return bool(free[r + dr // 2, c] and free[r + dr // 2, c + dc])
    if abs(dc) == 2:
        return bool(free[r, c + dc // 2] and free[r + dr, c + dc // 2])
    if dr != 0 and dc != 0:
        return bool(free[r + dr, c] and free[r, c + dc])
    return True


@njit(cache=True, error_model="numpy")
def _ways(
    free: Flags, half: int, lats: F8, lons: F8, steps: F8, reach_m: float, moves: NDArray[np.int64]
) -> tuple[F8, Flags]:
    """Metres by water from the middle (inf: out of reach) and which cells lie in sight of it."""
    n = len(lats)
    dist = np.full((n, n), np.inf)
    seen = np.zeros((n, n), dtype=np.bool_)
    for r in range(n):
        for c in range(n):
            if free[r, c] and _in_sight(free, half, r, c):
                d = haversine(lats[half], lons[half], lats[r], lons[c])
                if d <= reach_m:
                    dist[r, c] = d
                    seen[r, c] = True
    key = np.empty(n * n * (len(moves) + 1))  # a cell enters once a neighbour at most
    item = np.empty(len(key), dtype=np.int64)
    size = 0
    for r in range(n):
        for c in range(n):
            if not seen[r, c]:
                continue
            edge = False
            for m in range(len(moves)):
                y, x = r + moves[m, 0], c + moves[m, 1]
                edge = edge or (0 <= y < n and 0 <= x < n and free[y, x] and not seen[y, x])
            if edge:
                key[size], item[size] = dist[r, c], r * n + c
                size += 1
                _up(key, item, size - 1)
    while size > 0:
        d, i = key[0], item[0]
        size -= 1
        key[0], item[0] = key[size], item[size]
        _down(key, item, size)
        r, c = i // n, i % n
        if d > dist[r, c]:
            continue
        for m in range(len(moves)):
            y, x = r + moves[m, 0], c + moves[m, 1]
            if not (0 <= y < n and 0 <= x < n) or seen[y, x] or not free[y, x]:
                continue
            if not _step_free(free, r, c, moves[m, 0], moves[m, 1]):
                continue
            to = d + steps[r, m]
            if to < dist[y, x] and to <= reach_m:
                dist[y, x] = to
                key[size], item[size] = to, y * n + x
                size += 1
                _up(key, item, size - 1)
    return dist, seen


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Metres by water from a grid's middle, by (row, column)."""

    grid: Grid
    wet: Flags
    """Water at the cell's centre."""
    dist_m: F8
    """inf: no way within the reach asked for."""
    seen: Flags
    """Nothing but water on the straight way."""
    off_m: float
    """How far from water the start lies; 0: on it."""
    freed_m: float
    """Within this much all had to be taken for water, because the cells closed a river; 0: nothing."""

    def at(self, lat: float, lon: float) -> float:
        """Metres by water to a place; inf where there is no way, or it lies on land or out of the grid."""
        r, c = (int(v) for v in self.grid.cell(lat, lon))
        if r < 0 or not self.wet[r, c]:
            return float("inf")
        if self.seen[r, c]:
            return float(haversine(self.grid.lat, self.grid.lon, lat, lon))
        return float(self.dist_m[r, c])


def field(grid: Grid, coast: Coast, reach_m: float) -> Field:
    """The ways by water from the middle of a grid, no longer than `reach_m`.

    A start on land, or in a basin finer than the chart, leaves over whatever lies within HARBOUR_M of it, or
    up to the nearest water where that is farther. Where the ways end close by all the same, the cells have
    closed a river or an inlet: more is crossed, until they are open.
    """
    wet = water(grid, coast)
    lats, lons, half = grid.lats(), grid.lons(), grid.half
    off_m = 0.0
    rows, cols = np.mgrid[0 : grid.side, 0 : grid.side] - half
    around = np.hypot(rows, cols * np.cos(np.radians(lats))[:, None] / np.cos(np.radians(grid.lat)))
    around *= grid.cell_m
    if bool(coast.on_land(grid.lat, grid.lon)[0]):
        off_m = float(coast.distance_m(grid.lat, grid.lon)[0])
    crossable = HARBOUR_M if off_m == 0.0 else max(HARBOUR_M, off_m + 1.5 * grid.cell_m)
    to = np.clip(lats[:, None] + _MOVES[:, 0] * grid.dlat, -90.0, 90.0)
    steps = haversine_m(lats[:, None], 0.0, to, _MOVES[:, 1] * grid.dlon)
    far_m = OPEN_SHARE * min(reach_m, half * grid.cell_m)
    first: Field | None = None
    radius_m, freed_m = crossable, 0.0
    while True:
        free = wet | (around <= radius_m)
        dist, seen = _ways(free, half, lats, lons, steps, reach_m, _MOVES)
        found = Field(grid, wet, dist, seen, off_m, freed_m)
        if float(np.max(dist[np.isfinite(dist)])) >= far_m:
            return found
        first = first or found
        radius_m = freed_m = 2 * radius_m
        if radius_m > WIDEST_M:
            return first  # no way out: the water there is small
