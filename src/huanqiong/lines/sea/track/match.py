"""How well a position follows a segment: GFW's matching by dead reckoning (docs/detectors.md, 2, "Metric").

Invariant: every short cut here is a bound, so the choice is the one that working everything out would give.
"""

from __future__ import annotations

import math

from numba import njit

from huanqiong.core.sphere import wrapped
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.state import (
    LOOK,
    R_C,
    R_COSY,
    R_LON,
    R_METRIC,
    R_V,
    RING,
    RING_W,
    S_HEAD,
    S_N,
    S_T,
    Rules,
)

_RAD = math.pi / 180.0
_HOUR_US = 3.6e9


@njit(cache=True, error_model="numpy", _nrt=False)
def _discrepancy(
    y1: float, x1: float, v1: float, c1: float, cy1: float, lat: float, lon: float, v: float, c: float,
    cy: float, h: float, r: Rules,
) -> float:  # fmt: skip
    """Nautical miles between a row and where dead reckoning from an earlier one puts it, both ways."""
    hp = h / (1.0 + math.sqrt(h / r.penalty_h))
    a1, a2 = c1 * _RAD, c * _RAD
    s1, k1, s2, k2 = math.sin(a1), math.cos(a1), math.sin(a2), math.cos(a2)
    m = 60.0 * math.cos(0.5 * (y1 + lat) * _RAD)
    run1, run2 = v1 * hp, v * hp
    ex2 = x1 + run1 * s1 / (60.0 * (cy1 + 0.001))
    ey2 = y1 + run1 * k1 / 60.0
    ex1 = lon - run2 * s2 / (60.0 * (cy + 0.001))
    ey1 = lat - run2 * k2 / 60.0
    ax, ay = m * wrapped(ex1 - x1), 60.0 * (ey1 - y1)
    bx, by = m * wrapped(ex2 - lon), 60.0 * (ey2 - lat)
    d = 0.5 * (math.sqrt(ax * ax + ay * ay) + math.sqrt(bx * bx + by * by))
    dx, dy = m * wrapped(lon - x1), 60.0 * (lat - y1)
    d = min(d, r.shape * math.sqrt(dx * dx + dy * dy))
    if 0.0 < dx * s1 + dy * k1 <= run1 and 0.0 < dx * s2 + dy * k2 <= run2:
        d = min(d, r.shape * 0.5 * (abs(dx * k1 - dy * s1) + abs(dx * k2 - dy * s2)))
    return d


@njit(cache=True, error_model="numpy", _nrt=False)
def _metric(
    pf: F8, o: int, lat: float, lon: float, v: float, c: float, cy: float, h: float, p: float, r: Rules
) -> float:
    """How well a row follows the remembered one at `pf[o]`, by dead reckoning both ways; 0: not at all."""
    d = _discrepancy(pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C], pf[o + R_COSY], lat, lon, v, c, cy, h, r)
    allowed = p * r.max_kn
    if d > allowed:
        return 0.0
    a = r.alpha0 * d / allowed
    return math.exp(-(a * a)) / p


@njit(cache=True, error_model="numpy", _nrt=False)
def _worked_out(pf: F8, pi: I8, k: int, r: Rules) -> float:
    """The metric the k-th newest remembered row was accepted with: against the row remembered before it."""
    j = (pi[S_HEAD] - k) % LOOK
    o = RING + j * RING_W
    if pf[o + R_METRIC] < 0.0:
        i = (j - 1) % LOOK
        h = (pi[S_T + j] - pi[S_T + i]) / _HOUR_US
        p = math.sqrt(h * h + r.buffer_h * r.buffer_h)
        pf[o + R_METRIC] = _metric(
            pf, RING + i * RING_W, pf[o], pf[o + R_LON], pf[o + R_V], pf[o + R_C], pf[o + R_COSY], h, p, r
        )
    return pf[o + R_METRIC]


@njit(cache=True, error_model="numpy", _nrt=False)
def match(
    pf: F8, pi: I8, t: int, lat: float, lon: float, v: float, c: float, cy: float, r: Rules
) -> tuple[float, int]:
    """The best match of a row with one segment: metric (0: none) and how many newest rows it forgets."""
    best, found, drop = 0.0, 0.0, 0
    for k in range(min(pi[S_N], r.lookback)):
        j = (pi[S_HEAD] - k) % LOOK
        gap = t - pi[S_T + j]
        if gap > r.max_us:
            break
        h = gap / _HOUR_US
        p = math.sqrt(h * h + r.buffer_h * r.buffer_h)
        worse = max(1.0, r.factor * k)
        # exp(-x) <= 1 bounds the metric: most candidates need no dead reckoning.
        bound = 1.0 / p / worse
        if bound <= best:
            continue
        existing = 0.0
        if k > 0:
            o = RING + ((pi[S_HEAD] - k + 1) % LOOK) * RING_W
            if bound <= abs(pf[o + R_METRIC]):
                continue
            existing = _worked_out(pf, pi, k - 1, r)
        if bound > existing:
            metric = _metric(pf, RING + j * RING_W, lat, lon, v, c, cy, h, p, r)
            if metric > 0.0 and metric / worse > existing and metric / worse > best:
                best, found, drop = metric / worse, metric, k
    return found, drop


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def _bound(x: float, p: float, known: float, r: Rules) -> float:
    """`surely`'s answer where the metric is at least exp(-x) / p."""
    if x > 1.5:
        return 0.0
    low = (1.0 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0)))) * (1.0 - 1e-9)  # exp(-x) is never below this cubic
    if low >= r.best_second * p:
        return r.best_second
    if low >= r.best_third * p and known >= r.best_second:
        return r.best_third
    return 0.0


@njit(cache=True, error_model="numpy", _nrt=False, inline="always")
def surely(
    gap_us: int, y0: float, x0: float, v0: float, c0: float, cy0: float, known: float, lat: float, lon: float,
    v: float, c: float, cy: float, r: Rules,
) -> float:  # fmt: skip
    """A lower bound of a row's metric with the newest one (y0 ...), if no older row can match better; else 0.

    `known` bounds from below the metric the newest row was accepted with. A ship that stayed near needs no
    dead reckoning: the distance alone (d2) bounds the discrepancy.
    """
    if gap_us > r.near_us:
        return 0.0
    h = gap_us * (1.0 / _HOUR_US)
    p = r.buffer_h + h * h * (0.5 / r.buffer_h)  # the first two terms of the root: never below it
    most = r.alpha0 * r.alpha0  # beyond the row would not match at all
    turn = abs(lat - y0)
    m = 60.0 * (cy0 + turn * _RAD)  # no parallel between is longer
    dx, dy = m * wrapped(lon - x0), 60.0 * turn
    x = r.near2 * (dx * dx + dy * dy) * (1.0 + 1e-9)
    low = _bound(x, p, known, r) if x <= most else 0.0
    if low > 0.0 or r.best_third * p >= 1.0:
        return low
    a = r.alpha0 * _discrepancy(y0, x0, v0, c0, cy0, lat, lon, v, c, cy, h, r)
    a /= r.max_kn * max(r.buffer_h, h)  # never above the root
    x = a * a * (1.0 + 1e-9)
    return _bound(x, p, known, r) if x <= most else 0.0
