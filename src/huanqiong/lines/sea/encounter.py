"""Encounters: two ships close and slow, long enough (docs/detectors.md, section 8).

A slot is looked at when no sample can come to it any more. Invariant: a pair's state is its run under way and
its group of runs; medians come from counts in fixed bins, so it does not grow with time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.points import PointArrays, Points, nearest_point
from huanqiong.core.profile import Profile
from huanqiong.core.sphere import haversine, wrapped
from huanqiong.core.units import KN_MS, US
from huanqiong.lines.sea.pairs import by_slot, has_doubles, near_pairs, nearest_only
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.room import grown

I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
Samples = tuple[I8, I4, F8, F8]
SPEEDS = 256
"""Bins of 0.1 kn; the last takes all above."""
DIST_M = 10.0
# By pair.
SHIP_A, SHIP_B, LAST, RUN_0, RUN_N, GROUP_0, GROUP_1, GROUP_N = range(8)
SUM_Y, MID, SUM_X, A_Y, A_X, B_Y, B_X, GROUP_Y, GROUP_X = range(9)


class Meetings(NamedTuple):
    """Encounters by column: the two ships, first and last slot, slots together, place, medians."""

    a: I4
    b: I4
    first: I8
    last: I8
    slots: I8
    lat: F8
    lon: F8
    speed_kn: F8
    dist_m: F8


class Rule(NamedTuple):
    """The profile's numbers as the kernel wants them."""

    step_s: float
    merge_slots: float
    min_slots: float
    max_bin: int  # median speed must lie in a bin below
    min_port_m: float


@njit(cache=True)
def _median_bin(bins: U4) -> int:
    total = 0
    for k in range(len(bins)):
        total += bins[k]
    left = (total - 1) // 2
    for k in range(len(bins)):
        if left < bins[k]:
            return k
        left -= bins[k]
    return 0


@njit(cache=True)
def _write(w: I8, f: F8, speeds: U4, dists: U4, r: Rule, n: int, o_i: I8, o_f: F8) -> int:
    """Ends a group; writes it if it is an encounter."""
    if w[GROUP_0] >= 0 and w[GROUP_1] - w[GROUP_0] >= r.min_slots:
        v = _median_bin(speeds)
        if v < r.max_bin:
            o_i[n, 0], o_i[n, 1], o_i[n, 2], o_i[n, 3] = w[SHIP_A], w[SHIP_B], w[GROUP_0], w[GROUP_1]
            o_i[n, 4] = w[GROUP_N]
            o_f[n, 0], o_f[n, 1], o_f[n, 2] = f[GROUP_Y], f[GROUP_X], v / 10.0
            o_f[n, 3] = _median_bin(dists) * DIST_M
            n += 1
    w[GROUP_0] = -1
    return n


@njit(cache=True)
def _end_run(
    w: I8, f: F8, speeds: U4, dists: U4, ports: PointArrays, r: Rule, n: int, o_i: I8, o_f: F8
) -> int:
    """Ends the run under way: it joins the pair's group or begins one. Bins: 0 the run, 1 the group."""
    if w[RUN_N] >= 2:
        y = f[SUM_Y] / w[RUN_N]
        x = wrapped(f[MID] + f[SUM_X] / w[RUN_N])
        clear = True
        if r.min_port_m > 0.0:
            at, dist = nearest_point(ports, y, x)
            clear = at < 0 or dist >= r.min_port_m
        if clear:
            if w[GROUP_0] >= 0 and w[RUN_0] - w[GROUP_1] >= r.merge_slots:
                n = _write(w, f, speeds[1], dists[1], r, n, o_i, o_f)
            if w[GROUP_0] < 0:
                w[GROUP_0], w[GROUP_N], f[GROUP_Y], f[GROUP_X] = w[RUN_0], 0, y, x
                speeds[1, :] = 0
                dists[1, :] = 0
            w[GROUP_1] = w[LAST]
            w[GROUP_N] += w[RUN_N]
            speeds[1] += speeds[0]
            dists[1] += dists[0]
    w[RUN_N] = 0
    return n


