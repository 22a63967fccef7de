"""Coverage and area of regions on ships and days that the norms never saw, beside two plain peers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from _reach_learn import KINDS, kind_of, state_of
from _reach_tracks import Pair
from huanqiong.core.geography import Coast, load_geography
from huanqiong.core.place import ahead, bearing_deg, haversine_m
from huanqiong.core.units import KN_MS
from huanqiong.lines.sea.reach import LEVELS, Fix, Region, bundled_norms, region

T0 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
AT_MOST = 3
"""Fixes a ship and horizon that are tried."""
INLAND_M = 1_000.0
"""Fixes farther inland by the coast in use (rivers, lakes, bayous) are left out, and counted."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One held-out fix: inside or not at each level, areas in km2, and the same of the peers."""

    pair: Pair
    inside: tuple[bool, ...]
    area: tuple[float, ...]
    circle: tuple[bool, float]
    ellipse: tuple[tuple[bool, float], ...]


def fix_of(p: Pair) -> Fix:
    """The fix as the line gets it."""
    return Fix(p.lat, p.lon, T0, p.sog_kn, p.cog_deg, p.ship_type, p.length_m)


def _inside(r: Region, p: Pair, share: float, coast: Coast) -> bool:
    """Whether she was there. Where the chart has land at her place, water as near as its shore counts."""
    if bool(r.holds(p.lat2, p.lon2, share)):
        return True
    if not bool(coast.on_land(p.lat2, p.lon2)[0]):
        return False
    rows, cols = np.nonzero(r.cells(share))
    off = haversine_m(p.lat2, p.lon2, r.grid.lats()[rows], r.grid.lons()[cols])
    return bool(off.min() <= float(coast.distance_m(p.lat2, p.lon2)[0]) + 1.5 * r.grid.cell_m)


def spreads(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Standard deviations along and across of the learning ships under way, as shares of the way."""
    got = [
        _off(p)
        for p in pairs
        if p.learnt_from and p.sog_kn is not None and p.sog_kn >= 1 and p.cog_deg is not None
    ]
    return tuple(float(v) for v in np.sqrt(np.mean(np.square(got), axis=0)))  # type: ignore[return-value]


def _off(p: Pair) -> tuple[float, float]:
    """How far along and across she was from dead reckoning, as shares of the way (at least 1 kn)."""
    assert p.sog_kn is not None
    way = max(p.sog_kn, 1.0) * KN_MS * 3600 * p.hours
    lat, lon = ahead(p.lat, p.lon, p.cog_deg or 0.0, p.sog_kn * KN_MS * 3600 * p.hours)
    off = float(haversine_m(lat, lon, p.lat2, p.lon2)) / way
    angle = math.radians(float(bearing_deg(lat, lon, p.lat2, p.lon2)) - (p.cog_deg or 0.0))
    return off * math.cos(angle), off * math.sin(angle)


def attempt(p: Pair, coast: Coast, sd: tuple[float, float]) -> Tried:
    """One fix, tried."""
    norms = bundled_norms()
    r = region(fix_of(p), p.hours, coast)
    kind = norms.kind_of(p.ship_type)
    top = max(
        [k.sog_kn[-1] for k in ((kind,) if kind else norms.kinds_of_length(p.length_m))] + [p.sog_kn or 0]
    )
    radius_km = top * KN_MS * 3.6 * p.hours
    along, across = _off(p)
    way_km = max(p.sog_kn or 0, 1.0) * KN_MS * 3.6 * p.hours
    out = math.hypot(along / sd[0], across / sd[1])
    ellipses = []
    for share in LEVELS:
        k = math.sqrt(-2 * math.log(1 - share))
        ellipses.append((out <= k, math.pi * sd[0] * sd[1] * (k * way_km) ** 2))
    return Tried(
        p,
        tuple(_inside(r, p, s, coast) for s in LEVELS),
        tuple(r.area_km2(s) for s in LEVELS),
        (p.dist_m / 1000 <= radius_km, math.pi * radius_km**2),
        tuple(ellipses),
    )


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n ships."""
    z = 1.96
    mid = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, mid - half), min(1.0, mid + half)


def _mean(rows: Sequence[Tried], what: Callable[[Tried], float]) -> float:
    """The mean over ships of each ship's mean."""
    ships: dict[str, list[float]] = {}
    for t in rows:
        ships.setdefault(t.pair.ship, []).append(what(t))
    return float(np.mean([np.mean(v) for v in ships.values()]))


