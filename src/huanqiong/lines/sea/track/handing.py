"""Handing on: a settled row joins its segment's track, with its step and the samples of the slots passed."""

from __future__ import annotations

from numba import njit

from huanqiong.core.sphere import arc_m
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.order import I4
from huanqiong.lines.sea.track.state import (
    H_COS,
    H_LAT,
    H_LON,
    H_SOG,
    HELD,
    HELD_SLOT,
    HELD_T,
    N_ROW,
    N_SAMPLE,
    P_COS,
    P_LAT,
    P_LON,
    S_LAST,
    S_NEXT,
    Out,
    Rules,
)


@njit(cache=True, error_model="numpy", _nrt=False)
def _sample(
    slot: I8, ships: I4, lats: F8, lons: F8, g: int, ship: int, t0: int, y0: float,
    x0: float, at: int, t: int, lat: float, lon: float, step_us: int,
) -> int:  # fmt: skip
    """Writes samples from `g` on, for slots from `at` to t between two track rows; the next free place."""
    far = lon
    if far - x0 > 180.0:
        far -= 360.0
    elif far - x0 < -180.0:
        far += 360.0
    while at <= t:
        w = float(at - t0) / float(t - t0)
        x = far * w + x0 * (1.0 - w)
        if x >= 180.0:
            x -= 360.0
        elif x < -180.0:
            x += 360.0
        slot[g], ships[g] = at // step_us, ship
        lats[g], lons[g] = lat * w + y0 * (1.0 - w), x
        at += step_us
        g += 1
    return g


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def join(
    out: Out, n: int, ship: int, slot: int, t: int, lat: float, lon: float, sog: float, cy: float,
    t0: int, y0: float, x0: float, cy0: float, next_us: int, r: Rules,
) -> int:  # fmt: skip
    """Writes row n of the track, and the samples since the segment's row before (t0 < 0: none).

    Returns when the next sample is due. Inlined, as `_sample` is not: this runs for every row, and a call
    would copy all of `out`'s arrays.
    """
    dt = t - t0
    out.t[n], out.lat[n], out.lon[n], out.sog[n], out.slot[n] = t, lat, lon, sog, slot
    if t0 < 0:
        out.dt[n], out.step_m[n] = -1, 0.0
    else:
        out.dt[n] = dt
        out.step_m[n] = arc_m(lat - y0, lon - x0, cy0 * cy)
    if t0 < 0 or dt > r.interp_us:
        next_us = -((-t) // r.step_us) * r.step_us
    elif dt > 0 and next_us <= t:
        g = out.n[N_SAMPLE]
        out.n[N_SAMPLE] = _sample(
            out.g_slot, out.g_ship, out.g_lat, out.g_lon, g, ship, t0, y0, x0, next_us, t, lat,
            lon, r.step_us,
        )  # fmt: skip
        next_us = (t // r.step_us + 1) * r.step_us
    return next_us


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def hand_on(out: Out, ship: int, si: I8, sf: F8, pool_f: F8, pool_i: I8, r: Rules) -> None:
    """Hands the held row on: it joins its segment's track."""
    slot = si[HELD_SLOT]
    pi, pf = pool_i[slot], pool_f[slot]
    t, lat, lon, cy = si[HELD_T], sf[H_LAT], sf[H_LON], sf[H_COS]
    n = out.n[N_ROW]
    pi[S_NEXT] = join(
        out, n, ship, slot, t, lat, lon, sf[H_SOG], cy, pi[S_LAST], pf[P_LAT], pf[P_LON], pf[P_COS],
        pi[S_NEXT], r,
    )  # fmt: skip
    pi[S_LAST], pf[P_LAT], pf[P_LON], pf[P_COS] = t, lat, lon, cy
    out.n[N_ROW] = n + 1
    si[HELD] = 0
