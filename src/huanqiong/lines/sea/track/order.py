"""Rows into ship order: dense numbers for subjects, one stable counting sort, ties and duplicates settled.

Invariant: within a ship the order is (t, lat, lon, sog, cog), nulls last, and no two rows are equal in all
five, whatever the order of the input (which must be sorted by t).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.lines.sea.track.columns import F4, F8, I8, NAT, NO_KEY

I4 = NDArray[np.int32]
Rows = NDArray[np.void]
ROW = np.dtype([("t", "i8"), ("lat", "f8"), ("lon", "f8"), ("sog", "f4"), ("cog", "f4")])
"""A row as the folds read it: 32 bytes, half a cache line."""


@njit(cache=True, error_model="numpy", _nrt=False)
def _slot(key: int, mask: int) -> Any:
    x = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((x >> np.uint64(33)) & np.uint64(mask))


@njit(cache=True, error_model="numpy", _nrt=False)
def number_rows(
    key: I8, t: I8, lat: F8, lon: F8, begin: int, table: I8, known: I8, n_known: int, ids: I4
) -> tuple[int, int]:
    """Writes each row's ship number into `ids`, -1 for an unusable row; new ships go to `known`.

    Returns (first row not done, ships known): it stops early where the hash or `known` is full.
    """
    mask = len(table) - 1
    last_key, last_id = NO_KEY, -1
    for i in range(begin, len(key)):
        k = key[i]
        if k == NO_KEY or t[i] == NAT or not (-90.0 <= lat[i] <= 90.0 and -180.0 <= lon[i] <= 180.0):
            ids[i] = -1
            continue
        if k != last_key:
            if 2 * (n_known + 1) > mask or n_known >= len(known):
                return i, n_known
            h = _slot(k, mask)
            while table[h, 1] >= 0 and table[h, 0] != k:
                h = (h + 1) & mask
            if table[h, 1] < 0:
                table[h, 0], table[h, 1] = k, n_known
                known[n_known] = k
                n_known += 1
            last_key, last_id = k, table[h, 1]
        ids[i] = last_id
    return len(key), n_known


@njit(cache=True, error_model="numpy", _nrt=False)
def rebuild(known: I8, n_known: int, table: I8) -> None:
    """Fills an empty hash with the ships known."""
    mask = len(table) - 1
    for i in range(n_known):
        h = _slot(known[i], mask)
        while table[h, 1] >= 0:
            h = (h + 1) & mask
        table[h, 0], table[h, 1] = known[i], i


@njit(cache=True, error_model="numpy", _nrt=False)
def rising(t: I8) -> bool:
    """Whether times never fall."""
    falls = 0
    for i in range(1, len(t)):
        falls += t[i] < t[i - 1]
    return falls == 0


@njit(cache=True, error_model="numpy", _nrt=False)
def last_usable(ids: I4) -> int:
    """The last row with a ship; -1: none."""
    for i in range(len(ids) - 1, -1, -1):
        if ids[i] >= 0:
            return i
    return -1


@njit(cache=True, error_model="numpy", _nrt=False)
def by_ship(
    ids: I4, n_ships: int, skip: NDArray[np.bool_], t: I8, lat: F8, lon: F8, sog: F4, cog: F4, rec: Rows,
    order: I4, count: I8, ships: I4, start: I8,
) -> tuple[int, int, int]:  # fmt: skip
    """A stable counting sort of usable rows by ship, into records: what a ship's fold reads lies together.

    `order` takes each record's input row where it has room (length 0: not wanted); `count` (ships + 1) is
    zero. Returns (active, unusable, skipped): how many ships have rows; `ships` takes which, `start` where
    each one's records begin, and the end.
    """
    unusable, skipped = 0, 0
    for i in range(len(ids)):
        s = ids[i]
        if s < 0:
            unusable += 1
        elif skip[s]:
            skipped += 1
        else:
            count[s + 1] += 1
    at, j = 0, 0
    for s in range(n_ships):
        c = count[s + 1]
        count[s] = at
        if c > 0:
            ships[j] = s
            start[j] = at
            j += 1
        at += c
    start[j] = at
    for i in range(len(ids)):
        s = ids[i]
        if s >= 0 and not skip[s]:
            r = rec[count[s]]
            r.t, r.lat, r.lon, r.sog, r.cog = t[i], lat[i], lon[i], sog[i], cog[i]
            if len(order) > 0:
                order[count[s]] = i
            count[s] += 1
    return j, unusable, skipped


@njit(cache=True, error_model="numpy", _nrt=False)
def _compare(a: float, b: float) -> int:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0
    if math.isnan(a):
        return 1
    if math.isnan(b):
        return -1
    return -1 if a < b else 1


@njit(cache=True, error_model="numpy", _nrt=False)
def _before(rec: Rows, i: int, j: int) -> int:
    a, b = rec[i], rec[j]
    c = _compare(a.lat, b.lat)
    if c == 0:
        c = _compare(a.lon, b.lon)
    if c == 0:
        c = _compare(a.sog, b.sog)
    if c == 0:
        c = _compare(a.cog, b.cog)
    return c


@njit(cache=True, error_model="numpy", _nrt=False)
def _swap(rec: Rows, order: I4, i: int, j: int) -> None:
    a, b = rec[i], rec[j]
    lat, lon, sog, cog = a.lat, a.lon, a.sog, a.cog
    a.lat, a.lon, a.sog, a.cog = b.lat, b.lon, b.sog, b.cog
    b.lat, b.lon, b.sog, b.cog = lat, lon, sog, cog
    if len(order) > 0:
        order[i], order[j] = order[j], order[i]


@njit(cache=True, error_model="numpy", _nrt=False)
def _sift(rec: Rows, order: I4, first: int, k: int, n: int) -> None:
    while 2 * k + 1 < n:
        c = 2 * k + 1
        if c + 1 < n and _before(rec, first + c + 1, first + c) > 0:
            c += 1
        if _before(rec, first + c, first + k) <= 0:
            return
        _swap(rec, order, first + c, first + k)
        k = c


@njit(cache=True, error_model="numpy", _nrt=False)
def settle_ties(rec: Rows, start: I8, order: I4) -> int:
    """Puts records of one ship and time in canonical order, takes equal ones out, in place; duplicates found.

    A heap sort: a device that sends a million positions of one second does not stall the day.
    """
    write, doubles = 0, 0
    begin = start[0]
    for s in range(len(start) - 1):
        end = start[s + 1]
        start[s] = write
        i = begin
        while i < end:
            j = i + 1
            while j < end and rec[j].t == rec[i].t:
                j += 1
            n = j - i
            if n > 1:
                for k in range(n // 2 - 1, -1, -1):
                    _sift(rec, order, i, k, n)
                for m in range(n - 1, 0, -1):
                    _swap(rec, order, i, i + m)
                    _sift(rec, order, i, 0, m)
            first = write
            for a in range(i, j):
                if write > first and _before(rec, a, write - 1) == 0:
                    doubles += 1
                    continue
                if write != a:
                    rec[write] = rec[a]
                    if len(order) > 0:
                        order[write] = order[a]
                write += 1
            i = j
        begin = end
    start[len(start) - 1] = write
    return doubles