HEAD = (
    "| held out | h | fixes / ships | in 50 % | in 80 % | in 95 % | km² of 80 % | km² of 95 % "
    "| ellipse: in 80 %, in 95 %, km² of 95 % | circle: in, km² |\n|---|" + "---:|" * 9
)


def line(name: str, hours: float, rows: Sequence[Tried]) -> str:
    """A row of the table; areas are medians."""
    n = len({t.pair.ship for t in rows})
    cells = [name, f"{hours:.2g}", f"{len(rows)} / {n}"]
    for k in range(len(LEVELS)):
        share = _mean(rows, lambda t, k=k: float(t.inside[k]))  # type: ignore[misc]
        low, high = wilson(share, n)
        cells.append(f"{100 * share:.0f} ({100 * low:.0f}–{100 * high:.0f})")
    cells += [_km2([t.area[k] for t in rows]) for k in (1, 2)]
    ell = [100 * _mean(rows, lambda t, k=k: float(t.ellipse[k][0])) for k in (1, 2)]  # type: ignore[misc]
    cells.append(f"{ell[0]:.0f}, {ell[1]:.0f}, {_km2([t.ellipse[2][1] for t in rows])}")
    inside = 100 * _mean(rows, lambda t: float(t.circle[0]))
    return f"| {' | '.join([*cells, f'{inside:.0f}, {_km2([t.circle[1] for t in rows])}'])} |"


def _km2(values: list[float]) -> str:
    v = float(np.median(values))
    return f"{v:,.2f}" if v < 10 else f"{v:,.0f}"


def chosen(pairs: Sequence[Pair], most_at_rest: int) -> list[Pair]:
    """The held-out pairs: AT_MOST a ship and horizon; of the many ships at rest in US harbours only some."""
    known = {(p.source, p.ship) for p in pairs if p.learnt_from}
    count: dict[Any, int] = {}
    at_rest: set[str] = set()
    out = []
    for p in pairs:
        key = (p.source, p.ship, p.wanted_h, p.day)
        if (p.source, p.ship) in known or p.sog_kn is None or count.get(key, 0) >= AT_MOST:
            continue
        if p.source == "US" and p.sog_kn < 1:
            if p.ship not in at_rest and len(at_rest) >= most_at_rest:
                continue
            at_rest.add(p.ship)
        count[key] = count.get(key, 0) + 1
        out.append(p)
    return out


def _of_kind(kind: str) -> Callable[[Pair], bool]:
    return lambda p: p.source == "US" and kind_of(p.ship_type) == kind and _moves(p)


def report(pairs: Sequence[Pair], most_at_rest: int = 150) -> str:
    """The whole table, in Markdown."""
    coast, sd = load_geography().coast, spreads(pairs)
    wanted = chosen(pairs, most_at_rest)
    lat, lon = np.array([[p.lat, p.lon] for p in wanted]).T
    inland = coast.on_land(lat, lon) & (coast.distance_m(lat, lon) > INLAND_M)
    tried = [attempt(p, coast, sd) for p, dry in zip(wanted, inland, strict=True) if not dry]
    left = f"{int(inland.sum())} fixes of {len(wanted)} lie more than {INLAND_M / 1000:.0f} km inland"
    out = [f"{left} by the bundled coast (rivers, lakes) and are left out.\n", HEAD]
    groups = [(f"US, {kind}, moving", _of_kind(kind)) for kind in KINDS]
    groups += [
        ("US, all, moving", lambda p: p.source == "US" and _moves(p)),
        ("US, all, at rest", lambda p: p.source == "US" and not _moves(p)),
        ("Kattegat, other ships, same day", lambda p: p.source == "Kattegat" and p.day == 0 and _moves(p)),
        ("Kattegat, other ships, next day", lambda p: p.source == "Kattegat" and p.day == 1 and _moves(p)),
        ("Norfolk, moving", lambda p: p.source == "Norfolk" and _moves(p)),
        ("Norfolk, at rest", lambda p: p.source == "Norfolk" and not _moves(p)),
        ("Satellite, moving", lambda p: p.source == "Satellite" and _moves(p)),
        ("Satellite, at rest", lambda p: p.source == "Satellite" and not _moves(p)),
        ("**all, moving**", _moves),
        ("**all, at rest**", lambda p: not _moves(p)),
    ]
    for name, belongs in groups:
        for hours in sorted({t.pair.wanted_h for t in tried if belongs(t.pair)}):
            if hours < 1 and name.startswith("**"):
                continue
            out.append(line(name, hours, [t for t in tried if t.pair.wanted_h == hours and belongs(t.pair)]))
    return "\n".join(out)


def _moves(p: Pair) -> bool:
    return state_of(p.sog_kn or 0) != "stopped"
