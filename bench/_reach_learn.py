"""Learns the norms of reach from the learning ships alone and writes the data file.

At twenty minutes they are the quantiles of what ships did, each ship counting the same; where a class has
few, the others weigh in as BORROWED ships would, and the quantiles run out to bounds by 1 / (ships + 1): a
small sample makes a wide norm. No set here holds enough ships for hours. From one hour on a rule extends what
was learnt: a ship keeps her way (as ships did after an hour in Kattegat, or twenty minutes in US waters,
turns growing with the root of time) until she breaks with it, at the rate her class did; then she rests or
takes any other course; from rest she leaves at the rate her class does. That is played out and its quantiles
are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from _reach_tracks import Pair, all_types, learnable

KINDS = {
    "cargo": [[70, 79]],
    "tanker": [[80, 89]],
    "passenger": [[60, 69]],
    "fishing": [[30, 30]],
    "tug": [[31, 32], [52, 52]],
    "pleasure": [[36, 37]],
    "service": [[20, 29], [33, 35], [38, 51], [53, 59]],
    "other": [[90, 99]],
}
STATES: dict[str, tuple[float, bool, list[float]]] = {
    "stopped": (0.0, False, []),
    "slow": (1.0, False, []),
    "sailing": (5.0, True, [0.5, 0.85]),
}
"""From how many knots on, whether pace is a share of the reported speed, bands of pace."""
LEVELS = [
    0,
    0.005,
    0.01,
    0.025,
    0.05,
    *[round(0.1 * k, 1) for k in range(1, 10)],
    0.95,
    0.975,
    0.99,
    0.995,
    1,
]
BORROWED = 20.0
LENT = 5
"""Ships that US waters and Kattegat each lend to a class's rate of breaking."""
RESTS = 0.5
"""Of those who break with their way, this share rests. Source: own."""
EXTENDED = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 24.0)
PLAYED = 20_000
SOURCE = (
    "MarineCadastre AIS of 2022-01-03 (US, public domain) and AIS of 2025-11-01 in Kattegat "
    "(contains data from the Danish Maritime Authority that is used in accordance with the conditions "
    "for the use of Danish public data)"
)
BEYOND = 1.25
"""The last quantile lies this much beyond the farthest seen."""
Weighted = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int]


def kind_of(ship_type: int | None) -> str | None:
    """The class of an AIS type code; None: not given, or none."""
    return next((n for n, k in KINDS.items() if any(a <= (ship_type or 0) <= b for a, b in k)), None)


def state_of(sog_kn: float) -> str:
    """The state a speed means."""
    return max((n for n in STATES if sog_kn >= STATES[n][0]), key=lambda n: STATES[n][0])


def measured(p: Pair) -> tuple[float, float]:
    """Pace as the state counts it and the turn from the course, degrees; NaN where there was no course."""
    from huanqiong.core.place import bearing_deg
    from huanqiong.core.units import KN_MS

    assert p.sog_kn is not None
    pace = p.dist_m / (p.hours * 3600 * KN_MS)
    if STATES[state_of(p.sog_kn)][1]:
        pace /= p.sog_kn
    if p.cog_deg is None:
        return pace, float("nan")
    off = float(bearing_deg(p.lat, p.lon, p.lat2, p.lon2)) - p.cog_deg
    return pace, abs((off + 180) % 360 - 180)


def weighted(pairs: Sequence[Pair], which: int, low: float = 0.0, high: float = np.inf) -> Weighted:
    """Values, weights (a ship weighs 1 in all) and ships, of pace (0) or turn (1) at paces in [low, high)."""
    rows = [(p.ship, *measured(p)) for p in pairs]
    rows = [r for r in rows if low <= r[1] < high and np.isfinite(r[1 + which])]
    ships: dict[str, int] = {}
    for r in rows:
        ships[r[0]] = ships.get(r[0], 0) + 1
    return np.array([r[1 + which] for r in rows]), np.array([1 / ships[r[0]] for r in rows]), len(ships)


def borrowed(own: Weighted, rest: Weighted) -> Weighted:
    """A class's values with those of all at the weight of BORROWED ships."""
    if not rest[2]:
        return own
    share = BORROWED / rest[2]
    return np.r_[own[0], rest[0]], np.r_[own[1], rest[1] * share], own[2] + int(min(BORROWED, rest[2]))


def quantiles(w: Weighted, bound: float | None) -> np.ndarray[Any, Any]:
    """At LEVELS; `bound`: where they end (None: BEYOND the farthest seen)."""
    values, weights, ships = w
    if not ships:
        return np.array(LEVELS) * (bound or 0)
    order = np.argsort(values)
    v, c = values[order], np.cumsum(weights[order]) - weights[order] / 2
    at = (0.5 + c / weights.sum() * ships) / (ships + 1)
    last = v[-1] * BEYOND if bound is None else bound
    return np.maximum.accumulate(np.interp(LEVELS, [0, *at, 1], [0, *v, last]))


