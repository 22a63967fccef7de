"""Gaps and open gaps: a ship that falls silent (docs/detectors.md, sections 5 and 6).

Invariant: `positions_before` counts the track's rows in the last one's minute and the `minutes` before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.core.units import US
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
U1 = NDArray[np.uint8]
_MINUTE_US = 60 * US
LAST_T, MINUTE, BEFORE, SEEN = range(4)


class Silences(NamedTuple):
    """Silences by column: ship, last row before (time, place), positions before, next row (time, place)."""

    ship: I4
    t0: I8
    lat: F8
    lon: F8
    before: I8
    t1: I8
    lat1: F8
    lon1: F8


@njit(cache=True, error_model="numpy", _nrt=False)
def gap_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, min_us: int, minutes: int, whole: I8, place: F8, bins: U1,
    o_ship: I4, o_i: I8, o_f: F8,
) -> int:  # fmt: skip
    """Folds track rows into each ship's last row and minute counts; writes silences, returns how many."""
    n = 0
    size = minutes + 1
    for a in range(len(ships)):
        s = ships[a]
        last, minute, total, seen = whole[s, LAST_T], whole[s, MINUTE], whole[s, BEFORE], whole[s, SEEN]
        y, x = place[s, 0], place[s, 1]
        at = minute % size
        for i in range(start[a], start[a + 1]):
            if seen == 1 and t[i] - last > min_us:
                o_ship[n] = s
                o_i[n, 0], o_i[n, 1], o_i[n, 2] = last, total, t[i]
                o_f[n, 0], o_f[n, 1], o_f[n, 2], o_f[n, 3] = y, x, lat[i], lon[i]
                n += 1
            m = t[i] // _MINUTE_US
            if m != minute:
                if seen == 0 or m - minute >= size:
                    if seen == 1:  # else they are zero: memory never touched stays so
                        for k in range(size):
                            bins[s, k] = 0
                    total = 0
                    at = m % size
                else:
                    for _ in range(m - minute):
                        at = at + 1 if at + 1 < size else 0
                        total -= bins[s, at]
                        bins[s, at] = 0
                minute = m
            if bins[s, at] < 255:
                bins[s, at] += 1
                total += 1
            seen, last, y, x = 1, t[i], lat[i], lon[i]
        whole[s, LAST_T], whole[s, MINUTE], whole[s, BEFORE], whole[s, SEEN] = last, minute, total, seen
        place[s, 0], place[s, 1] = y, x
    return n


class Gaps:
    """Each ship's last row and its counts by minute."""

    def __init__(self, profile: Profile) -> None:
        self.min_us = profile.micros("gap", "min_gap_s")
        self.minutes = int(profile.number("gap", "before_minutes"))
        self.whole = np.zeros((FIRST_ROOM, 4), dtype=np.int64)
        self.place = np.zeros((FIRST_ROOM, 2))
        self.bins = np.zeros((FIRST_ROOM, self.minutes + 1), dtype=np.uint8)
        self.buffers = Scratch()

    def advance(self, track: Track, n_ships: int) -> Silences:
        """The silences that ended in this batch."""
        self.whole, self.place = grown(self.whole, n_ships), grown(self.place, n_ships)
        self.bins = grown(self.bins, n_ships)
        room = len(track.t)
        b = self.buffers
        ship, i, f = b("ship", room, np.int32), b("i", room, np.int64, 3), b("f", room, np.float64, 4)
        n = gap_pass(
            track.ships, track.start, track.t, track.lat, track.lon, self.min_us, self.minutes,
            self.whole, self.place, self.bins, ship, i, f,
        )  # fmt: skip
        return silences(ship[:n].copy(), i[:n].copy(), f[:n].copy())

    def open(self, n_ships: int, as_of: int) -> Silences:
        """The ships silent at `as_of`."""
        whole, place = self.whole[:n_ships], self.place[:n_ships]
        at = np.flatnonzero((whole[:, SEEN] == 1) & (as_of - whole[:, LAST_T] > self.min_us))
        i = np.stack([whole[at, LAST_T], whole[at, BEFORE], np.full(len(at), as_of)], axis=1)
        return silences(at.astype(np.int32), i, np.hstack([place[at], place[at]]))


def silences(ship: I4, i: I8, f: F8) -> Silences:
    """Silences from the kernel's columns."""
    return Silences(ship, i[:, 0], f[:, 0], f[:, 1], i[:, 1], i[:, 2], f[:, 2], f[:, 3])
