"""Fast near the coast: a run of rows above a speed near the shore (docs/detectors.md, section 11).

Invariant: the coast is asked only where it can matter: for fast rows, in cells that the mask leaves open, and
not before a ship can have come near again since it was last found far off.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.coast import Coast
from huanqiong.core.geography.kernels import SUB, TILE_DEG, CoastArrays, coast_distance_m
from huanqiong.core.geography.points import PointArrays, Points, nearest_point
from huanqiong.core.profile import Profile
from huanqiong.core.sphere import cos_deg, unit_vector
from huanqiong.core.units import EARTH_RADIUS_M
from huanqiong.lines.sea.mask import COAST, COLS, PER_DEG, Near
from huanqiong.lines.sea.mask import ROWS as CELL_ROWS
from huanqiong.lines.sea.track.columns import F4, F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
LAST_T, ROWS, FIRST_T = range(3)
FIRST_Y, FIRST_X, TOP, FAR_Y, FAR_X, FAR_COS, FAR_M = range(7)
_TILE_COLS = int(360 / TILE_DEG)
_R = EARTH_RADIUS_M
_SEE_M = 1_000.0
_RAD = math.pi / 180.0
_DEGREE_M = 111_200.0
_SLACK_M = 20.0


class Dashes(NamedTuple):
    """Runs by column: ship, first and last row, rows, place of the first, highest speed."""

    ship: I4
    t0: I8
    t1: I8
    rows: I8
    lat: F8
    lon: F8
    top_kn: F8


@njit(cache=True, error_model="numpy", _nrt=False)
def _write(w: I8, f: F8, ship: int, least: int, n: int, o_i: I8, o_f: F8) -> int:
    if w[ROWS] >= least:
        o_i[n, 0], o_i[n, 1], o_i[n, 2], o_i[n, 3] = ship, w[FIRST_T], w[LAST_T], w[ROWS]
        o_f[n, 0], o_f[n, 1], o_f[n, 2] = f[FIRST_Y], f[FIRST_X], f[TOP]
        n += 1
    w[ROWS] = 0
    return n


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def _still_far(f: F8, lat: float, lon: float) -> bool:
    """Whether a ship cannot be near the coast: it has gone less far than it was off when last asked.

    The way is bounded from above on the chart, with the wider of the two parallels.
    """
    far_m = f[FAR_M]
    if far_m <= 0.0:
        return False
    dy, dx = abs(lat - f[FAR_Y]), abs(lon - f[FAR_X])
    dx = min(dx, 360.0 - dx) * (f[FAR_COS] + dy * _RAD)
    return _DEGREE_M * _DEGREE_M * (dy * dy + dx * dx) < far_m * far_m


@njit(cache=True, error_model="numpy")
def coast_nearer_m(c: CoastArrays, lat: float, lon: float, reach_m: float) -> float:
    """The coast distance where it is less than `reach_m` (a few kilometres), else inf.

    The same measure as `coast_distance_m`, but over the pieces that the fine cells in reach list: for a short
    reach they are few, and nothing needs to be searched.
    """
    dlat = math.degrees(reach_m / _R) * 1.001 + 1e-4
    shrink = cos_deg(min(abs(lat) + dlat, 89.9))
    if shrink < 0.05 or c.near.shape[0] == 0:
        return coast_distance_m(c, lat, lon, reach_m)
    dlon = dlat / shrink
    x, y, z = unit_vector(lat, lon)
    half = reach_m / _R  # a little more than the chord: nothing in reach is missed
    limit = half * half
    best = limit
    last_row, last_col = int((lat + dlat + 90.0) * PER_DEG), int(math.floor((lon + dlon + 180.0) * PER_DEG))
    for row in range(max(int((lat - dlat + 90.0) * PER_DEG), 0), min(last_row, CELL_ROWS - 1) + 1):
        for wide in range(int(math.floor((lon - dlon + 180.0) * PER_DEG)), last_col + 1):
            col = wide % COLS
            k = c.tile[(row // SUB) * _TILE_COLS + col // SUB]
            if k < 0:
                continue
            cell = (k * SUB + row % SUB) * SUB + col % SUB
            for at in range(c.start[cell], c.start[cell + 1]):
                i = c.items[at]
                ux, uy, uz = c.seg[i, 3] - c.seg[i, 0], c.seg[i, 4] - c.seg[i, 1], c.seg[i, 5] - c.seg[i, 2]
                px, py, pz = x - c.seg[i, 0], y - c.seg[i, 1], z - c.seg[i, 2]
                uu = ux * ux + uy * uy + uz * uz
                t = 0.0
                if uu > 0.0:
                    t = min(1.0, max(0.0, (px * ux + py * uy + pz * uz) / uu))
                px, py, pz = px - t * ux, py - t * uy, pz - t * uz
                best = min(best, px * px + py * py + pz * pz)
    if best >= limit:
        return math.inf
    dist_m = 2.0 * _R * math.asin(math.sqrt(best) * 0.5)
    return dist_m if dist_m < reach_m else math.inf


@njit(cache=True, error_model="numpy")
def dash_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, sog: F4, near: Near, coast: CoastArrays,
    ports: PointArrays, min_kn: float, max_m: float, free_m: float, break_us: int, least: int,
    whole: I8, frac: F8, o_i: I8, o_f: F8,
) -> int:  # fmt: skip
    """Folds track rows into each ship's run; writes ended runs, returns how many."""
    n = 0
    for a in range(len(ships)):
        w, f = whole[ships[a]], frac[ships[a]]
        if w[ROWS] == 0 and near.ship[a] & COAST == 0:
            continue
        for i in range(start[a], start[a + 1]):
            y, x, v = lat[i], lon[i], float(sog[i])
            counts = near.row[i] & COAST != 0 and v > min_kn and not _still_far(f, y, x)
            if counts:
                dist = coast_nearer_m(coast, y, x, max_m + _SEE_M)
                counts = dist < max_m
                f[FAR_Y], f[FAR_X], f[FAR_COS] = y, x, cos_deg(y)
                f[FAR_M] = min(dist, max_m + _SEE_M) - max_m - _SLACK_M
            if counts and free_m > 0.0:
                at, dist = nearest_point(ports, y, x)
                counts = at < 0 or dist >= free_m
            if w[ROWS] > 0 and (not counts or t[i] - w[LAST_T] > break_us):
                n = _write(w, f, ships[a], least, n, o_i, o_f)
            if counts:
                if w[ROWS] == 0:
                    w[FIRST_T], f[FIRST_Y], f[FIRST_X], f[TOP] = t[i], y, x, v
                f[TOP] = max(f[TOP], v)
                w[ROWS] += 1
                w[LAST_T] = t[i]
    return n