def _norm(own: list[Pair], rest: list[Pair], bands: list[float]) -> tuple[Any, list[Any], int]:
    pace = quantiles(borrowed(weighted(own, 0), weighted(rest, 0)), None)
    edges = [0.0, *bands, np.inf]
    turns = []
    for low, high in zip(edges, edges[1:], strict=False):
        turns.append(quantiles(borrowed(weighted(own, 1, low, high), weighted(rest, 1, low, high)), 180.0))
    return pace, turns, weighted(own, 0)[2]


def learn(pairs: Iterable[Pair], out: Path) -> None:
    """Writes the norms of all pairs that may be learnt from."""
    usable = [p for p in pairs if p.learnt_from and p.sog_kn is not None]
    text = [_head(usable), *_kinds()]
    hour = [p for p in usable if p.source == "Kattegat" and p.wanted_h == 1 and not _broke(p)]
    us = [p for p in usable if p.source == "US"]
    calm = [p for p in usable if p.source == "Kattegat" and p.wanted_h < 1]
    speeds = _speeds()
    for state, (from_kn, shares, bands) in STATES.items():
        text.append(
            f"[states.{state}]\nfrom_kn = {from_kn}\nshares = {str(shares).lower()}\nbands = {bands}\n"
        )
        here = [p for p in us if state_of(p.sog_kn or 0) == state]
        for n, kind in enumerate(KINDS):
            own = [p for p in here if kind_of(p.ship_type) == kind]
            pace, turns, ships = _norm(own, here, bands)
            text.append(_row(state, kind, 1 / 3, pace, turns, ships, learnt=True))
            rates = {s: _rate(us, calm, s, kind) for s in STATES}
            keepers = [p for p in (own if len({p.ship for p in own}) >= 10 else here) if not _broke(p)]
            for h in EXTENDED:
                seed = np.random.default_rng([int(h), n])
                kept = _draw(keepers, seed, PLAYED), _draw(hour or here, seed, PLAYED)
                at = play(state, h, rates, kept, speeds[kind], seed)
                text.append(_row(state, kind, h, *_quantiles_of(*at, bands), ships, learnt=False))
    out.write_text("\n".join(text), encoding="utf-8")


def _broke(p: Pair) -> bool:
    """Whether she lost half her speed or turned 60 degrees; from rest or a slow state: whether she sailed."""
    pace, turn = measured(p)
    state = state_of(p.sog_kn or 0)
    if state == "sailing":
        return bool(pace < 0.5 or turn > 60)
    return pace > (1.0 if state == "stopped" else 5.0)


def _share(pairs: Sequence[Pair]) -> tuple[float, int]:
    """The share of ships that broke (a ship counts once in all) and how many ships."""
    ships: dict[str, list[bool]] = {}
    for p in pairs:
        ships.setdefault(p.ship, []).append(_broke(p))
    return (float(np.mean([np.mean(v) for v in ships.values()])) if ships else 0.0), len(ships)


def _rate(us: list[Pair], calm: list[Pair], state: str, kind: str) -> float:
    """Breaks an hour: the class's own, with a little of all US ships and of Kattegat's."""
    mine = [p for p in us if state_of(p.sog_kn or 0) == state]
    parts = [(_share([p for p in mine if kind_of(p.ship_type) == kind]), None), (_share(mine), LENT)]
    parts.append((_share([p for p in calm if state_of(p.sog_kn or 0) == state]), LENT))
    heavy = [(q, n if lent is None else min(n, lent)) for (q, n), lent in parts]
    q = sum(q * n for q, n in heavy) / sum(n for _, n in heavy)
    return float(-np.log(1 - q) * 3)


def _draw(pairs: list[Pair], rng: np.random.Generator, n: int) -> Any:
    """n of (pace, turn), each ship as likely as another."""
    rows = np.array([measured(p) for p in pairs])
    ships = [p.ship for p in pairs]
    weight = np.array([1 / ships.count(s) for s in ships])
    return rows[rng.choice(len(rows), n, p=weight / weight.sum())]


