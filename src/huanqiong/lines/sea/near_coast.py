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
from huanqiong.core.geography.kernels import CoastArrays, Search, new_search
from huanqiong.core.geography.nearby import coast_off_m
from huanqiong.core.geography.points import PointArrays, Points, nearest_point
from huanqiong.core.profile import Profile
from huanqiong.core.sphere import cos_deg
from huanqiong.lines.sea.mask import COAST, Near
from huanqiong.lines.sea.track.columns import F4, F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
LAST_T, ROWS, FIRST_T = range(3)
FIRST_Y, FIRST_X, TOP, FAR_Y, FAR_X, FAR_COS, FAR_M = range(7)
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


@njit(cache=True, error_model="numpy", _nrt=False)
def dash_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, sog: F4, near: Near, coast: CoastArrays, search: Search,
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
                off = coast_off_m(coast, y, x, max_m, _SEE_M, search)
                counts = off == 0.0
                f[FAR_Y], f[FAR_X], f[FAR_COS], f[FAR_M] = y, x, cos_deg(y), off - _SLACK_M
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
            new_search(), self.ports,
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
