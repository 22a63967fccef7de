"""A grid of near-square cells around a place, and which of them are water."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from huanqiong.core.geography import Coast, CoastArrays
from huanqiong.core.geography.kernels import on_land
from huanqiong.core.units import EARTH_RADIUS_M

F8 = NDArray[np.float64]
Flags = NDArray[np.bool_]
DEGREE_M = EARTH_RADIUS_M * math.pi / 180.0
EDGE_DEG = 88.0
"""Rows beyond this latitude are never water: the grid does not go round the pole."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`2 half + 1` rows and columns around (`lat`, `lon`), whose middle cell is centred there.

    Rows go north by `dlat` degrees, columns east by `dlon`; longitudes run on across the antimeridian.
    """

    lat: float
    lon: float
    half: int
    dlat: float
    dlon: float

    @property
    def side(self) -> int:
        """Cells along a side."""
        return 2 * self.half + 1

    @property
    def cell_m(self) -> float:
        """A cell's height in metres, and its width at the middle row."""
        return self.dlat * DEGREE_M

    def lats(self) -> F8:
        """Latitudes of the rows' centres."""
        return self.lat + np.arange(-self.half, self.half + 1, dtype=np.float64) * self.dlat

    def lons(self) -> F8:
        """Longitudes of the columns' centres; may lie beyond 180."""
        return self.lon + np.arange(-self.half, self.half + 1, dtype=np.float64) * self.dlon

    def areas_km2(self) -> F8:
        """The area of a cell of each row, square kilometres."""
        north = np.sin(np.radians(np.clip(self.lats() + self.dlat / 2, -90, 90)))
        south = np.sin(np.radians(np.clip(self.lats() - self.dlat / 2, -90, 90)))
        return np.asarray((EARTH_RADIUS_M / 1000) ** 2 * math.radians(self.dlon) * (north - south))

    def cell(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each place; -1 where it lies outside the grid."""
        y, x = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        east = (x - self.lon + 180.0) % 360.0 - 180.0
        row = np.rint((y - self.lat) / self.dlat).astype(np.int64) + self.half
        col = np.rint(east / self.dlon).astype(np.int64) + self.half
        out = (row < 0) | (row >= self.side) | (col < 0) | (col >= self.side)
        return np.where(out, -1, row), np.where(out, -1, col)


def grid_around(lat: float, lon: float, reach_m: float, half: int) -> Grid:
    """A grid that holds all places within `reach_m`."""
    dlat = reach_m / half / DEGREE_M
    return Grid(lat, lon, half, dlat, dlat / math.cos(math.radians(lat)))


@njit(cache=True, error_model="numpy")
def _water(c: CoastArrays, lats: F8, lons: F8, out: Flags) -> None:
    for i in range(len(lats)):
        for j in range(len(lons)):
            out[i, j] = abs(lats[i]) < EDGE_DEG and not on_land(c, lats[i], lons[j])


def water(grid: Grid, coast: Coast) -> Flags:
    """Which cells have water at their centre: (row, column)."""
    out = np.empty((grid.side, grid.side), dtype=np.bool_)
    _water(coast.arrays(), grid.lats(), grid.lons(), out)
    # A grid wider than the world would count its far side twice.
    out[:, np.abs(np.arange(grid.side) - grid.half) * grid.dlon >= 180.0] = False
    return out
