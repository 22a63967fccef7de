"""Which ships are near one another at one slot: a sort by latitude band, then a look along the longitudes.

Invariant: the pairs are those of brute force, whatever the order of the points.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.sphere import haversine
from huanqiong.core.units import EARTH_RADIUS_M
from huanqiong.lines.sea.track.columns import F8, I8

I4 = NDArray[np.int32]


class Near(NamedTuple):
    """Pairs by column: first and second point, distance in metres."""

    i: I4
    j: I4
    dist_m: F8


@njit(cache=True)
def _add(i: int, j: int, d: float, n: int, a: I4, b: I4, m: F8) -> tuple[I4, I4, F8]:
    if n == len(a):
        a, b, m = np.append(a, a), np.append(b, b), np.append(m, m)
    a[n], b[n], m[n] = i, j, d
    return a, b, m


@njit(cache=True)
def near_pairs(ship: I4, lat: F8, lon: F8, max_m: float) -> tuple[I4, I4, F8]:
    """All pairs of different ships at most `max_m` apart; two ships with several points give several."""
    n = len(ship)
    reach = math.degrees(max_m / EARTH_RADIUS_M) * 1.000001 + 1e-9
    band = np.empty(n, dtype=np.int64)
    for i in range(n):
        band[i] = int(math.floor((lat[i] + 90.0) / reach))
    key = np.empty(n)
    for i in range(n):
        key[i] = band[i] * 512.0 + (lon[i] + 180.0)
    order = np.argsort(key)
    key = key[order]
    east_of, row_of = lon[order], band[order]
    a, b, m = np.empty(256, np.int32), np.empty(256, np.int32), np.empty(256)
    found, above = 0, 0
    for p in range(n):
        i = order[p]
        edge = math.cos(math.radians(min(abs(lat[i]) + 2.0 * reach, 90.0)))
        width = reach / edge if edge > reach else 360.0
        # The rest of the band eastwards, then the next band on both sides; and round the antimeridian.
        for turn in range(4 if width < 360.0 else 2):  # by a pole the first two see all longitudes
            if turn == 0:
                west, east, row = lon[i], lon[i] + width, band[i]
            elif turn == 1:
                west, east, row = max(lon[i] - width, -180.0), lon[i] + width, band[i] + 1
            elif turn == 2:
                if lon[i] + width < 180.0:
                    continue
                west, east, row = -180.0, lon[i] + width - 360.0, band[i]
            else:
                if lon[i] + width >= 180.0:
                    west, east, row = -180.0, lon[i] + width - 360.0, band[i] + 1
                elif lon[i] - width < -180.0:
                    west, east, row = lon[i] - width + 360.0, 180.0, band[i] + 1
                else:
                    continue
            q = p + 1
            if turn == 1:  # points come in order, so this one's place in the next band is near the last one's
                low = row * 512.0 + (west + 180.0)
                while above > 0 and key[above - 1] >= low:
                    above -= 1
                while above < n and key[above] < low:
                    above += 1
                q = above
            elif turn > 1:
                q = np.searchsorted(key, row * 512.0 + (west + 180.0))
            while q < n and row_of[q] == row and east_of[q] <= east:
                j = order[q]
                q += 1
                if j == i or ship[j] == ship[i]:
                    continue
                if turn == 2 and lon[j] >= lon[i]:
                    break
                if abs(lat[j] - lat[i]) > reach:
                    continue
                d = haversine(lat[i], lon[i], lat[j], lon[j])
                if d <= max_m:
                    a, b, m = _add(i, j, d, found, a, b, m)
                    found += 1
    return a[:found], b[:found], m[:found]


@njit(cache=True)
def has_doubles(ship: I4, stamp: I8, slot: int) -> bool:
    """Whether a ship has two points at this slot; `stamp` remembers, by ship, the slot last seen."""
    twice = False
    for i in range(len(ship)):
        twice = twice or stamp[ship[i]] == slot
        stamp[ship[i]] = slot
    return twice


def nearest_only(ship: I4, near: Near) -> Near:
    """One pair of points for each pair of ships: the nearest."""
    low, high = np.minimum(ship[near.i], ship[near.j]), np.maximum(ship[near.i], ship[near.j])
    order = np.lexsort((near.dist_m, high, low))
    low, high = low[order], high[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    at = order[first]
    return Near(near.i[at], near.j[at], near.dist_m[at])


def slot_order(slot: I8) -> tuple[I8, I8, I8]:
    """Samples in slot order: (order, slots, where each slot begins)."""
    order = np.argsort(slot, kind="stable").astype(np.int64)
    slots, begin = np.unique(slot[order], return_index=True)
    return order, slots, np.append(begin, len(order)).astype(np.int64)
