"""Port visits: entry, stop, start, exit and silence in port (docs/detectors.md, section 9).

Invariant: a ship's state is its state machine's, the visit open now and the time of the row before.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.points import PointArrays, Points, nearest_point
from huanqiong.core.profile import Profile
from huanqiong.lines.sea.mask import PORT, Near
from huanqiong.lines.sea.track.columns import F4, F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
NONE, AT_SEA, IN_PORT, STOPPED = range(4)
ENTRY, STOP, GAP, EXIT = 1, 2, 4, 8
# By ship.
STATE, PORT_NOW, LAST_T, OPEN, FIRST_T, FIRST_PORT, MOVES, LAST_MOVE, LAST_PORT = range(9)


class Visits(NamedTuple):
    """Visits by column: ship, first and last move (time, anchorage), and which kinds of move they had."""

    ship: I4
    t0: I8
    t1: I8
    first: I8
    last: I8
    moves: I8


@njit(cache=True, error_model="numpy", _nrt=False)
def _write(w: I8, ship: int, n: int, o_i: I8) -> int:
    if w[OPEN] == 1:
        o_i[n, 0], o_i[n, 1], o_i[n, 2] = ship, w[FIRST_T], w[LAST_MOVE]
        o_i[n, 3], o_i[n, 4], o_i[n, 5] = w[FIRST_PORT], w[LAST_PORT], w[MOVES]
        w[OPEN] = 0
        return n + 1
    return n


@njit(cache=True, error_model="numpy", _nrt=False)
def _move(w: I8, kind: int, t: int, port: int) -> None:
    if w[OPEN] == 0:
        w[OPEN], w[FIRST_T], w[FIRST_PORT], w[MOVES] = 1, t, port, 0
    w[MOVES] |= kind
    w[LAST_MOVE], w[LAST_PORT] = t, port


@njit(cache=True, error_model="numpy", _nrt=False)
def port_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, sog: F4, near: Near, p: PointArrays,
    entry_m: float, exit_m: float, stop_kn: float, start_kn: float, gap_us: int, whole: I8, o_i: I8,
) -> int:  # fmt: skip
    """Folds track rows through each ship's state machine; writes ended visits, returns how many."""
    n = 0
    for a in range(len(ships)):
        w, end = whole[ships[a]], start[a + 1]
        if w[STATE] <= AT_SEA and near.ship[a] & PORT == 0:
            if end > start[a]:
                w[STATE], w[LAST_T] = AT_SEA, t[end - 1]
            continue
        for i in range(start[a], end):
            ti = t[i]
            close = near.row[i] & PORT != 0
            if not close and w[STATE] <= AT_SEA:
                w[STATE], w[LAST_T] = AT_SEA, ti
                continue
            at, dist = -1, math.inf
            if close:
                at, dist = nearest_point(p, lat[i], lon[i])
            before = w[STATE]
            if dist <= entry_m:
                inside = True
            elif dist >= exit_m:
                inside = False
            else:
                inside = before >= IN_PORT
            v = sog[i]
            if v <= stop_kn:
                stopped = True
            elif v >= start_kn:
                stopped = False
            else:
                stopped = before == STOPPED
            if inside:
                w[PORT_NOW] = at
            now = (STOPPED if stopped else IN_PORT) if inside else AT_SEA
            port = w[PORT_NOW]
            if before >= IN_PORT and ti - w[LAST_T] >= gap_us:
                _move(w, GAP, w[LAST_T] + gap_us, port)
                _move(w, GAP, ti, port)
            if before == AT_SEA and now != AT_SEA:
                n = _write(w, ships[a], n, o_i)
                _move(w, ENTRY, ti, port)
                if now == STOPPED:
                    _move(w, STOP, ti, port)
            elif (before == IN_PORT and now == STOPPED) or (before == STOPPED and now == IN_PORT):
                _move(w, STOP, ti, port)
            elif before >= IN_PORT and now == AT_SEA:
                if before == STOPPED:
                    _move(w, STOP, ti, port)
                _move(w, EXIT, ti, port)
                n = _write(w, ships[a], n, o_i)
            w[STATE], w[LAST_T] = now, ti
    return n


class PortVisits:
    """Every ship's state machine and open visit."""

    def __init__(self, profile: Profile, anchorages: Points) -> None:
        number = profile.number
        self.entry_m, self.exit_m = number("port_visit", "entry_m"), number("port_visit", "exit_m")
        self.stop_kn = number("port_visit", "stop_kn")
        self.start_kn = number("port_visit", "start_kn")
        self.gap_us = profile.micros("port_visit", "gap_s")
        self.points = anchorages.arrays(self.exit_m)
        self.whole = np.zeros((FIRST_ROOM, 9), dtype=np.int64)
        self.buffers = Scratch()

    def advance(self, track: Track, near: Near, n_ships: int) -> Visits:
        """The visits that ended in this batch."""
        self.whole = grown(self.whole, n_ships)
        out = self.buffers("out", len(track.t), np.int64, 6)
        n = port_pass(
            track.ships, track.start, track.t, track.lat, track.lon, track.sog, near, self.points,
            self.entry_m, self.exit_m, self.stop_kn, self.start_kn, self.gap_us, self.whole, out,
        )  # fmt: skip
        return _visits(out[:n].copy())

    def open(self, as_of: int) -> Visits:
        """The visits open at `as_of`, which ends them."""
        at = np.flatnonzero(self.whole[:, OPEN] == 1)
        w = self.whole[at]
        columns = [at, w[:, FIRST_T], np.full(len(at), as_of), w[:, FIRST_PORT], w[:, LAST_PORT], w[:, MOVES]]
        return _visits(np.stack(columns, axis=1).astype(np.int64))


def _visits(i: I8) -> Visits:
    return Visits(i[:, 0].astype(np.int32), i[:, 1], i[:, 2], i[:, 3], i[:, 4], i[:, 5])


def confidence(moves: I8) -> I8:
    """GFW's confidence of a visit, 1 to 4, from the kinds of its moves."""
    rested = (moves & (STOP | GAP)) != 0
    ends = ((moves & ENTRY) != 0).astype(np.int64) + ((moves & EXIT) != 0).astype(np.int64)
    return np.where(rested, 2 + ends, 1).astype(np.int64)
