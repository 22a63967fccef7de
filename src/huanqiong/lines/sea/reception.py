"""Reception: whether other ships were still heard where one fell silent (docs/detectors.md, section 4).

Invariant: the counts are a function of the signs of life alone; nothing a later question needs is forgotten.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.lines.sea.track.columns import F8, I8

I4 = NDArray[np.int32]
_COL_BITS, _ROW_BITS = 14, 14
_ASKED = 4096


@njit(cache=True, error_model="numpy", _nrt=False)
def _key(b: int, row: int, col: int) -> int:
    return (b << (_COL_BITS + _ROW_BITS)) | (row << _COL_BITS) | col


@njit(cache=True, error_model="numpy", _nrt=False)
def _place(key: int, mask: int) -> Any:
    x = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((x >> np.uint64(29)) & np.uint64(mask))


@njit(cache=True, error_model="numpy", _nrt=False)
def _rows(cell: float) -> int:
    return int(round(90.0 / cell))


@njit(cache=True, error_model="numpy", _nrt=False)
def add_signs(
    keys: I8, counts: I4, used: int, bins: I8, lat: F8, lon: F8, begin: int, cell: float
) -> tuple[int, int]:
    """Counts signs of life; returns (first not done, cells used): it stops where the table is half full."""
    mask = len(keys) - 1
    cols = int(round(360.0 / cell))
    for i in range(begin, len(bins)):
        if 2 * (used + 1) > mask:
            return i, used
        row = int(math.floor(lat[i] / cell)) + _rows(cell)
        col = (int(math.floor(lon[i] / cell)) + cols // 2) % cols
        k = _key(bins[i], row, col)
        h = _place(k, mask)
        while counts[h] > 0 and keys[h] != k:
            h = (h + 1) & mask
        if counts[h] == 0:
            keys[h] = k
            used += 1
        counts[h] += 1
    return len(bins), used


@njit(cache=True, error_model="numpy", _nrt=False)
def move(keys: I8, counts: I4, new_keys: I8, new_counts: I4, oldest: int) -> int:
    """Carries the counts of bins from `oldest` on into a larger, empty table; how many cells."""
    mask, used = len(new_keys) - 1, 0
    for i in range(len(keys)):
        if counts[i] > 0 and (keys[i] >> (_COL_BITS + _ROW_BITS)) >= oldest:
            h = _place(keys[i], mask)
            while new_counts[h] > 0:
                h = (h + 1) & mask
            new_keys[h], new_counts[h] = keys[i], counts[i]
            used += 1
    return used


@njit(cache=True, error_model="numpy", _nrt=False)
def _heard(keys: I8, counts: I4, b: int, row: int, col: int, cols: int, min_ships: int) -> bool:
    """Whether enough ships were heard in a bin in the nine cells around."""
    mask = len(keys) - 1
    ships, around = 0, 0
    while around < 9 and ships < min_ships:
        # The middle cell first: it mostly decides.
        dr, dc = (around + 4) % 9 // 3 - 1, (around + 4) % 9 % 3 - 1
        around += 1
        if row + dr < 0:
            continue
        k = _key(b, row + dr, (col + dc) % cols)
        h = _place(k, mask)
        while counts[h] > 0 and keys[h] != k:
            h = (h + 1) & mask
        ships += counts[h]
    return ships >= min_ships


@njit(cache=True)
def share_heard(
    keys: I8, counts: I4, t0: I8, t1: I8, lat: F8, lon: F8, bin_us: int, window_us: int, cell: float,
    min_ships: int,
) -> F8:  # fmt: skip
    """For each silence the share of its bins in which enough ships were heard around; NaN: no whole bin.

    Silences are taken cell by cell and answers remembered by bin (modulo 4096): most ask the same.
    """
    n = len(t0)
    out = np.full(n, math.nan)
    cols = int(round(360.0 / cell))
    where = np.empty(n, dtype=np.int64)
    for i in range(n):
        row = int(math.floor(lat[i] / cell)) + _rows(cell)
        where[i] = (row << _COL_BITS) | (int(math.floor(lon[i] / cell)) + cols // 2)
    order = np.argsort(where) if n > 64 else np.arange(n)
    asked, answer = np.full(_ASKED, -1, dtype=np.int64), np.zeros(_ASKED, dtype=np.bool_)
    for p in range(n):
        i = order[p]
        end = min(t1[i], t0[i] + window_us)
        b = t0[i] // bin_us + 1
        row, col = where[i] >> _COL_BITS, where[i] & ((1 << _COL_BITS) - 1)
        bins, heard = 0, 0
        while (b + 1) * bin_us <= end:
            at, k = b & (_ASKED - 1), _key(b, row, col)
            if asked[at] != k:
                asked[at], answer[at] = k, _heard(keys, counts, b, row, col, cols, min_ships)
            heard += answer[at]
            bins += 1
            b += 1
        if bins > 0:
            out[i] = heard / bins
    return out


class Reception:
    """Counts of signs of life by bin and cell, in a hash table that grows."""

    def __init__(self, profile: Profile) -> None:
        self.bin_us = profile.micros("reception", "bin_s")
        self.window_us = profile.micros("reception", "window_s")
        self.cell = profile.number("reception", "cell_deg")
        self.min_ships = int(profile.number("reception", "min_ships"))
        self.min_share = profile.number("reception", "min_share")
        self.keys = np.zeros(1 << 16, dtype=np.int64)
        self.counts = np.zeros(1 << 16, dtype=np.int32)
        self.used = 0

    def add(self, signs: tuple[I8, F8, F8]) -> None:
        """Takes signs of life: bin, lat, lon."""
        done = 0
        while True:
            done, self.used = add_signs(self.keys, self.counts, self.used, *signs, done, self.cell)
            if done == len(signs[0]):
                return
            self._resize(2 * len(self.keys), 0)

    def _resize(self, size: int, oldest: int) -> None:
        keys, counts = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int32)
        self.used = move(self.keys, self.counts, keys, counts, oldest)
        self.keys, self.counts = keys, counts

    def forget(self, before_us: int) -> None:
        """Drops bins that end before a time no question reaches back to."""
        if 3 * self.used > len(self.keys):
            self._resize(len(self.keys), before_us // self.bin_us)

    def share(self, t0: I8, t1: I8, lat: F8, lon: F8) -> F8:
        """The share of bins with reception for each silence; NaN where no whole bin lies in it."""
        return np.asarray(
            share_heard(
                self.keys,
                self.counts,
                t0,
                t1,
                lat,
                lon,
                self.bin_us,
                self.window_us,
                self.cell,
                self.min_ships,
            )
        )
