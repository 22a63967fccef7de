"""How boats fish: towing a trawl, lying to gillnets, luring by light at night; each a piece of a voyage.

Speeds and times are general knowledge of the trade [K], drawn from wide ranges; no boat here is real.
"""

from __future__ import annotations

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.plane import F8
from huanqiong.drill.track import FISHING, UNDER_WAY, Voyage


def _heading_inside(
    rng: np.random.Generator, at: F8, centre: F8, axes: F8, run_nm: float, last: float
) -> float:
    """A heading for the next run: much like back along the last one, and staying on the ground."""
    for spread in (25.0, 50.0, 90.0, 140.0):
        for base in (last + 180.0, last):
            h = float(base + rng.normal(0, spread))
            end = np.array(plane.offset(at[0], at[1], h, run_nm))
            k = np.cos(np.radians(centre[0])) * 60
            if ((end[0] - centre[0]) * 60 / axes[1]) ** 2 + ((end[1] - centre[1]) * k / axes[0]) ** 2 < 1:
                return h
    to = np.array([centre[0] - at[0], (centre[1] - at[1]) * np.cos(np.radians(centre[0]))])
    return float(np.degrees(np.arctan2(to[1], to[0])))


def trawl(v: Voyage, until: float, centre: F8, axes: F8, speed_kn: float) -> None:
    """Tows of one to three hours with turns, the net hauled between them, until a time."""
    rng = v.rng
    last = rng.uniform(0, 360)
    while v.t < until - 1800:
        hours = min(rng.uniform(1.2, 3.2), (until - v.t) / 3600)
        run = speed_kn * hours
        last = _heading_inside(rng, v.at, centre, axes, run, last)
        bends = last + np.cumsum(rng.normal(0, 7, max(2, int(run / 0.9))))
        lat, lon = [v.at[0]], [v.at[1]]
        for h in bends:
            a, b = plane.offset(lat[-1], lon[-1], h, run / len(bends))
            lat.append(float(a))
            lon.append(float(b))
        last = float(bends[-1])
        v.sail(np.column_stack([lat[1:], lon[1:]]), speed_kn, FISHING, 0.06)
        haul = min(until, v.t + rng.uniform(900, 2100))
        v.drift(haul, rng.uniform(0, 360), rng.uniform(0.5, 1.1), FISHING)


def gillnet(v: Voyage, until: float, centre: F8, axes: F8) -> tuple[float, float]:
    """Sets a few miles of net, lies to it with the stream, hauls it slowly. Returns the drift's times."""
    rng = v.rng
    hours = (until - v.t) / 3600
    set_nm = min(rng.uniform(2.0, 4.5), hours * 0.6)
    last = _heading_inside(rng, v.at, centre, axes, set_nm, rng.uniform(0, 360))
    end = np.array(plane.offset(v.at[0], v.at[1], last, set_nm))
    v.sail(end[None], rng.uniform(4.0, 5.5), FISHING, 0.05)
    t0 = v.t
    haul_kn = rng.uniform(1.1, 1.8)
    v.drift(
        max(v.t + 1800, until - set_nm / haul_kn * 3600), rng.uniform(0, 360), rng.uniform(0.3, 0.8), FISHING
    )
    t1 = v.t
    back = np.array(plane.offset(v.at[0], v.at[1], last + 180 + rng.normal(0, 8), set_nm))
    v.sail(back[None], haul_kn, FISHING, 0.12)
    return t0, t1


def lightnet(v: Voyage, dusk: float, dawn: float) -> tuple[float, float]:
    """Lies with the lamps lit from dusk to dawn, shifting once or twice. Returns the longest lie's times."""
    rng = v.rng
    if v.t < dusk:
        v.drift(dusk, rng.uniform(0, 360), 0.4)
    cuts = np.sort(rng.uniform(dusk, dawn, int(rng.integers(0, 3))))
    best = (dusk, dusk)
    for until in [*cuts, dawn]:
        t0 = v.t
        v.drift(until, rng.uniform(0, 360), rng.uniform(0.2, 0.6), FISHING)
        if v.t - t0 > best[1] - best[0]:
            best = (t0, v.t)
        if until < dawn:
            there = np.array(plane.offset(v.at[0], v.at[1], rng.uniform(0, 360), rng.uniform(1.0, 2.5)))
            v.sail(there[None], rng.uniform(6, 8), UNDER_WAY)
    return best