@njit(cache=True)
def touch(
    slots: I8, rec: I4, near_i: I4, near_j: I4, dist: F8, lat: F8, lon: F8, ports: PointArrays, r: Rule,
    whole: I8, frac: F8, speeds: U4, dists: U4, o_i: I8, o_f: F8,
) -> int:  # fmt: skip
    """Takes pairs, slot after slot (`rec`: their records), into their runs; writes ended encounters."""
    n = 0
    for p in range(len(rec)):
        w, f = whole[rec[p]], frac[rec[p]]
        sp, di = speeds[rec[p]], dists[rec[p]]
        slot, i, j = slots[p], near_i[p], near_j[p]
        if w[RUN_N] > 0 and w[LAST] < slot - 1:
            n = _end_run(w, f, sp, di, ports, r, n, o_i, o_f)
        mid = lon[i] + 0.5 * wrapped(lon[j] - lon[i])
        if w[RUN_N] == 0:
            w[RUN_0], f[SUM_Y], f[MID], f[SUM_X] = slot, 0.0, mid, 0.0
            sp[0, :] = 0
            di[0, :] = 0
        else:
            v = haversine(f[A_Y], f[A_X], lat[i], lon[i]) / r.step_s / KN_MS
            u = haversine(f[B_Y], f[B_X], lat[j], lon[j]) / r.step_s / KN_MS
            sp[0, min(int(v * 10.0), SPEEDS - 1)] += 1
            sp[0, min(int(u * 10.0), SPEEDS - 1)] += 1
        di[0, min(int(dist[p] / DIST_M), di.shape[1] - 1)] += 1
        f[SUM_Y] += (lat[i] + lat[j]) * 0.5
        f[SUM_X] += wrapped(mid - f[MID])
        f[A_Y], f[A_X], f[B_Y], f[B_X] = lat[i], lon[i], lat[j], lon[j]
        w[LAST] = slot
        w[RUN_N] += 1
    return n


@njit(cache=True)
def sweep(
    limit: int, count: int, ports: PointArrays, r: Rule, whole: I8, frac: F8, speeds: U4, dists: U4,
    o_i: I8, o_f: F8, keep: NDArray[np.bool_],
) -> int:  # fmt: skip
    """Ends runs and groups that nothing before slot `limit` can lengthen; `keep`: pairs still of interest."""
    n = 0
    for k in range(count):
        w, f = whole[k], frac[k]
        if w[RUN_N] > 0 and w[LAST] < limit - 1:
            n = _end_run(w, f, speeds[k], dists[k], ports, r, n, o_i, o_f)
        if w[RUN_N] == 0 and w[GROUP_0] >= 0 and limit - w[GROUP_1] >= r.merge_slots:
            n = _write(w, f, speeds[k, 1], dists[k, 1], r, n, o_i, o_f)
        keep[k] = w[RUN_N] > 0 or w[GROUP_0] >= 0
    return n


