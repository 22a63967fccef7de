"""Coast questions for one point at a time, callable inside `@njit`, over the plain arrays of `CoastArrays`.

What allocates nothing is compiled without reference counts (`_nrt=False`): for a tuple of arrays they would
cost more than the answer. Invariant: every answer is a function of the arrays alone. Distances are taken to
chords of at most 5 km in space (three coordinates on the unit sphere), so poles and the antimeridian need no
special care.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.sphere import cos_deg, unit_vector
from huanqiong.core.units import EARTH_RADIUS_M

TILE_DEG = 0.5
"""Side of a coarse tile, degrees; theatre boxes are whole multiples of it."""
SUB = 10
"""Fine cells along a side of a tile: 0.05 degrees."""
FAR_M = 20_000.0
"""Tiles wholly farther from the coast than this carry no fine cells."""
STEP_M = 250.0
"""Step in which fine cells keep the distance of their centre; 255 steps mean "that or more"."""
TILE_RADIUS_M = 39_500.0
"""No point of a tile is farther than this from its centre: half its diagonal at the equator."""
LEAF = 8
_R = EARTH_RADIUS_M
_ROWS = int(180 / TILE_DEG)
_COLS = int(360 / TILE_DEG)


class CoastArrays(NamedTuple):
    """The coast as arrays that numba kernels take as one argument."""

    flat: NDArray[np.float64]  # (n, 4) pieces as lon, lat, lon, lat in degrees
    # The tree: eight things side by side are measured at once; what fills the last eight lies far off.
    leaf: NDArray[np.float64]  # (m, 7, 8) pieces on the unit sphere: begin, way to the end, 1 / its square
    box: NDArray[np.float64]  # (k, 6, 8) boxes: low and high corner
    first: NDArray[np.int64]  # where each level's blocks of boxes begin, leaves' first; the root is the last
    tile: NDArray[np.int32]  # (rows * cols) index of the tile's fine cells, -1 where far from any coast
    tile_land: NDArray[np.bool_]  # (rows * cols) land at the tile's centre
    tile_m: NDArray[np.float32]  # (rows * cols) distance of the tile's centre
    near: NDArray[np.uint8]  # (k * SUB * SUB) distance of each fine cell's centre, in steps of STEP_M
    cell_land: NDArray[np.bool_]  # (k * SUB * SUB) land at the fine cell's centre
    start: NDArray[np.int32]  # (k * SUB * SUB + 1) where each fine cell's pieces begin in `items`
    items: NDArray[np.int32]  # pieces whose box touches the cell


@njit(cache=True, error_model="numpy", _nrt=False)
def _east(lon: float) -> float:
    """Degrees east of the antimeridian, [0, 360); the remainder costs more than the rest of a look-up."""
    x = lon + 180.0
    return x if 0.0 <= x < 360.0 else x % 360.0


@njit(cache=True, error_model="numpy", _nrt=False)
def tile_of(lat: float, lon: float) -> int:
    """Number of the coarse tile that holds a point; longitude may be any, latitude is clamped."""
    r = min(max(int((lat + 90.0) / TILE_DEG), 0), _ROWS - 1)
    c = min(int(_east(lon) / TILE_DEG), _COLS - 1)
    return r * _COLS + c


@njit(cache=True, error_model="numpy", _nrt=False)
def cell_of(k: int, lat: float, lon: float) -> int:
    """Number of the fine cell, in tile `k` of those that have fine cells, that holds a point."""
    y = (lat + 90.0) / TILE_DEG
    x = _east(lon) / TILE_DEG
    r = min(int((y - min(max(int(y), 0), _ROWS - 1)) * SUB), SUB - 1)
    c = min(int((x - min(int(x), _COLS - 1)) * SUB), SUB - 1)
    return (k * SUB + max(r, 0)) * SUB + c


@njit(cache=True, error_model="numpy", _nrt=False)
def cell_radius_m(lat: float) -> float:
    """No point of a fine cell at this latitude is farther than this from the cell's centre, metres."""
    half = math.radians(TILE_DEG / SUB / 2.0) * _R
    shrink = cos_deg(max(min(abs(lat), 90.0) - TILE_DEG / SUB, 0.0))
    return half * math.sqrt(1.0 + shrink * shrink)


