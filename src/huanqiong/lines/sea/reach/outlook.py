"""How far and whither she may have gone, as one table: the sum over all she may be and all she may do.

`Spread.table[i, j]` is the probability that she made good at most pace `i` and turned at most `j` either side
of her course. Knots of both axes crowd near zero, where ships at rest and ships on their course are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.verdict import Reason
from huanqiong.lines.sea.reach.fix import Fix
from huanqiong.lines.sea.reach.norms import Kind, Norms

F8 = NDArray[np.float64]
PACES: Final = 240
TURNS: Final = 120
PACE_POWER: Final = 3
TURN_POWER: Final = 2
SMOOTH: Final = 4
"""Bins of turn over which probability is spread: 2 degrees at 10 off the course, 6 at 90. Source: own."""
OUTER: Final = 0.995
"""The grid ends at the pace that all but this share of what was learnt stayed below. Source: own."""
SPEEDS: Final = np.array([0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98])
"""Levels that stand for a speed which is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A table of probability over paces up to `top_kn` (the last row) and turns up to 180 degrees."""

    table: F8
    top_kn: float
    reasons: tuple[Reason, ...]


def _speeds(fix: Fix, kind: Kind, norms: Norms, hours: float) -> Iterator[tuple[float, float]]:
    """(share, knots) of the speeds she may go by: as reported, as she is used to, or as her class does."""
    own = fix.habits.rows if fix.habits else 0
    if fix.sog_kn is None:
        rest = norms.habit_rows / (norms.habit_rows + own)
        got = np.interp(SPEEDS, norms.levels, kind.sog_kn)
        yield from ((rest / len(got), float(v)) for v in got)
    else:
        rest = 1 - own / (own + norms.habit_rows) * hours / (hours + norms.habit_hours)
        yield rest, fix.sog_kn
    if fix.habits and own:
        for k, n in enumerate(fix.habits.counts):
            if n:
                yield (1 - rest) * n / own, k + 0.5


def _cumulative(levels: F8, values: F8, at: F8) -> F8:
    """The share at or below each of `at`; equal quantiles are drawn apart by a hair."""
    apart = values + np.arange(len(values)) * 1e-9
    return np.asarray(np.interp(at, apart, levels, left=0.0, right=1.0), dtype=np.float64)


def _smooth(per_turn: F8) -> F8:
    """Spreads each bin's probability over its neighbours in turn, so that no ray's edge is a quantile's.

    The first column is the knot of no turn at all; both ends reflect, so nothing is lost.
    """
    k = np.arange(-3 * SMOOTH, 3 * SMOOTH + 1)
    weight = np.exp(-0.5 * (k / SMOOTH) ** 2)
    inner = np.pad(per_turn[:, 1:], ((0, 0), (len(k) // 2, len(k) // 2)), mode="symmetric")
    views = np.lib.stride_tricks.sliding_window_view(inner, len(k), axis=1)
    return np.hstack([per_turn[:, :1], views @ (weight / weight.sum())])


def spread(fix: Fix, hours: float, norms: Norms) -> Spread:
    """What is known of her and of ships like her, after `hours`, with what was not known said."""
    kind = norms.kind_of(fix.ship_type)
    kinds = (kind,) if kind else norms.kinds_of_length(fix.length_m)
    parts, fewest, learnt = [], 1 << 30, True
    for k in kinds:
        for share, knots in _speeds(fix, k, norms, hours):
            state = norms.state_of(knots)
            norm = state.at(k.name, hours)
            scale = knots if state.shares else 1.0
            pace = np.minimum(norm.pace * scale, max(k.sog_kn[-1], knots))
            parts.append((share / len(kinds), pace, state.bands * scale, norm.turn))
            fewest, learnt = min(fewest, norm.ships), learnt and norm.learnt
    top = max(float(np.interp(OUTER, norms.levels, pace)) for _, pace, _, _ in parts)
    top = max(top, 0.1)
    paces = top * (np.arange(PACES + 1) / PACES) ** PACE_POWER
    turns = 180.0 * (np.arange(TURNS + 1) / TURNS) ** TURN_POWER
    middle = (paces[1:] + paces[:-1]) / 2
    per_pace = np.zeros((PACES, TURNS + 1))
    for share, pace, bands, turn in parts:
        steps = share * np.diff(_cumulative(norms.levels, pace, paces))
        if fix.cog_deg is None:
            per_pace += steps[:, None] * (turns / 180.0)
            continue
        by_band = np.stack([_cumulative(norms.levels, t, turns) for t in turn])
        per_pace += steps[:, None] * by_band[np.searchsorted(bands, middle)]
    if fix.cog_deg is not None:
        per_pace = np.cumsum(_smooth(np.diff(per_pace, axis=1, prepend=0.0)), axis=1)
    table = np.vstack([np.zeros((1, TURNS + 1)), np.cumsum(per_pace, axis=0)])
    return Spread(
        table / table[-1, -1], top, _reasons(fix, kind, kinds, fewest, None if learnt else hours, norms)
    )


def _reasons(
    fix: Fix, kind: Kind | None, kinds: tuple[Kind, ...], fewest: int, extended_h: float | None, norms: Norms
) -> tuple[Reason, ...]:
    said = f"reach norms {norms.version}"
    out = [Reason("reach_tracks", fewest, norms.few_ships, "ships", said)]
    if fewest < norms.few_ships:
        out.append(Reason("reach_few_tracks", fewest, norms.few_ships, "ships", said))
    if extended_h is not None:
        out.append(Reason("reach_extended", extended_h, norms.learnt_h, "h", said))
    if kind is None:
        out.append(Reason("reach_type_unknown", len(kinds), None, "classes", said))
    if fix.sog_kn is None:
        out.append(Reason("reach_speed_unknown", None, None, "kn", said))
    if fix.cog_deg is None:
        out.append(Reason("reach_course_unknown", None, None, "deg", said))
    if fix.habits and fix.habits.rows:
        out.append(Reason("reach_own_speeds", fix.habits.rows, None, "rows", said))
    return tuple(out)
