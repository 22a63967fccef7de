"""Loitering: slow clock hours of a segment, one after the other (docs/detectors.md, section 7).

Invariant: an open group is kept as sums over its finished buckets; the current bucket is judged when the next
begins, the segment closes or the window ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.core.units import NM_M
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
_HOUR_US = 3.6e9
# By segment slot: whole numbers, then floats.
SHIP, END, ROWS, LAST_T, FROM_T, GROUP_T, GROUP_N, GROUP_END = range(8)
HOURS, METRES, LAST_Y, LAST_X, FROM_Y, FROM_X, GROUP_Y, GROUP_X, GROUP_H, GROUP_M = range(10)


class Loiters(NamedTuple):
    """Groups of slow buckets by column: ship, first and last row, buckets, place of the first, sums."""

    ship: I4
    t0: I8
    t1: I8
    buckets: I8
    lat: F8
    lon: F8
    hours: F8
    metres: F8


@njit(cache=True, error_model="numpy", _nrt=False)
def _judge(w: I8, f: F8, slow_kn: float) -> bool:
    """Ends the current bucket: True if it ends a group that is to be written."""
    slow = f[HOURS] > 0.0 and f[METRES] / f[HOURS] / NM_M < slow_kn
    if not slow:
        return w[GROUP_N] > 0
    if w[GROUP_N] == 0:
        w[GROUP_T], f[GROUP_Y], f[GROUP_X] = w[FROM_T], f[FROM_Y], f[FROM_X]
        f[GROUP_H], f[GROUP_M] = 0.0, 0.0
    w[GROUP_N] += 1
    w[GROUP_END] = w[LAST_T]
    f[GROUP_H] += f[HOURS]
    f[GROUP_M] += f[METRES]
    return False


@njit(cache=True, error_model="numpy", _nrt=False)
def _write(w: I8, f: F8, least: int, n: int, o_i: I8, o_f: F8) -> int:
    """Writes the open group, if long enough, and ends it."""
    if w[GROUP_N] >= least:
        o_i[n, 0], o_i[n, 1], o_i[n, 2], o_i[n, 3] = w[SHIP], w[GROUP_T], w[GROUP_END], w[GROUP_N]
        o_f[n, 0], o_f[n, 1], o_f[n, 2], o_f[n, 3] = f[GROUP_Y], f[GROUP_X], f[GROUP_H], f[GROUP_M]
        n += 1
    w[GROUP_N] = 0
    return n


@njit(cache=True, error_model="numpy", _nrt=False)
def loiter_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, slot: I4, dt: I8, step_m: F8, closed: I4,
    bucket_us: int, slow_kn: float, least: int, whole: I8, frac: F8, o_i: I8, o_f: F8,
) -> int:  # fmt: skip
    """Folds track rows by segment, then ends the closed segments; writes groups, returns how many."""
    n = 0
    for a in range(len(ships)):
        for i in range(start[a], start[a + 1]):
            w, f = whole[slot[i]], frac[slot[i]]
            ti = t[i]
            if dt[i] < 0:
                w[SHIP], w[ROWS], w[GROUP_N], w[END] = ships[a], 0, 0, 0
            if ti >= w[END]:
                if w[ROWS] > 0 and _judge(w, f, slow_kn):
                    n = _write(w, f, least, n, o_i, o_f)
                if w[ROWS] > 0:
                    w[FROM_T], f[FROM_Y], f[FROM_X] = w[LAST_T], f[LAST_Y], f[LAST_X]
                else:
                    w[FROM_T], f[FROM_Y], f[FROM_X] = ti, lat[i], lon[i]
                w[END] = (ti // bucket_us + 1) * bucket_us
                f[HOURS], f[METRES] = 0.0, 0.0
            if dt[i] >= 0:
                f[HOURS] += dt[i] / _HOUR_US
                f[METRES] += step_m[i]
            w[ROWS] = 1
            w[LAST_T], f[LAST_Y], f[LAST_X] = ti, lat[i], lon[i]
    for k in range(len(closed)):
        n = end_segment(whole[closed[k]], frac[closed[k]], slow_kn, least, n, o_i, o_f)
    return n


@njit(cache=True, error_model="numpy", _nrt=False)
def end_segment(w: I8, f: F8, slow_kn: float, least: int, n: int, o_i: I8, o_f: F8) -> int:
    """Judges the last bucket of a segment and writes what group is open; the slot is then free."""
    if w[ROWS] > 0:
        _judge(w, f, slow_kn)
        n = _write(w, f, least, n, o_i, o_f)
    w[ROWS] = 0
    return n


@njit(cache=True)
def end_all(whole: I8, frac: F8, slow_kn: float, least: int, o_i: I8, o_f: F8) -> int:
    """Ends every segment, as the window does."""
    n = 0
    for k in range(len(whole)):
        if whole[k, ROWS] > 0:  # a slot never used is not written: its memory stays untouched
            n = end_segment(whole[k], frac[k], slow_kn, least, n, o_i, o_f)
    return n


class Loitering:
    """The current bucket and open group of every segment slot."""

    def __init__(self, profile: Profile) -> None:
        self.bucket_us = profile.micros("loitering", "bucket_s")
        self.slow_kn = profile.number("loitering", "slow_kn")
        self.least = max(1, int(profile.number("loitering", "min_buckets")))
        self.whole = np.zeros((FIRST_ROOM, 8), dtype=np.int64)
        self.frac = np.zeros((FIRST_ROOM, 10))
        self.buffers = Scratch()

    def advance(self, track: Track, closed: I4, n_slots: int) -> Loiters:
        """The groups that ended in this batch."""
        self.whole, self.frac = grown(self.whole, n_slots), grown(self.frac, n_slots)
        room = len(track.t) + len(closed)
        i, f = self.buffers("i", room, np.int64, 4), self.buffers("f", room, np.float64, 4)
        n = loiter_pass(
            track.ships, track.start, track.t, track.lat, track.lon, track.slot, track.dt, track.step_m,
            closed,
            self.bucket_us, self.slow_kn, self.least, self.whole, self.frac, i, f,
        )  # fmt: skip
        return _loiters(i[:n].copy(), f[:n].copy())

    def finish(self) -> Loiters:
        """The groups still open, as they stand."""
        i, f = np.empty((len(self.whole), 4), np.int64), np.empty((len(self.whole), 4))
        n = end_all(self.whole, self.frac, self.slow_kn, self.least, i, f)
        return _loiters(i[:n], f[:n])


def _loiters(i: I8, f: F8) -> Loiters:
    return Loiters(i[:, 0].astype(np.int32), i[:, 1], i[:, 2], i[:, 3], f[:, 0], f[:, 1], f[:, 2], f[:, 3])