@njit(cache=True, error_model="numpy", _nrt=False)
def coast_bounds_m(c: CoastArrays, lat: float, lon: float) -> tuple[float, float]:
    """Lower and upper bound of the distance to the coast, metres, in constant time; upper may be inf."""
    t = tile_of(lat, lon)
    k = c.tile[t]
    if k < 0:
        d = float(c.tile_m[t])
        return max(FAR_M, d - TILE_RADIUS_M), d + TILE_RADIUS_M
    steps = c.near[cell_of(k, lat, lon)]
    r = cell_radius_m(lat) + STEP_M
    d = steps * STEP_M
    return max(0.0, d - r), d + r if steps < 255 else math.inf


class Search(NamedTuple):
    """A search's room, and what one leaves to the next: questions about neighbours answer one another."""

    node: NDArray[np.int64]  # blocks of the tree still to be looked into
    level: NDArray[np.int64]
    dist: NDArray[np.float64]
    eight: NDArray[np.float64]  # (8) distances of one block
    last: NDArray[np.int64]  # (1) the leaf found nearest last; -1: none


@njit(cache=True)
def new_search() -> Search:
    """A search that knows of none before."""
    n = LEAF * 12
    return Search(
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(LEAF), np.full(1, -1, np.int64)
    )


# The loops below run over `len(eight)`, not over eight: a number the compiler does not know is what lets it
# measure eight at once. `nnan` and `nsz` allow it the processor's own minimum; no result changes.


@njit(cache=True, error_model="numpy", _nrt=False, fastmath={"nnan", "nsz"})
def _to_boxes(b: NDArray[np.float64], x: float, y: float, z: float, eight: NDArray[np.float64]) -> None:
    """Squared distances from a place to a block's boxes."""
    for j in range(len(eight)):
        dx = max(b[0, j] - x, x - b[3, j], 0.0)
        dy = max(b[1, j] - y, y - b[4, j], 0.0)
        dz = max(b[2, j] - z, z - b[5, j], 0.0)
        eight[j] = dx * dx + dy * dy + dz * dz


@njit(cache=True, error_model="numpy", _nrt=False, fastmath={"nnan", "nsz"})
def _to_pieces(p: NDArray[np.float64], x: float, y: float, z: float, eight: NDArray[np.float64]) -> float:
    """The least squared chord from a place to a leaf's pieces."""
    for j in range(len(eight)):
        dx, dy, dz = x - p[0, j], y - p[1, j], z - p[2, j]
        t = min(max((dx * p[3, j] + dy * p[4, j] + dz * p[5, j]) * p[6, j], 0.0), 1.0)
        dx, dy, dz = dx - t * p[3, j], dy - t * p[4, j], dz - t * p[5, j]
        eight[j] = dx * dx + dy * dy + dz * dz
    best = eight[0]
    for j in range(len(eight)):
        best = min(best, eight[j])
    return best


@njit(cache=True, error_model="numpy", _nrt=False)
def _nearest2(
    c: CoastArrays, x: float, y: float, z: float, limit2: float, enough2: float, s: Search
) -> float:
    """Squared chord to the nearest piece, looking no farther than `limit2`, stopping below `enough2`."""
    node, level, dist, eight = s.node, s.level, s.dist, s.eight
    best = limit2
    if s.last[0] >= 0:  # mostly right, or a bound that closes most of the tree
        best = min(best, _to_pieces(c.leaf[s.last[0]], x, y, z, eight))
    node[0], level[0], dist[0] = 0, len(c.first) - 1, 0.0
    top = 1
    while top > 0:
        top -= 1
        if dist[top] >= best:
            continue
        at, lv = node[top], level[top]
        if lv == 0:
            d = _to_pieces(c.leaf[at], x, y, z, eight)
            if d < best:
                best, s.last[0] = d, at
            if best <= enough2:
                return best
            continue
        _to_boxes(c.box[c.first[lv - 1] + at], x, y, z, eight)
        low = top
        for j in range(LEAF):
            d = eight[j]
            if d >= best:
                continue
            k = top
            while k > low and dist[k - 1] < d:  # nearest child ends on top of the stack
                node[k], level[k], dist[k] = node[k - 1], level[k - 1], dist[k - 1]
                k -= 1
            node[k], level[k], dist[k] = at * LEAF + j, lv - 1, d
            top += 1
    return best


