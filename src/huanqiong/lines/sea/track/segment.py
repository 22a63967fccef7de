"""Segmenting: which positions are one physical ship, after GFW's gpsdio-segment (docs/detectors.md, 2).

A fold over one ship's rows in canonical order. What it hands on is the ship's track; on the way it resamples
the track to slots for encounters and notes signs of life for reception, so that later passes need not come
back. Invariant: the state after a row depends on the rows before it alone, not on how they were cut.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.sphere import cos_deg
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.handing import hand_on
from huanqiong.lines.sea.track.match import match, surely
from huanqiong.lines.sea.track.order import I4, Rows
from huanqiong.lines.sea.track.state import (
    FULL,
    H_COS,
    H_LAT,
    H_LON,
    H_SOG,
    HELD,
    HELD_SLOT,
    HELD_T,
    LOOK,
    N_CLOSED,
    N_NOISE,
    N_OPEN,
    N_REPEAT,
    N_ROW,
    N_SIGN,
    N_WITHDRAWN,
    NEXT_NO,
    OPEN_AT,
    R_C,
    R_COSY,
    R_LON,
    R_METRIC,
    R_V,
    REP_AT,
    REP_F,
    REP_N,
    RING,
    RING_W,
    S_BORN,
    S_COUNT,
    S_HEAD,
    S_LAST,
    S_N,
    S_NEXT,
    S_NO,
    S_SHIP,
    S_T,
    SIGN_NEXT,
    Out,
    Rules,
)
from huanqiong.lines.sea.track.straight import straight


@njit(cache=True, error_model="numpy", _nrt=False)
def _close(out: Out, ship: int, si: I8, sf: F8, pool_f: F8, pool_i: I8, k: int, r: Rules) -> None:
    """Closes the k-th open segment of a ship; its slot is freed after all passes."""
    c = out.n[N_CLOSED]
    slot = si[OPEN_AT + k]
    if si[HELD] == 1 and si[HELD_SLOT] == slot:
        hand_on(out, ship, si, sf, pool_f, pool_i, r)
    out.closed[c] = slot
    out.n[N_CLOSED] = c + 1
    for j in range(k, si[N_OPEN] - 1):
        si[OPEN_AT + j] = si[OPEN_AT + j + 1]
    si[N_OPEN] -= 1


@njit(cache=True, error_model="numpy", _nrt=False)
def _open(
    out: Out, ship: int, si: I8, sf: F8, pool_f: F8, pool_i: I8, free: I4, n_free: int, r: Rules
) -> int:
    """Opens a segment in the last free slot and returns the slot."""
    if si[N_OPEN] >= r.max_open:
        k = 0
        for j in range(1, si[N_OPEN]):
            a, b = pool_i[si[OPEN_AT + j]], pool_i[si[OPEN_AT + k]]
            if a[S_T + a[S_HEAD]] < b[S_T + b[S_HEAD]]:
                k = j
        _close(out, ship, si, sf, pool_f, pool_i, k, r)
    slot = free[n_free - 1]
    pi = pool_i[slot]
    pi[S_NO], pi[S_SHIP], pi[S_COUNT] = si[NEXT_NO], ship, 0
    pi[S_BORN] = 1 if si[N_OPEN] > 0 else 0
    pi[S_HEAD], pi[S_N], pi[S_LAST], pi[S_NEXT] = LOOK - 1, 0, -1, 0
    si[NEXT_NO] += 1
    si[OPEN_AT + si[N_OPEN]] = slot
    si[N_OPEN] += 1
    return slot


@njit(cache=True, error_model="numpy", _nrt=False)
def _choose(
    out: Out, ship: int, si: I8, sf: F8, pool_f: F8, pool_i: I8, w: F8, t: int, lat: float, lon: float,
    v: float, c: float, cy: float, r: Rules,
) -> tuple[int, float, int]:  # fmt: skip
    """The slot a row belongs to, its metric, and the newest rows it forgets; slot -1: open a new segment."""
    if si[N_OPEN] == 1:
        slot = si[OPEN_AT]
        metric, drop = match(pool_f[slot], pool_i[slot], t, lat, lon, v, c, cy, r)
        return (slot, metric, drop) if metric > 0.0 else (-1, 0.0, 0)
    hits, best, at, metric, drop = 0, -1.0, -1, 0.0, 0
    for k in range(si[N_OPEN]):
        slot = si[OPEN_AT + k]
        m, d = match(pool_f[slot], pool_i[slot], t, lat, lon, v, c, cy, r)
        w[k] = -1.0
        if m > 0.0:
            hits += 1
            a = pool_i[slot][S_COUNT] / r.short_rows
            w[k] = m * a / math.sqrt(1.0 + a * a)
            if w[k] > best:
                best, at, metric, drop = w[k], k, m, d
    if hits == 0:
        return -1, 0.0, 0
    close = 0
    for k in range(si[N_OPEN]):
        if w[k] >= 0.0 and w[k] * r.ambiguity >= best:
            close += 1
    if hits == 1 or close == 1:
        return si[OPEN_AT + at], metric, drop
    for k in range(si[N_OPEN] - 1, -1, -1):
        if w[k] >= 0.0 and w[k] * r.ambiguity >= best:
            _close(out, ship, si, sf, pool_f, pool_i, k, r)
    return -1, 0.0, 0


@njit(cache=True, error_model="numpy", _nrt=False)
def _repeated(si: I8, sf: F8, lat: float, lon: float, v: float, c: float, r: Rules) -> bool:
    """Whether the ship sent exactly this a few rows ago while moving; remembers it if not."""
    if v > 0.0:
        for k in range(min(si[REP_N], r.repeat)):
            o = REP_F + 4 * k
            if sf[o] == lat and sf[o + 1] == lon and sf[o + 2] == v and sf[o + 3] == c:
                return True
    o = REP_F + 4 * si[REP_AT]
    sf[o], sf[o + 1], sf[o + 2], sf[o + 3] = lat, lon, v, c
    si[REP_AT] = si[REP_AT] + 1 if si[REP_AT] + 1 < r.repeat else 0
    si[REP_N] += 1
    return False


@njit(cache=True, error_model="numpy", _nrt=False)
def segment_pass(
    ships: I4, start: I8, rec: Rows, order: I4, noise: F8, r: Rules,
    ship_i: I8, ship_f: F8, pool_i: I8, pool_f: F8, free: I4, n_free: int, begin: int, watermark: int,
    out: Out, weights: F8,
) -> tuple[int, int]:  # fmt: skip
    """Folds the rows of `ships[begin:]` into their states and writes the tracks.

    Returns (first ship not done, free slots left): it stops early where the pool could run out.
    """
    for a in range(begin, len(ships)):
        ship = ships[a]
        if n_free < start[a + 1] - start[a]:
            return a, n_free
        out.start[a] = out.n[N_ROW]
        si, sf = ship_i[ship], ship_f[ship]
        at, end = start[a] - 1, start[a + 1]
        while at + 1 < end:
            at += 1
            if si[N_OPEN] == 1:
                at = straight(out, ship, si, sf, pool_f, pool_i, rec, order, at, end, r)
                if at == end:
                    break
            row = rec[at]
            ti, y, x, v, c = row.t, row.lat, row.lon, float(row.sog), float(row.cog)
            has_v = 0.0 <= v <= 102.35
            has_c = 0.0 <= c < 360.0
            bad = False
            if has_v and v > 51.0:
                for k in range(0, len(noise), 2):
                    if noise[k] <= v <= noise[k + 1]:
                        bad = True
            if has_v and has_c and not bad:
                si[FULL] = 1
            elif not (has_v and v <= r.slow_kn) and si[FULL] == 1 and not r.keep_unknown:
                bad = True
            if bad:
                out.n[N_NOISE] += 1
                continue
            if not has_c:
                c = -1.0
            if _repeated(si, sf, y, x, v if has_v else -1.0, c, r):
                out.n[N_REPEAT] += 1
                continue
            full = has_v and has_c
            u, course = (v, c) if full else (0.0, 0.0)
            cy = cos_deg(y)
            for k in range(si[N_OPEN] - 1, -1, -1):
                p = pool_i[si[OPEN_AT + k]]
                if ti - p[S_T + p[S_HEAD]] > r.max_us:
                    _close(out, ship, si, sf, pool_f, pool_i, k, r)
            slot, metric, drop = -1, 0.0, 0
            if si[N_OPEN] == 1:
                only = si[OPEN_AT]
                pi, pf = pool_i[only], pool_f[only]
                o = RING + pi[S_HEAD] * RING_W
                low = surely(
                    ti - pi[S_T + pi[S_HEAD]], pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C], pf[o + R_COSY],
                    abs(pf[o + R_METRIC]), y, x, u, course, cy, r,
                )  # fmt: skip
                if low > 0.0:
                    slot, metric = only, -low
            if slot < 0 and si[N_OPEN] > 0:
                slot, metric, drop = _choose(
                    out, ship, si, sf, pool_f, pool_i, weights, ti, y, x, u, course, cy, r
                )
            if slot < 0:
                slot = _open(out, ship, si, sf, pool_f, pool_i, free, n_free, r)
                n_free -= 1
            pi, pf = pool_i[slot], pool_f[slot]
            if drop > 0 and si[HELD] == 1 and si[HELD_SLOT] == slot and ti - si[HELD_T] <= r.hold_us:
                # The held row, being the ship's last good one, is its segment's newest.
                si[HELD] = 0
                out.n[N_WITHDRAWN] += 1
            pi[S_N] -= drop
            head = (pi[S_HEAD] - drop + 1) % LOOK
            pi[S_HEAD] = head
            pi[S_N] = min(pi[S_N] + 1, r.lookback)
            pi[S_T + head] = ti
            o = RING + head * RING_W
            pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C] = y, x, u, course
            pf[o + R_COSY], pf[o + R_METRIC] = cy, metric
            pi[S_COUNT] += 1
            if len(order) > 0:
                out.row_segment[order[at]] = pi[S_NO]
            good = pi[S_BORN] == 0 or pi[S_COUNT] >= r.overlap_rows
            if good:
                if ti >= si[SIGN_NEXT]:
                    b = ti // r.bin_us
                    g = out.n[N_SIGN]
                    out.s_bin[g], out.s_lat[g], out.s_lon[g] = b, y, x
                    out.n[N_SIGN] = g + 1
                    si[SIGN_NEXT] = (b + 1) * r.bin_us
                if si[HELD] == 1:
                    hand_on(out, ship, si, sf, pool_f, pool_i, r)
                si[HELD], si[HELD_T], si[HELD_SLOT] = 1, ti, slot
                sf[H_LAT], sf[H_LON], sf[H_SOG], sf[H_COS] = y, x, v if has_v else math.nan, cy
        if si[HELD] == 1 and watermark - si[HELD_T] >= r.hold_us:
            hand_on(out, ship, si, sf, pool_f, pool_i, r)
    out.start[len(ships)] = out.n[N_ROW]
    return len(ships), n_free


@njit(cache=True, error_model="numpy")
def overdue(ship_i: I8, n_ships: int, watermark: int, hold_us: int) -> NDArray[np.int32]:
    """Ships whose held row can no longer be withdrawn."""
    found = np.empty(n_ships, dtype=np.int32)
    n = 0
    for s in range(n_ships):
        if ship_i[s, HELD] == 1 and watermark - ship_i[s, HELD_T] >= hold_us:
            found[n] = s
            n += 1
    return found[:n]
