"""Where a vessel can be after some hours: cells of water, each with its share of the probability."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import MultiPolygon

from huanqiong.core.errors import InputError
from huanqiong.core.geography import Coast
from huanqiong.core.sphere import bearing, haversine
from huanqiong.core.units import KN_MS, NM_M
from huanqiong.core.verdict import Reason
from huanqiong.lines.sea.reach.fix import Fix
from huanqiong.lines.sea.reach.grid import Grid, grid_around
from huanqiong.lines.sea.reach.norms import Norms, bundled_norms
from huanqiong.lines.sea.reach.outline import outline
from huanqiong.lines.sea.reach.outlook import PACE_POWER, TURN_POWER, spread
from huanqiong.lines.sea.reach.travel import field

F8 = NDArray[np.float64]
HOURS: Final = (1.0, 3.0, 6.0, 12.0)
LEVELS: Final = (0.5, 0.8, 0.95)
HALF: Final = 100
"""Cells from the middle to the edge: 201 by 201 in all."""
FINEST_M: Final = 50.0
"""No cell is smaller: positions are no better than that."""
LONGEST_H: Final = 24.0
"""Norms were learnt up to here."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The cells she can be in `hours` after the fix, and how the probability lies on them.

    `mass` (row, column) sums to 1 and is 0 on land and beyond `top_kn`; `held` is the mass of all cells
    denser than this one, so that those with `held < p` are the smallest set of cells that holds `p`.
    `reasons`: what it rests on and what was not known.
    """

    fix: Fix
    hours: float
    grid: Grid
    mass: F8
    held: F8
    way_m: F8
    """Metres by water from the fix; inf out of reach."""
    top_kn: float
    reasons: tuple[Reason, ...]

    def cells(self, share: float) -> NDArray[np.bool_]:
        """Which cells are the smallest region that holds a share of the mass: (row, column)."""
        return np.asarray((self.held < share) & (self.mass > 0))

    def area_km2(self, share: float) -> float:
        """The area of that region."""
        return float((self.cells(share) * self.grid.areas_km2()[:, None]).sum())

    def holds(self, lat: ArrayLike, lon: ArrayLike, share: float) -> NDArray[np.bool_]:
        """Whether each place lies in that region."""
        r, c = self.grid.cell(lat, lon)
        return np.asarray((r >= 0) & self.cells(share)[r, c])

    def outline(self, share: float) -> MultiPolygon:
        """That region's outline, (lon, lat) degrees; longitudes run on across the antimeridian."""
        return outline(self.grid, self.cells(share))

    def front_m(self, share: float, bearing_deg: float, within_deg: float) -> float:
        """How far the region reaches by water on a bearing, give or take some degrees; 0: nothing there."""
        r, c = np.nonzero(self.cells(share))
        lats, lons = self.grid.lats()[r], self.grid.lons()[c]
        y = np.radians(lats - self.fix.lat)
        x = np.radians(lons - self.fix.lon) * np.cos(np.radians((lats + self.fix.lat) / 2))
        off = np.abs((np.degrees(np.arctan2(x, y)) - bearing_deg + 180.0) % 360.0 - 180.0)
        ways = self.way_m[r, c][off <= within_deg]
        return float(ways.max()) if len(ways) else 0.0


@njit(cache=True, error_model="numpy", _nrt=False)
def _below(table: F8, pace: float, turn: float) -> float:
    """The probability of at most this pace (as a share of the top) and turn, between the table's knots."""
    n, m = table.shape[0] - 1, table.shape[1] - 1
    i = min(max(pace, 0.0), 1.0) ** (1.0 / PACE_POWER) * n
    j = (min(turn, 180.0) / 180.0) ** (1.0 / TURN_POWER) * m
    a, b = min(int(i), n - 1), min(int(j), m - 1)
    # Within a bin probability is even in pace and turn, not in the knots' powers.
    p0, p1 = (a / n) ** PACE_POWER, ((a + 1) / n) ** PACE_POWER
    q0, q1 = 180.0 * (b / m) ** TURN_POWER, 180.0 * ((b + 1) / m) ** TURN_POWER
    u = (min(max(pace, 0.0), 1.0) - p0) / (p1 - p0)
    v = (min(turn, 180.0) - q0) / (q1 - q0)
    low = table[a, b] * (1 - v) + table[a, b + 1] * v
    high = table[a + 1, b] * (1 - v) + table[a + 1, b + 1] * v
    return low * (1 - u) + high * u