@njit(cache=True, error_model="numpy", _nrt=False)
def _chord2(dist_m: float) -> float:
    if dist_m >= math.pi * _R:
        return 5.0
    s = 2.0 * math.sin(dist_m / (2.0 * _R))
    return s * s


@njit(cache=True)
def coast_distance_m(c: CoastArrays, lat: float, lon: float, max_m: float = math.inf) -> float:
    """Metres to the nearest shoreline, or inf where it is not nearer than `max_m`; NaN in gives NaN."""
    return next_coast_distance_m(c, lat, lon, max_m, new_search())


@njit(cache=True, error_model="numpy", _nrt=False)
def next_coast_distance_m(c: CoastArrays, lat: float, lon: float, max_m: float, s: Search) -> float:
    """`coast_distance_m` for one of many places: faster where the last one asked about was near."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return math.nan
    if c.flat.shape[0] == 0:
        return math.inf
    limit_m = max_m
    if c.near.shape[0] > 0:  # not while the cells themselves are being made
        low, high = coast_bounds_m(c, lat, lon)
        if low >= max_m:
            return math.inf
        limit_m = min(max_m, high + 1.0)
    limit2 = _chord2(limit_m)
    x, y, z = unit_vector(lat, lon)
    d2 = _nearest2(c, x, y, z, limit2, -1.0, s)
    if d2 >= limit2:
        return math.inf
    return 2.0 * _R * math.asin(min(1.0, math.sqrt(d2) * 0.5))


@njit(cache=True)
def coast_within(c: CoastArrays, lat: float, lon: float, dist_m: float) -> bool:
    """Whether a shoreline is nearer than `dist_m`: mostly in constant time, else the first piece decides."""
    if not (math.isfinite(lat) and math.isfinite(lon)) or c.flat.shape[0] == 0:
        return False
    low, high = coast_bounds_m(c, lat, lon)
    if high < dist_m:
        return True
    if low >= dist_m:
        return False
    limit2 = _chord2(dist_m)
    x, y, z = unit_vector(lat, lon)
    d2 = _nearest2(c, x, y, z, limit2, limit2 * 0.999999, new_search())
    return d2 < limit2


@njit(cache=True, error_model="numpy", _nrt=False)
def crossings(
    flat: NDArray[np.float64],
    items: NDArray[np.int32],
    first: int,
    last: int,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
) -> int:
    """How many pieces the path (x0, y0) -> (x1, y0) -> (x1, y1) crosses; half-open, so parity is exact."""
    n = 0
    xa, xb = min(x0, x1), max(x0, x1)
    ya, yb = min(y0, y1), max(y0, y1)
    for i in range(first, last):
        s = items[i]
        ax, ay, bx, by = flat[s, 0], flat[s, 1], flat[s, 2], flat[s, 3]
        if (ay <= y0) != (by <= y0):
            x = ax + (y0 - ay) / (by - ay) * (bx - ax)
            if xa < x <= xb:
                n += 1
        if (ax <= x1) != (bx <= x1):
            y = ay + (x1 - ax) / (bx - ax) * (by - ay)
            if ya < y <= yb:
                n += 1
    return n


@njit(cache=True, error_model="numpy", _nrt=False)
def on_land(c: CoastArrays, lat: float, lon: float) -> bool:
    """Whether a point lies on land, lakes included; NaN is not on land."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return False
    t = tile_of(lat, lon)
    k = c.tile[t]
    if k < 0:
        return c.tile_land[t]
    i = cell_of(k, lat, lon)
    if c.start[i] == c.start[i + 1]:
        return c.cell_land[i]
    x = (lon + 180.0) % 360.0 - 180.0
    step = TILE_DEG / SUB
    sub = i - k * SUB * SUB
    xc = -180.0 + (t % _COLS) * TILE_DEG + (sub % SUB + 0.5) * step
    yc = -90.0 + (t // _COLS) * TILE_DEG + (sub // SUB + 0.5) * step
    odd = crossings(c.flat, c.items, c.start[i], c.start[i + 1], x, lat, xc, yc) % 2 == 1
    return c.cell_land[i] != odd