class Encounters:
    """Samples that wait for their slot, and every pair under way. `index` finds a pair's record."""

    def __init__(self, profile: Profile, anchorages: Points) -> None:
        number = profile.number
        step = profile.micros("encounter", "step_s")
        self.step_us = step
        self.wait_us = profile.micros("encounter", "max_interp_s") + profile.micros("segment", "hold_s")
        self.max_m = number("encounter", "max_dist_m")
        port_m = number("encounter", "min_port_m")
        self.rule = Rule(
            step / US,
            profile.micros("encounter", "merge_s") / step,
            profile.micros("encounter", "min_duration_s") / step,
            math.ceil(number("encounter", "max_median_kn") * 10.0),
            port_m,
        )
        self.ports = anchorages.arrays(max(port_m, 1.0))
        self.waiting: list[Samples] = []
        self.stamp = np.full(1024, -1, dtype=np.int64)
        self.index: dict[int, int] = {}
        self.whole = np.zeros((256, 8), dtype=np.int64)
        self.frac = np.zeros((256, 9))
        self.speeds = np.zeros((256, 2, SPEEDS), dtype=np.uint32)
        self.dists = np.zeros((256, 2, int(self.max_m / DIST_M) + 1), dtype=np.uint32)

    def advance(self, samples: Samples, keys: I8, n_ships: int, watermark: int) -> Meetings:
        """Looks at the slots that are complete; `keys` order the two ships of a pair."""
        if len(samples[0]):
            self.waiting.append(tuple(np.array(s) for s in samples))  # type: ignore[arg-type]
        return self._look((watermark - self.wait_us) // self.step_us + 1, keys, n_ships)

    def finish(self, keys: I8, n_ships: int) -> Meetings:
        """Looks at every slot and ends every pair."""
        last = max((int(w[0].max()) for w in self.waiting), default=0)
        found = [self._look(last + 1, keys, n_ships), self._sweep(1 << 40)]
        return Meetings._make(np.concatenate(c) for c in zip(*found, strict=True))

    def _look(self, limit: int, keys: I8, n_ships: int) -> Meetings:
        ready = self._ready(limit)
        if ready is None:
            return self._sweep(limit)
        self.stamp = grown(self.stamp, n_ships)
        order, begin = by_slot(ready[0])
        slot, ship, lat, lon = (c[order] for c in ready)
        near = near_pairs(begin, ship, lat, lon, self.max_m)
        if has_doubles(slot, ship, self.stamp):
            near = nearest_only(slot, ship, near)
        turned = keys[ship[near.i]] > keys[ship[near.j]]
        i, j = np.where(turned, near.j, near.i), np.where(turned, near.i, near.j)
        rec = self._records((ship[i].astype(np.int64) << 32) | ship[j])
        o_i, o_f = np.empty((len(rec), 5), np.int64), np.empty((len(rec), 4))
        n = touch(
            slot[i], rec, i, j, near.dist_m, lat, lon, self.ports, self.rule,
            self.whole, self.frac, self.speeds, self.dists, o_i, o_f,
        )  # fmt: skip
        found = [_meetings(o_i[:n], o_f[:n]), self._sweep(limit)]
        return Meetings._make(np.concatenate(c) for c in zip(*found, strict=True))

    def _ready(self, limit: int) -> Samples | None:
        """The samples of slots before `limit`, which wait no longer; None: there are none."""
        if not self.waiting:
            return None
        slot, ship, lat, lon = (np.concatenate(c) for c in zip(*self.waiting, strict=True))
        ready = slot < limit
        if ready.all():
            self.waiting = []
            return slot, ship, lat, lon
        self.waiting = [(slot[~ready], ship[~ready], lat[~ready], lon[~ready])]
        return (slot[ready], ship[ready], lat[ready], lon[ready]) if ready.any() else None

    def _records(self, pair: I8) -> I4:
        index, count = self.index, len(self.index)
        rec = np.empty(len(pair), dtype=np.int32)
        new = []
        for k, p in enumerate(pair.tolist()):
            at = index.get(p)
            if at is None:
                at = index[p] = count
                count += 1
                new.append(p)
            rec[k] = at
        self.whole, self.frac = grown(self.whole, count), grown(self.frac, count)
        self.speeds, self.dists = grown(self.speeds, count), grown(self.dists, count)
        if new:
            fresh = np.array(new, dtype=np.int64)
            block = slice(count - len(new), count)
            self.whole[block] = 0
            self.whole[block, SHIP_A], self.whole[block, SHIP_B] = fresh >> 32, fresh & 0xFFFFFFFF
            self.whole[block, GROUP_0] = -1
        return rec

    def _sweep(self, limit: int) -> Meetings:
        count = len(self.index)
        keep = np.empty(count, dtype=np.bool_)
        o_i, o_f = np.empty((2 * count, 5), np.int64), np.empty((2 * count, 4))
        n = sweep(
            limit,
            count,
            self.ports,
            self.rule,
            self.whole,
            self.frac,
            self.speeds,
            self.dists,
            o_i,
            o_f,
            keep,
        )
        if not keep.all():
            at = np.flatnonzero(keep)
            self.whole[: len(at)], self.frac[: len(at)] = self.whole[at], self.frac[at]
            self.speeds[: len(at)], self.dists[: len(at)] = self.speeds[at], self.dists[at]
            pair = (self.whole[: len(at), SHIP_A] << 32) | self.whole[: len(at), SHIP_B]
            self.index = {p: k for k, p in enumerate(pair.tolist())}
        return _meetings(o_i[:n], o_f[:n])


def _meetings(i: I8, f: F8) -> Meetings:
    return Meetings(
        i[:, 0].astype(np.int32), i[:, 1].astype(np.int32), i[:, 2], i[:, 3], i[:, 4],
        f[:, 0].copy(), f[:, 1].copy(), f[:, 2].copy(), f[:, 3].copy(),
    )  # fmt: skip