@njit(cache=True, error_model="numpy", _nrt=False)
def _swept(table: F8, pace: float, angle: float) -> float:
    """The probability of at most this pace and of a bearing from dead astern round to `angle`, unwound."""
    turns = math.floor((angle + 180.0) / 360.0)
    rest = angle - 360.0 * turns
    half = 0.5 * _below(table, pace, abs(rest))
    return turns * _below(table, pace, 180.0) + (half if rest >= 0 else -half)


@njit(cache=True, error_model="numpy")
def _mass(
    table: F8,
    way_m: F8,
    wet: NDArray[np.bool_],
    lats: F8,
    lons: F8,
    course: float,
    cell_m: float,
    top_m: float,
) -> F8:
    """Each cell's share: what the table holds for the ring's piece of the cell's height and area."""
    n = len(lats)
    half = n // 2
    out = np.zeros((n, n))
    for r in range(n):
        wide_m = cell_m * math.cos(math.radians(lats[r])) / math.cos(math.radians(lats[half]))
        for c in range(n):
            way = way_m[r, c]
            if not wet[r, c] or not way - cell_m / 2 < top_m:
                continue
            if r == half and c == half:
                out[r, c] = _below(table, math.sqrt(cell_m * wide_m / math.pi) / top_m, 180.0)
                continue
            direct = haversine(lats[half], lons[half], lats[r], lons[c])
            angle = bearing(lats[half], lons[half], lats[r], lons[c]) - course
            angle = (angle + 180.0) % 360.0 - 180.0
            open_deg = min(math.degrees(wide_m / direct) / 2, 180.0)
            near, far = (way - cell_m / 2) / top_m, (way + cell_m / 2) / top_m
            out[r, c] = (_swept(table, far, angle + open_deg) - _swept(table, far, angle - open_deg)) - (
                _swept(table, near, angle + open_deg) - _swept(table, near, angle - open_deg)
            )
    return out


def region(fix: Fix, hours: float, coast: Coast, norms: Norms | None = None) -> Region:
    """Where she can be `hours` after the fix, by the norms (the bundled ones by default).

    InputError: hours beyond 0 to 24, or no water within her reach.
    """
    if not 0 < hours <= LONGEST_H:
        raise InputError(f"{hours} hours ahead", remedy=f"Give more than 0 and at most {LONGEST_H:.0f}")
    known = spread(fix, hours, norms or bundled_norms())
    top_m = known.top_kn * KN_MS * 3600 * hours
    grid = grid_around(fix.lat, fix.lon, max(top_m, FINEST_M * HALF), HALF)
    ways = field(grid, coast, max(top_m, FINEST_M * HALF))
    course = 0.0 if fix.cog_deg is None else fix.cog_deg
    mass = _mass(known.table, ways.dist_m, ways.wet, grid.lats(), grid.lons(), course, grid.cell_m, top_m)
    np.maximum(mass, 0.0, out=mass)
    reasons = known.reasons
    if ways.off_m > 0:
        reasons += (Reason("reach_fix_on_land", ways.off_m / NM_M, None, "nm", None),)
    if ways.freed_m > 0:
        reasons += (Reason("reach_narrow", ways.freed_m / NM_M, grid.cell_m / NM_M, "nm", "coast"),)
    if not mass.sum() > 0:
        # All she may have gone is finer than a cell, and that cell's centre is land: the nearest water.
        mass = _nearest(ways.dist_m, ways.wet)
    if not mass.sum() > 0:
        raise InputError(
            f"no water within {top_m / NM_M:.1f} nm of {fix.lat:.4f}, {fix.lon:.4f}",
            remedy="Give the fix anew, or more hours",
        )
    mass /= mass.sum()
    return Region(fix, hours, grid, mass, _held(mass, grid), ways.dist_m, known.top_kn, reasons)


def _nearest(way_m: F8, wet: NDArray[np.bool_]) -> F8:
    reach = np.where(wet, way_m, np.inf)
    out = np.zeros(way_m.shape)
    if np.isfinite(reach.min()):
        out[reach == reach.min()] = 1.0
    return out


def _held(mass: F8, grid: Grid) -> F8:
    """For each cell the mass of all that are denser; 1 where there is none."""
    density = (mass / grid.areas_km2()[:, None]).ravel()
    order = np.argsort(-density, kind="stable")
    total = np.cumsum(mass.ravel()[order])
    held = np.ones(mass.size)
    held[order] = total - mass.ravel()[order]
    held[mass.ravel() <= 0] = 1.0
    return held.reshape(mass.shape)


def regions(
    fix: Fix, coast: Coast, hours: Iterable[float] = HOURS, norms: Norms | None = None
) -> list[Region]:
    """The region at each horizon, in the order given."""
    return [region(fix, h, coast, norms) for h in hours]
