"""What other ships contribute to a verdict about one: how many were heard, where and when it was asked.

A verdict about a ship rests on its own rows, and for silences on reception: counts of ships by half hour and
cell. With those counts alone, and no other ship's track, the same verdict comes out of the ship's own rows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.lines.sea.reception import Reception
from huanqiong.lines.sea.track.columns import F8, I8

Cell = tuple[int, int, int]
"""Bin of time, row and column of the grid."""
_BITS = 14
_LOW = (1 << _BITS) - 1


class Heard(NamedTuple):
    """Ships heard by column: bin of time, row and column of the grid, count."""

    bin: I8
    row: I8
    col: I8
    ships: I8


class Asking(Reception):
    """Reception that remembers what it was asked: stands in for a kernels' own before the first row."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.asked: set[Cell] = set()

    def share(self, t0: I8, t1: I8, lat: F8, lon: F8) -> F8:
        """As `Reception.share`; notes every cell and bin that the answer looks at."""
        for a, b, y, x in zip(t0.tolist(), t1.tolist(), lat.tolist(), lon.tolist(), strict=True):
            self._note(a, min(b, a + self.window_us), y, x)
        return super().share(t0, t1, lat, lon)

    def _note(self, begin: int, end: int, lat: float, lon: float) -> None:
        row = math.floor(lat / self.cell) + round(90.0 / self.cell)
        cols = round(360.0 / self.cell)
        col = math.floor(lon / self.cell) + cols // 2
        for b in range(begin // self.bin_us + 1, end // self.bin_us):
            for dr in (-1, 0, 1):
                for dc in (-1, 0, 1):
                    if row + dr >= 0:
                        self.asked.add((b, row + dr, (col + dc) % cols))


def counted(reception: Reception) -> dict[Cell, int]:
    """All that was heard: cells with their counts."""
    used = np.flatnonzero(reception.counts > 0)
    key = reception.keys[used]
    columns = (key >> (2 * _BITS), (key >> _BITS) & _LOW, key & _LOW)
    cells = zip(*(c.tolist() for c in columns), strict=True)
    return dict(zip(cells, reception.counts[used].tolist(), strict=True))


def others(whole: Reception, own: Asking) -> Heard:
    """What other ships than the own were heard in the cells that were asked about, in order.

    `whole` heard all ships, `own` only those the verdict is about.
    """
    all_of, mine = counted(whole), counted(own)
    rows = [(*cell, all_of.get(cell, 0) - mine.get(cell, 0)) for cell in sorted(own.asked)]
    kept = np.array([r for r in rows if r[3] > 0], dtype=np.int64).reshape(-1, 4)
    return Heard(*(np.ascontiguousarray(c) for c in kept.T))


def add_others(reception: Reception, heard: Heard) -> None:
    """Makes a reception that knows what other ships were heard: one sign of life for each of them."""
    n: NDArray[np.int64] = heard.ships
    cell = reception.cell
    row, col = (np.repeat(c, n).astype(np.float64) for c in (heard.row, heard.col))
    lat: F8 = (row - round(90.0 / cell) + 0.5) * cell
    lon: F8 = (col - round(360.0 / cell) // 2 + 0.5) * cell
    reception.add((np.repeat(heard.bin, n), lat, lon))
