"""A coarse map of the world that tells kernels where nothing can be near: one byte a cell of 0.05 degrees.

Invariant: a bit that is not set proves that no anchorage, coast or zone is in reach of any place in the cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.coast import Coast
from huanqiong.core.geography.kernels import STEP_M, SUB, TILE_DEG, CoastArrays, cell_radius_m
from huanqiong.core.geography.points import PointArrays, Points
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.room import Scratch, zeros

U1 = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""West, south, east, north."""
PER_DEG = 20
ROWS, COLS = 180 * PER_DEG, 360 * PER_DEG
PORT, COAST, ZONE = np.uint8(1), np.uint8(2), np.uint8(4)
_TILE_COLS = int(360 / TILE_DEG)


@njit(cache=True, error_model="numpy", _nrt=False)
def cell_at(lat: float, lon: float) -> int:
    """The cell of a place; lat in [-90, 90], lon in [-180, 180]."""
    return min(int((lat + 90.0) * PER_DEG), ROWS - 1) * COLS + min(int((lon + 180.0) * PER_DEG), COLS - 1)


class Near(NamedTuple):
    """What may be near each track row, and each ship's rows together: the bits PORT, COAST, ZONE."""

    row: U1
    ship: U1


@njit(cache=True, error_model="numpy", _nrt=False)
def _look(mask: U1, start: I8, lat: F8, lon: F8, row: U1, ship: U1) -> None:
    for a in range(len(start) - 1):
        bits = 0
        for i in range(start[a], start[a + 1]):
            b = mask[cell_at(lat[i], lon[i])]
            row[i] = b
            bits |= b
        ship[a] = bits


@njit(cache=True)
def mark_points(mask: U1, p: PointArrays, bit: int) -> None:
    """Sets the bit wherever a point may lie within `p.reach_m`."""
    for k in range(len(p.tile)):
        if p.tile[k] < 0:
            continue
        r0, c0 = (k // _TILE_COLS) * SUB, (k % _TILE_COLS) * SUB
        for i in range(SUB * SUB):
            at = p.tile[k] * SUB * SUB + i
            if p.start[at + 1] > p.start[at]:
                mask[(r0 + i // SUB) * COLS + c0 + i % SUB] |= bit


@njit(cache=True)
def mark_coast(mask: U1, c: CoastArrays, max_m: float, bit: int) -> None:
    """Sets the bit wherever a shoreline may be nearer than `max_m` (at most 20 km)."""
    for k in range(len(c.tile)):
        if c.tile[k] < 0:
            continue
        r0, c0 = (k // _TILE_COLS) * SUB, (k % _TILE_COLS) * SUB
        for i in range(SUB * SUB):
            row = r0 + i // SUB
            lat = (row + 0.5) / PER_DEG - 90.0
            nearest = (float(c.near[c.tile[k] * SUB * SUB + i]) - 1.0) * STEP_M
            if nearest - 1.1 * cell_radius_m(lat) <= max_m:
                mask[row * COLS + c0 + i % SUB] |= bit


def mark_box(mask: U1, west: float, south: float, east: float, north: float, bit: int) -> None:
    """Sets the bit over a box in degrees."""
    r0, r1 = int((south + 90.0) * PER_DEG), int((north + 90.0) * PER_DEG)
    c0, c1 = int((west + 180.0) * PER_DEG), int((east + 180.0) * PER_DEG)
    grid = mask.reshape(ROWS, COLS)
    grid[max(r0 - 1, 0) : r1 + 2, max(c0 - 1, 0) : c1 + 2] |= np.uint8(bit)


def blank() -> U1:
    """A map with no bit set."""
    return zeros(ROWS * COLS, np.uint8)


@lru_cache(maxsize=2)
def _map_of(
    points: Points | None, reach_m: float, coast: Coast | None, max_m: float, boxes: tuple[Box, ...]
) -> U1:
    """Made once for one set of things, shared, never written again."""
    mask = blank()
    if points is not None:
        mark_points(mask, points.arrays(reach_m), PORT)
    if coast is not None:
        mark_coast(mask, coast.arrays(), max_m, COAST)
    for box in boxes:
        mark_box(mask, *box, int(ZONE))
    mask.setflags(write=False)
    return mask


class NearMap:
    """The map for one set of anchorages (within `reach_m`), coast (nearer than `max_m`) and zones' boxes."""

    def __init__(
        self, points: Points | None, reach_m: float, coast: Coast | None, max_m: float, boxes: Iterable[Box]
    ) -> None:
        self.mask = _map_of(points, reach_m, coast, max_m, tuple(boxes))
        self.buffers = Scratch()

    def look(self, start: I8, lat: F8, lon: F8) -> Near:
        """What may be near the rows; row j of ship a lies in `start[a] <= j < start[a + 1]`."""
        row, ship = self.buffers("row", len(lat), np.uint8), self.buffers("ship", len(start), np.uint8)
        _look(self.mask, start, lat, lon, row, ship)
        return Near(row, ship)
