"""Which ships are near one another at a slot: a point looks into the cells around it, then joins its own.

Invariant: the pairs are those of brute force, whatever the order of the points.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.sphere import cos_deg, haversine
from huanqiong.core.units import EARTH_RADIUS_M
from huanqiong.lines.sea.track.columns import F8, I8

I4 = NDArray[np.int32]
_ROW, _COL = 20, 21
_PLACE = _ROW + _COL
"""Bits of a cell's row and column; above them stands the slot. Enough for reaches from 50 m."""
_CELL = 4.0
"""Side of a cell in reaches: few points lie near enough to a border to be looked for in more than one."""


class Near(NamedTuple):
    """Pairs by column: first and second point, distance in metres."""

    i: I4
    j: I4
    dist_m: F8


@njit(cache=True)
def by_slot(slot: I8) -> tuple[I8, I8]:
    """Points in the order of their slots, which lie close: (order, where each slot begins, and the end)."""
    first, last = slot[0], slot[0]
    for i in range(len(slot)):
        first, last = min(first, slot[i]), max(last, slot[i])
    begin = np.zeros(last - first + 2, dtype=np.int64)
    for i in range(len(slot)):
        begin[slot[i] - first + 1] += 1
    begin = np.cumsum(begin)
    free = begin.copy()
    order = np.empty(len(slot), dtype=np.int64)
    for i in range(len(slot)):
        order[free[slot[i] - first]] = i
        free[slot[i] - first] += 1
    return order, begin


class _Rows(NamedTuple):
    """Rows of cells from the south pole on: how many cells each has, how far in longitude its points see."""

    per_deg: float
    reach: float  # degrees of latitude
    cells: I8
    scale: F8  # cells a degree
    width: F8  # degrees


@njit(cache=True)
def _rows(max_m: float) -> _Rows:
    reach = math.degrees(max_m / EARTH_RADIUS_M) * 1.000001 + 1e-9
    side = _CELL * reach
    n = int(180.0 / side) + 2
    cells, scale, width = np.empty(n, dtype=np.int64), np.empty(n), np.empty(n)
    for row in range(n):
        south, north = abs(row * side - 90.0), abs((row + 1) * side - 90.0)
        edge = cos_deg(min(max(south, north) + 2.0 * reach, 90.0))
        width[row] = reach / edge if edge > 0.001 else 360.0
        cells[row] = max(1, int(360.0 / side * cos_deg(min(max(south, north), 90.0))))
        scale[row] = cells[row] / 360.0
    return _Rows(1.0 / side, reach, cells, scale, width)


@njit(cache=True, error_model="numpy", _nrt=False)
def _find(cell: int, keys: I8, heads: I4) -> int:
    """The place of a cell in the hash table; what is left of another slot counts as free."""
    mask = len(keys) - 1
    h = np.int64((np.uint64(cell) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & mask
    while keys[h] != cell and (keys[h] ^ cell) >> _PLACE == 0:
        h = (h + 1) & mask
    if keys[h] != cell:
        keys[h], heads[h] = cell, -1
    return int(h)


@njit(cache=True, error_model="numpy", _nrt=False)
def _look(
    begin: I8,
    ship: I4,
    lat: F8,
    lon: F8,
    max_m: float,
    rows: _Rows,
    keys: I8,
    heads: I4,
    chain: I4,
    near: Near,
) -> int:
    """Writes the pairs `near` has room for; how many there are."""
    found = 0
    edge = rows.reach * rows.per_deg
    for k in range(len(begin) - 1):
        if begin[k + 1] - begin[k] < 2:
            continue
        for p in range(begin[k], begin[k + 1]):
            y, x = lat[p], lon[p]
            up = (y + 90.0) * rows.per_deg
            own = int(up)
            width = rows.width[own]
            for row in range(max(int(up - edge), 0), int(up + edge) + 1):
                n, at, aside = rows.cells[row], (x + 180.0) * rows.scale[row], width * rows.scale[row]
                c0, c1 = int(math.floor(at - aside)), int(at + aside)
                if c1 - c0 >= n:
                    c0, c1 = 0, n - 1
                for c in range(c0, c1 + 1):
                    col = c + n if c < 0 else (c - n if c >= n else c)
                    q = heads[_find((((k << _ROW) | row) << _COL) | col, keys, heads)]
                    while q >= 0:
                        if ship[q] != ship[p] and abs(lat[q] - y) <= rows.reach:
                            dx = abs(lon[q] - x)
                            if min(dx, 360.0 - dx) <= width:
                                d = haversine(y, x, lat[q], lon[q])
                                if d <= max_m:
                                    if found < len(near.i):
                                        near.i[found], near.j[found], near.dist_m[found] = q, p, d
                                    found += 1
                        q = chain[q]
            col = min(int((x + 180.0) * rows.scale[own]), rows.cells[own] - 1)
            h = _find((((k << _ROW) | own) << _COL) | col, keys, heads)
            chain[p], heads[h] = heads[h], p
    return found


def near_pairs(begin: I8, ship: I4, lat: F8, lon: F8, max_m: float) -> Near:
    """All pairs of different ships at most `max_m` apart at one slot: points `begin[k]` to `begin[k + 1]`.

    Two ships with several points at a slot give several pairs.
    """
    rows = _rows(max_m)
    most = int(np.diff(begin).max()) if len(begin) > 1 else 0
    size = 1 << max(10, (8 * most).bit_length())  # a point opens at most six cells
    chain, room = np.empty(len(ship), dtype=np.int32), 1024 + len(ship) // 8
    while True:
        near = Near(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room))
        keys, heads = np.full(size, -1, dtype=np.int64), np.empty(size, dtype=np.int32)
        found = _look(begin, ship, lat, lon, max_m, rows, keys, heads, chain, near)
        if found <= room:
            return Near(near.i[:found], near.j[:found], near.dist_m[:found])
        room = found


@njit(cache=True, error_model="numpy", _nrt=False)
def has_doubles(slot: I8, ship: I4, stamp: I8) -> bool:
    """Whether a ship has two points at one slot; `stamp` remembers, by ship, the slot last seen."""
    twice = False
    for i in range(len(ship)):
        twice = twice or stamp[ship[i]] == slot[i]
        stamp[ship[i]] = slot[i]
    return twice


def nearest_only(slot: I8, ship: I4, near: Near) -> Near:
    """One pair of points for each pair of ships at each slot: the nearest."""
    when = slot[near.i]
    low, high = np.minimum(ship[near.i], ship[near.j]), np.maximum(ship[near.i], ship[near.j])
    order = np.lexsort((near.dist_m, high, low, when))
    when, low, high = when[order], low[order], high[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (when[1:] != when[:-1])
    at = order[first]
    return Near(near.i[at], near.j[at], near.dist_m[at])