@njit(cache=True)
def end_all(n_ships: int, least: int, whole: I8, frac: F8, o_i: I8, o_f: F8) -> int:
    """Ends every run, as the window does."""
    n = 0
    for s in range(n_ships):
        n = _write(whole[s], frac[s], s, least, n, o_i, o_f)
    return n


class NearCoast:
    """Every ship's open run."""

    def __init__(self, profile: Profile, coast: Coast, anchorages: Points) -> None:
        number = profile.number
        self.min_kn, self.max_m = (
            number("fast_near_coast", "min_sog_kn"),
            number("fast_near_coast", "max_coast_m"),
        )
        self.free_m = number("fast_near_coast", "port_free_m")
        self.break_us = profile.micros("fast_near_coast", "break_s")
        self.least = max(1, int(number("fast_near_coast", "min_rows")))
        self.coast = coast.arrays()
        self.ports = anchorages.arrays(max(self.free_m, 1.0))
        self.whole = np.zeros((FIRST_ROOM, 3), dtype=np.int64)
        self.frac = np.zeros((FIRST_ROOM, 7))
        self.buffers = Scratch()

    def advance(self, track: Track, near: Near, n_ships: int) -> Dashes:
        """The runs that ended in this batch."""
        self.whole, self.frac = grown(self.whole, n_ships), grown(self.frac, n_ships)
        room = len(track.t)
        i, f = self.buffers("i", room, np.int64, 4), self.buffers("f", room, np.float64, 3)
        n = dash_pass(
            track.ships, track.start, track.t, track.lat, track.lon, track.sog, near, self.coast,
            self.ports,
            self.min_kn, self.max_m, self.free_m, self.break_us, self.least, self.whole, self.frac, i, f,
        )  # fmt: skip
        return _dashes(i[:n].copy(), f[:n].copy())

    def finish(self, n_ships: int) -> Dashes:
        """The runs still open."""
        n_ships = min(n_ships, len(self.whole))
        i, f = np.empty((n_ships, 4), np.int64), np.empty((n_ships, 3))
        n = end_all(n_ships, self.least, self.whole, self.frac, i, f)
        return _dashes(i[:n], f[:n])


def _dashes(i: I8, f: F8) -> Dashes:
    return Dashes(i[:, 0].astype(np.int32), i[:, 1], i[:, 2], i[:, 3], f[:, 0], f[:, 1], f[:, 2])
