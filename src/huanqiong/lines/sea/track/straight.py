"""The common case of segmenting: a ship's one open segment, and rows that plainly follow it, one by one.

Invariant: what is handed on, and the state after, are to the last bit what `segment_pass` makes of the same
rows; only here the state stays in registers. A row that is not plain is left to it.
"""

from __future__ import annotations

from numba import njit

from huanqiong.core.sphere import cos_deg
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.handing import join
from huanqiong.lines.sea.track.match import surely
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
    N_REPEAT,
    N_ROW,
    N_SIGN,
    OPEN_AT,
    P_COS,
    P_LAT,
    P_LON,
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
    S_T,
    SIGN_NEXT,
    Out,
    Rules,
)


@njit(cache=True, error_model="numpy", _nrt=False)
def straight(
    out: Out, ship: int, si: I8, sf: F8, pool_f: F8, pool_i: I8, rec: Rows, order: I4, at: int, end: int,
    r: Rules,
) -> int:  # fmt: skip
    """Takes rows `at`, at + 1, ... as long as they are plain; the first row not taken, or `end`."""
    slot = si[OPEN_AT]
    pi, pf = pool_i[slot], pool_f[slot]
    held = si[HELD] == 1
    if (held and si[HELD_SLOT] != slot) or (pi[S_BORN] != 0 and pi[S_COUNT] < r.overlap_rows):
        return at
    head = pi[S_HEAD]
    o = RING + head * RING_W
    # The newest row: where a row is held, it is this one.
    t0, y0, x0, v0, c0 = pi[S_T + head], pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C]
    cy0, known = pf[o + R_COSY], abs(pf[o + R_METRIC])
    if rec[at].t - t0 > r.near_us:
        return at
    sog0 = sf[H_SOG]
    last, last_y, last_x, last_cy, next_us = pi[S_LAST], pf[P_LAT], pf[P_LON], pf[P_COS], pi[S_NEXT]
    rep_n, rep_at, sign_next = si[REP_N], si[REP_AT], si[SIGN_NEXT]
    n, no, taken = out.n[N_ROW], pi[S_NO], 0
    while at < end:
        row = rec[at]
        t, y, x, v, c = row.t, row.lat, row.lon, float(row.sog), float(row.cog)
        if not (0.0 <= v <= 51.0 and 0.0 <= c < 360.0):
            break
        again = False
        if v > 0.0:
            for k in range(min(rep_n, r.repeat)):
                o = REP_F + 4 * k
                if sf[o] == y and sf[o + 1] == x and sf[o + 2] == v and sf[o + 3] == c:
                    again = True
        if again:
            out.n[N_REPEAT] += 1
            si[FULL] = 1
            at += 1
            continue
        cy = cos_deg(y)
        low = surely(t - t0, y0, x0, v0, c0, cy0, known, y, x, v, c, cy, r)
        if low <= 0.0:
            break
        o = REP_F + 4 * rep_at
        sf[o], sf[o + 1], sf[o + 2], sf[o + 3] = y, x, v, c
        rep_at = rep_at + 1 if rep_at + 1 < r.repeat else 0
        rep_n += 1
        head = head + 1 if head + 1 < LOOK else 0
        pi[S_T + head] = t
        o = RING + head * RING_W
        pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C] = y, x, v, c
        pf[o + R_COSY], pf[o + R_METRIC] = cy, -low
        if len(order) > 0:
            out.row_segment[order[at]] = no
        if t >= sign_next:
            b = t // r.bin_us
            g = out.n[N_SIGN]
            out.s_bin[g], out.s_lat[g], out.s_lon[g] = b, y, x
            out.n[N_SIGN] = g + 1
            sign_next = (b + 1) * r.bin_us
        if held:
            next_us = join(
                out, n, ship, slot, t0, y0, x0, sog0, cy0, last, last_y, last_x, last_cy, next_us, r
            )
            last, last_y, last_x, last_cy = t0, y0, x0, cy0
            n += 1
        held = True
        t0, y0, x0, v0, c0, cy0, known, sog0 = t, y, x, v, c, cy, low, row.sog
        taken += 1
        at += 1
    if taken == 0:
        return at
    out.n[N_ROW] = n
    pi[S_HEAD], pi[S_N] = head, min(pi[S_N] + taken, r.lookback)
    pi[S_COUNT] += taken
    pi[S_NEXT], pi[S_LAST] = next_us, last
    pf[P_LAT], pf[P_LON], pf[P_COS] = last_y, last_x, last_cy
    si[FULL], si[REP_N], si[REP_AT], si[SIGN_NEXT] = 1, rep_n, rep_at, sign_next
    si[HELD], si[HELD_T], si[HELD_SLOT] = 1, t0, slot
    sf[H_LAT], sf[H_LON], sf[H_SOG], sf[H_COS] = y0, x0, sog0, cy0
    return at
