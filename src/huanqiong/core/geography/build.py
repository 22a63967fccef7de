"""Builds `CoastArrays` from shorelines: pieces, tree, fine cells, land and sea.

The world's shoreline serves outside the theatre's box, the theatre's inside it. Land is told from sea by
counting crossings, so a shoreline needs no polygons: only that it runs on without gaps, ending at the box.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.kernels import (
    FAR_M,
    LEAF,
    STEP_M,
    SUB,
    TILE_DEG,
    TILE_RADIUS_M,
    CoastArrays,
    coast_distance_m,
    crossings,
)
from huanqiong.core.units import EARTH_RADIUS_M

F8 = NDArray[np.float64]
PIECE_M = 5_000.0
"""Longest piece a shoreline is cut into: a straight line on the chart leaves its chord by under a metre."""
_ROWS, _COLS = int(180 / TILE_DEG), int(360 / TILE_DEG)
_STEP = TILE_DEG / SUB
Box = tuple[float, float, float, float]  # west, south, east, north


def pieces(lines: list[F8]) -> F8:
    """Polylines of (lon, lat) as an (n, 4) array of straight pieces, cut at the antimeridian and to 5 km."""
    if not lines:
        return np.empty((0, 4))
    ends = np.cumsum([len(a) for a in lines])
    every = np.concatenate(lines)
    seg = np.delete(np.hstack([every[:-1], every[1:]]), ends[:-1] - 1, axis=0)
    seg = seg[(seg[:, 0] != seg[:, 2]) | (seg[:, 1] != seg[:, 3])]
    wrap = np.abs(seg[:, 2] - seg[:, 0]) > 180.0
    seg = np.concatenate([seg[~wrap], *(_split(s) for s in seg[wrap])])
    shrink = np.cos(np.radians((seg[:, 1] + seg[:, 3]) / 2))
    length = np.radians(np.hypot((seg[:, 2] - seg[:, 0]) * shrink, seg[:, 3] - seg[:, 1])) * EARTH_RADIUS_M
    parts = np.maximum(1, np.ceil(length / PIECE_M)).astype(np.int64)
    long, n = seg[parts > 1], parts[parts > 1]
    row = np.repeat(np.arange(len(long)), n)
    i = (np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n))[:, None]
    a, b, m = long[row, :2], long[row, 2:], n[row, None]
    to = np.where(i + 1 == m, b, a + (b - a) * ((i + 1) / m))
    cut = np.hstack([np.where(i == 0, a, a + (b - a) * (i / m)), to])
    return np.concatenate([seg[parts == 1], cut])


def _split(s: F8) -> F8:
    side = math.copysign(180.0, s[0])
    there = s[2] + 2 * side
    lat = s[1] + (s[3] - s[1]) * (side - s[0]) / (there - s[0]) if there != s[0] else s[1]
    return np.array([[s[0], s[1], side, lat], [-side, lat, s[2], s[3]]])


def outside(flat: F8, box: Box) -> F8:
    """The parts of pieces that lie outside a box."""
    west, south, east, north = box
    x0, x1 = np.minimum(flat[:, 0], flat[:, 2]), np.maximum(flat[:, 0], flat[:, 2])
    y0, y1 = np.minimum(flat[:, 1], flat[:, 3]), np.maximum(flat[:, 1], flat[:, 3])
    touch = (x1 >= west) & (x0 <= east) & (y1 >= south) & (y0 <= north)
    inside = (x0 >= west) & (x1 <= east) & (y0 >= south) & (y1 <= north)
    kept = [flat[~touch]]
    for ax, ay, bx, by in flat[touch & ~inside]:
        cuts = [0.0, 1.0]
        if bx != ax:
            cuts += [(e - ax) / (bx - ax) for e in (west, east)]
        if by != ay:
            cuts += [(e - ay) / (by - ay) for e in (south, north)]
        t = sorted({c for c in cuts if 0.0 <= c <= 1.0})
        for u, v in zip(t, t[1:], strict=False):
            m = (u + v) / 2
            mx, my = ax + m * (bx - ax), ay + m * (by - ay)
            if not (west <= mx <= east and south <= my <= north):
                ends = [ax + u * (bx - ax), ay + u * (by - ay), ax + v * (bx - ax), ay + v * (by - ay)]
                kept.append(np.array([ends]))
    return np.concatenate(kept)


def unit(lat: F8, lon: F8) -> F8:
    """Points in degrees as (n, 3) on the unit sphere."""
    p, q = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)], axis=1)


def _spread(v: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bits of a 20-bit number moved apart, for a curve that keeps neighbours together."""
    v = (v | (v << 16)) & 0x0000FFFF0000FFFF
    v = (v | (v << 8)) & 0x00FF00FF00FF00FF
    v = (v | (v << 4)) & 0x0F0F0F0F0F0F0F0F
    v = (v | (v << 2)) & 0x3333333333333333
    return (v | (v << 1)) & 0x5555555555555555