def play(
    state: str,
    hours: float,
    rates: dict[str, float],
    kept: tuple[Any, Any],
    speeds: Any,
    rng: np.random.Generator,
) -> tuple[Any, Any]:
    """Pace (as the state counts it) and turn of PLAYED ships after hours of keeping, breaking, resting."""
    sails = state == "sailing"
    own, hour = kept
    pick = rng.random(PLAYED) < (0.5 if sails else 1.0)
    pace, turn = np.where(pick[:, None], own, hour).T
    turn = np.where(np.isfinite(turn), turn, rng.uniform(0, 180, PLAYED))
    side = np.where(rng.random(PLAYED) < 0.5, -1, 1)
    course = np.radians(side * np.minimum(turn * np.sqrt(hours), np.maximum(turn, 90)))
    sailing = np.ones(PLAYED) if sails else rng.choice(speeds, PLAYED)
    speed, rate = pace.copy(), np.full(PLAYED, rates[state])
    x, y, left = np.zeros(PLAYED), np.zeros(PLAYED), np.full(PLAYED, float(hours))
    while (left > 0).any():
        leg = np.minimum(rng.exponential(1 / rate), left)
        x, y, left = x + leg * speed * np.sin(course), y + leg * speed * np.cos(course), left - leg
        at_rest = speed == 0
        rests = ~at_rest & (speed > 0) & (rng.random(PLAYED) < RESTS) & (rate != rates["stopped"])
        speed = np.where(rests, 0.0, sailing)
        rate = np.where(rests, rates["stopped"], rates["sailing"])
        course = rng.uniform(-np.pi, np.pi, PLAYED)
    return np.hypot(x, y) / hours, np.abs(np.degrees(np.arctan2(x, y)))


def _quantiles_of(pace: Any, turn: Any, bands: list[float]) -> tuple[Any, list[Any]]:
    edges = [0.0, *bands, np.inf]
    turns = []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = turn[(pace >= low) & (pace < high)]
        turns.append(np.quantile(inside if len(inside) > 20 else turn, LEVELS))
        turns[-1][0], turns[-1][-1] = 0.0, 180.0
    got = np.quantile(pace, LEVELS)
    got[0], got[-1] = 0.0, got[-1] * BEYOND
    return got, turns


def _head(usable: list[Pair]) -> str:
    ships = {(p.source, p.ship) for p in usable}
    return f"""# How far and whither ships went from a fix, by state, class and horizon (docs/reach.md).
# Made by `python bench/reach.py --learn` from real tracks; no place, track or name is in it.
version = "2026.1"
author = "Huanqiong"
valid_from = "2026-11-23"
source = "{SOURCE}: two ships of three, {len(ships)} ships, {len(usable)} pairs of a fix and a later one"
tracks = {len(ships)}
few_ships = 20
levels = {LEVELS}

[habits]
# Own choice: her own speeds count n / (n + rows) * h / (h + hours) beside her last report.
rows = 60
hours = 6
"""


def _speeds() -> dict[str, Any]:
    """Speeds under way of each class's learning ships, knots; a ship counts once."""
    col = all_types()
    kind = np.array([kind_of(int(v)) if np.isfinite(v) else None for v in col["vessel_type"]], dtype=object)
    way = learnable(col["mmsi"]) & (col["sog_kn"] >= STATES["slow"][0]) & (col["sog_kn"] < 102.2)
    out = {}
    for name in KINDS:
        mine = way & (kind == name)
        last = dict(zip(col["mmsi"][mine], col["sog_kn"][mine], strict=True))
        out[name] = np.array(list(last.values()), dtype=float)
    return out


def _kinds() -> list[str]:
    col = all_types()
    kind = np.array([kind_of(int(v)) if np.isfinite(v) else None for v in col["vessel_type"]], dtype=object)
    learnt = learnable(col["mmsi"])
    out = []
    for name, codes in KINDS.items():
        mine = learnt & (kind == name)
        first = np.unique(col["mmsi"][mine], return_index=True)[1]
        length = col["length_m"][mine][first]
        length = length[np.isfinite(length) & (length > 1)]
        way = mine & (col["sog_kn"] >= STATES["slow"][0]) & (col["sog_kn"] < 102.2)
        _, at, n = np.unique(col["mmsi"][way], return_inverse=True, return_counts=True)
        speeds = quantiles((col["sog_kn"][way].astype(float), 1 / n[at], len(n)), None)
        low, high = np.quantile(length, [0.005, 0.995])
        out.append(
            f"[kinds.{name}]\ncodes = {codes}\nlength_m = [{low:.0f}, {high:.0f}]\nsog_kn = {_list(speeds)}\n"
            f"ships = {len(first)}\nunder_way = {len(n)}\n"
        )
    return out


def _list(values: Any) -> str:
    return "[" + ", ".join(f"{v:.4g}" for v in values) + "]"


def _row(state: str, kind: str, hours: float, pace: Any, turns: list[Any], ships: int, learnt: bool) -> str:
    turn = ",\n  ".join(_list(t) for t in turns)
    return (
        f'[[states.{state}.norms]]\nkind = "{kind}"\nhours = {hours:.4f}\nships = {ships}\n'
        f"learnt = {str(learnt).lower()}\npace = {_list(pace)}\nturn = [\n  {turn},\n]\n"
    )