FAR_OFF = 4.0
"""A coordinate no search comes to: what fills a block of the tree lies there."""


def _in_eights(rows: F8) -> F8:
    """Rows (n, k) as blocks (ceil(n / LEAF), k, LEAF); what is missing in the last one lies far off."""
    n, k = rows.shape
    whole = np.full((-(-n // LEAF) * LEAF, k), FAR_OFF)
    whole[:n] = rows
    return np.ascontiguousarray(whole.reshape(-1, LEAF, k).transpose(0, 2, 1))


def tree(flat: F8) -> tuple[F8, F8, F8, NDArray[np.int64]]:
    """Pieces in the order of the tree; its leaves, boxes and the levels' starts, as in `CoastArrays`."""
    x = ((flat[:, 0] + 180.0) / 360.0 * 0xFFFFF).astype(np.int64)
    y = ((flat[:, 1] + 90.0) / 180.0 * 0x7FFFF).astype(np.int64)
    flat = np.ascontiguousarray(flat[np.argsort(_spread(x) | (_spread(y) << 1), kind="stable")])
    a, b = unit(flat[:, 1], flat[:, 0]), unit(flat[:, 3], flat[:, 2])
    way = b - a
    square = (way * way).sum(axis=1, keepdims=True)
    part = np.divide(1.0, square, out=np.zeros_like(square), where=square > 0)
    leaf = _in_eights(np.hstack([a, way, part]))
    lo, hi = np.minimum(a, b), np.maximum(a, b)
    boxes, first = [], [0]
    while True:
        at = np.arange(0, len(lo), LEAF)
        lo, hi = np.minimum.reduceat(lo, at), np.maximum.reduceat(hi, at)
        boxes.append(_in_eights(np.hstack([lo, hi])))
        first.append(first[-1] + len(boxes[-1]))
        if len(lo) <= LEAF:
            break
    return flat, leaf, np.concatenate(boxes), np.array(first)


def fill(flat: F8, box: Box, start: bool) -> NDArray[np.bool_]:
    """Land at the centres of a box's tiles, rows south to north, `start` being the south-west one."""
    west, south, east, north = box
    rows, cols = round((north - south) / TILE_DEG), round((east - west) / TILE_DEG)
    ax, ay, bx, by = flat.T
    odd = np.zeros((rows, cols + 1), dtype=np.int64)
    fa, fb = (ay - south) / TILE_DEG - 0.5, (by - south) / TILE_DEG - 0.5  # in rows between centres
    ra = np.ceil(fa).astype(np.int64)
    rb = np.ceil(fb).astype(np.int64)
    hit = ra != rb
    r = np.minimum(ra, rb)[hit]
    yc = south + (r + 0.5) * TILE_DEG
    x = ax[hit] + (yc - ay[hit]) / (by[hit] - ay[hit]) * (bx[hit] - ax[hit])
    c = np.clip(np.ceil((x - west) / TILE_DEG - 0.5).astype(np.int64), 0, cols)
    ok = (r >= 0) & (r < rows) & (c > 0)
    np.add.at(odd, (r[ok], c[ok]), 1)
    x0 = west + TILE_DEG / 2
    hit = (ax <= x0) != (bx <= x0)
    y = ay[hit] + (x0 - ax[hit]) / (bx[hit] - ax[hit]) * (by[hit] - ay[hit])
    first = np.clip(np.ceil((y - south) / TILE_DEG - 0.5).astype(np.int64), 0, rows)
    column = np.bincount(first[first > 0], minlength=rows + 1)[:rows]
    odd[:, 0] = np.cumsum(column)
    land: NDArray[np.bool_] = (np.cumsum(odd[:, :cols], axis=1) % 2 == 1) != start
    return land


@njit(cache=True)
def _tile_centres(c: CoastArrays) -> NDArray[np.float32]:
    out = np.zeros(_ROWS * _COLS, dtype=np.float32)
    for t in range(_ROWS * _COLS):
        lat = -90.0 + (t // _COLS + 0.5) * TILE_DEG
        lon = -180.0 + (t % _COLS + 0.5) * TILE_DEG
        out[t] = coast_distance_m(c, lat, lon)
    return out


@njit(cache=True)
def _centres(c: CoastArrays, tiles: NDArray[np.int64]) -> NDArray[np.uint8]:
    out = np.empty(len(tiles) * SUB * SUB, dtype=np.uint8)
    for k in range(len(tiles)):
        for j in range(SUB * SUB):
            lat = -90.0 + (tiles[k] // _COLS) * TILE_DEG + (j // SUB + 0.5) * _STEP
            lon = -180.0 + (tiles[k] % _COLS) * TILE_DEG + (j % SUB + 0.5) * _STEP
            out[k * SUB * SUB + j] = min(255, round(coast_distance_m(c, lat, lon) / STEP_M))
    return out


@njit(cache=True)
def _bins(flat: F8, tile: NDArray[np.int32], n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each fine cell, the pieces whose box touches it: starts and items."""
    start = np.zeros(n + 1, dtype=np.int32)
    items = np.empty(0, dtype=np.int32)
    for turn in range(2):
        for i in range(flat.shape[0]):
            r0 = max(int((min(flat[i, 1], flat[i, 3]) + 90.0) / _STEP - 1e-6), 0)
            r1 = min(int((max(flat[i, 1], flat[i, 3]) + 90.0) / _STEP + 1e-6), _ROWS * SUB - 1)
            c0 = max(int((min(flat[i, 0], flat[i, 2]) + 180.0) / _STEP - 1e-6), 0)
            c1 = min(int((max(flat[i, 0], flat[i, 2]) + 180.0) / _STEP + 1e-6), _COLS * SUB - 1)
            for r in range(r0, r1 + 1):
                for q in range(c0, c1 + 1):
                    k = tile[(r // SUB) * _COLS + q // SUB]
                    if k < 0:
                        continue
                    at = (k * SUB + r % SUB) * SUB + q % SUB
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
    return start, items


@njit(cache=True)
def _cell_land(
    flat: F8,
    start: NDArray[np.int32],
    items: NDArray[np.int32],
    tiles: NDArray[np.int64],
    tile_land: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Land at fine cells' centres, walked from the tile's centre cell by cell."""
    out = np.zeros(len(tiles) * SUB * SUB, dtype=np.bool_)
    half = SUB // 2
    for k in range(len(tiles)):
        west = -180.0 + (tiles[k] % _COLS) * TILE_DEG
        south = -90.0 + (tiles[k] // _COLS) * TILE_DEG
        base = k * SUB * SUB
        xm, ym = west + TILE_DEG / 2, south + TILE_DEG / 2
        x, y = west + (half + 0.5) * _STEP, south + (half + 0.5) * _STEP
        at = base + half * SUB + half  # the tile's centre is this cell's south-west corner
        odd = crossings(flat, items, start[at], start[at + 1], xm, ym, x, y)
        out[at] = tile_land[tiles[k]] != (odd % 2 == 1)
        for turn in range(2):  # the middle row first, then every column from it
            for j in range(SUB if turn else 1):
                for way in (-1, 1):
                    r, q = (half, j) if turn else (half, half)
                    while 0 <= (r if turn else q) + way < SUB:
                        r2, q2 = (r + way, q) if turn else (r, q + way)
                        a, b = base + r * SUB + q, base + r2 * SUB + q2
                        xa, ya = west + (q + 0.5) * _STEP, south + (r + 0.5) * _STEP
                        xb, yb = west + (q2 + 0.5) * _STEP, south + (r2 + 0.5) * _STEP
                        xe, ye = (xa + xb) / 2, (ya + yb) / 2  # the edge they share
                        n = crossings(flat, items, start[a], start[a + 1], xa, ya, xe, ye)
                        n += crossings(flat, items, start[b], start[b + 1], xe, ye, xb, yb)
                        out[b] = out[a] != (n % 2 == 1)
                        r, q = r2, q2
    return out


TILE_STEP_M = 100.0
"""Tiles' distances are kept in this step: rounded when made, so that a packed copy names the same tiles."""


class Near(NamedTuple):
    """What takes seconds to compute, and is bundled: distances at the centres of tiles and fine cells."""

    tile_m: NDArray[np.float32]
    near: NDArray[np.uint8]


def near_cells(c: CoastArrays) -> Near:
    """Distances at the centres of all tiles, and of the fine cells of those near the coast."""
    tile_m = np.round(_tile_centres(c) / TILE_STEP_M) * np.float32(TILE_STEP_M)
    return Near(tile_m, _centres(c, np.flatnonzero(tile_m < FAR_M + TILE_RADIUS_M)))


def build(world: list[F8], theatre: list[F8], box: Box, near: Near | None = None) -> CoastArrays:
    """The coast's arrays; `near` spares the slow part and must have been made for the same lines."""
    globe: Box = (-180.0, -90.0, 180.0, 90.0)
    whole = pieces(world)
    land = fill(whole, globe, start=True)  # the south pole lies on land
    inner = pieces(theatre)
    if len(inner):
        r0, r1 = round((box[1] + 90) / TILE_DEG), round((box[3] + 90) / TILE_DEG)
        c0, c1 = round((box[0] + 180) / TILE_DEG), round((box[2] + 180) / TILE_DEG)
        own = fill(inner, box, start=False)
        same = float(np.mean(own == land[r0:r1, c0:c1]))
        land[r0:r1, c0:c1] = own if same >= 0.5 else ~own
        whole = np.concatenate([outside(whole, box), inner])
    flat, leaf, boxes, first = tree(whole)
    tile = np.full(_ROWS * _COLS, -1, dtype=np.int32)
    u8, yes, i4 = np.zeros(0, np.uint8), np.zeros(0, np.bool_), np.zeros(0, np.int32)
    none = np.zeros(_ROWS * _COLS, np.float32)
    bare = CoastArrays(flat, leaf, boxes, first, tile, land.ravel(), none, u8, yes, i4, i4)
    if near is None:
        near = near_cells(bare)
    tiles = np.flatnonzero(near.tile_m < FAR_M + TILE_RADIUS_M)
    tile[tiles] = np.arange(len(tiles), dtype=np.int32)
    start, items = _bins(flat, tile, len(tiles) * SUB * SUB)
    cells = _cell_land(flat, start, items, tiles, land.ravel())
    return bare._replace(tile_m=near.tile_m, near=near.near, cell_land=cells, start=start, items=items)
