"""How far and whither ships went, learnt from real tracks: quantiles by state, class of ship and horizon.

The numbers are data (`data/reach/norms.toml`, made by `bench/reach.py --learn`); this file reads them.
Between the horizons that were learnt, quantiles are interpolated in the logarithm of time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.errors import InputError
from huanqiong.data import toml

F8 = NDArray[np.float64]
FILE: Final = "reach/norms.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A class of ships: AIS codes [first, last] pairs, the lengths and speeds its ships were seen with."""

    name: str
    codes: tuple[tuple[int, int], ...]
    length_m: tuple[float, float]
    sog_kn: F8
    """Speeds over ground at the norms' levels, ships at rest included."""


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """One horizon: `pace` at the levels, and `turn` (bands, levels), degrees either side of the course.

    Pace is distance made good by time: a share of the reported speed, or knots, as the state has it.
    """

    hours: float
    ships: int
    learnt: bool
    """Whether ships were seen so long; else a rule extends what was learnt of shorter times."""
    pace: F8
    turn: F8


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """How she moves at the fix: from `from_kn` on; whether pace is a share of her speed; bands of pace."""

    name: str
    from_kn: float
    shares: bool
    bands: F8
    norms: Mapping[str, tuple[Norm, ...]]
    """By class, horizons rising."""

    def at(self, kind: str, hours: float) -> Norm:
        """The norm of a class at any horizon; beyond the learnt ones the nearest holds."""
        rows = self.norms[kind]
        after = next((i for i, n in enumerate(rows) if n.hours >= hours), len(rows) - 1)
        if after == 0 or rows[after].hours <= hours:
            n = rows[after]
            return Norm(hours, n.ships, n.learnt, n.pace, n.turn)
        a, b = rows[after - 1], rows[after]
        w = math.log(hours / a.hours) / math.log(b.hours / a.hours)
        return Norm(
            *(hours, min(a.ships, b.ships), a.learnt and b.learnt),
            *((1 - w) * a.pace + w * b.pace, (1 - w) * a.turn + w * b.turn),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Norms:
    """All that was learnt, with where it comes from."""

    version: str
    source: str
    levels: F8
    kinds: tuple[Kind, ...]
    states: tuple[State, ...]
    """Slowest first."""
    habit_rows: float
    """Her own speeds count rows / (rows + this) of what they may."""
    habit_hours: float
    """They may count hours / (hours + this), beside her last report."""
    few_ships: int
    """Norms that rest on fewer are said to."""

    @property
    def learnt_h(self) -> float:
        """The longest time that ships were seen for."""
        return max(n.hours for s in self.states for rows in s.norms.values() for n in rows if n.learnt)

    def state_of(self, sog_kn: float) -> State:
        """The state a reported speed means."""
        return next(s for s in reversed(self.states) if sog_kn >= s.from_kn)

    def kind_of(self, ship_type: int | None) -> Kind | None:
        """The class of an AIS type code; None: not given, or of no class of its own."""
        if ship_type is None:
            return None
        return next((k for k in self.kinds if any(a <= ship_type <= b for a, b in k.codes)), None)

    def kinds_of_length(self, length_m: float | None) -> tuple[Kind, ...]:
        """The classes that have ships of this length; all where it is not known or fits none."""
        if not length_m:
            return self.kinds
        return tuple(k for k in self.kinds if k.length_m[0] <= length_m <= k.length_m[1]) or self.kinds


def read_norms(raw: Mapping[str, Any], where: str) -> Norms:
    """Norms from a parsed file. InputError: something is missing, or quantiles fall."""
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, IndexError) as e:
        raise InputError(f"no norms ({e!r})", where=where, remedy="Make them anew") from e


def _read(raw: Mapping[str, Any]) -> Norms:
    levels = _rising(raw["levels"], 0)
    kinds = tuple(
        Kind(
            name,
            tuple((int(a), int(b)) for a, b in k["codes"]),
            (float(k["length_m"][0]), float(k["length_m"][1])),
            _rising(k["sog_kn"], len(levels)),
        )
        for name, k in raw["kinds"].items()
    )
    states = []
    for name, s in raw["states"].items():
        bands = np.asarray(s["bands"], dtype=np.float64)
        found: dict[str, list[Norm]] = {k.name: [] for k in kinds}
        for row in s["norms"]:
            turn = np.stack([_rising(t, len(levels)) for t in row["turn"]])
            if len(turn) != len(bands) + 1:
                raise ValueError(f"{name}: a row of turns a band")
            pace = _rising(row["pace"], len(levels))
            found[row["kind"]].append(
                Norm(float(row["hours"]), int(row["ships"]), bool(row["learnt"]), pace, turn)
            )
        if not all(found.values()):
            raise ValueError(f"{name}: a class without norms")
        by_kind = {k: tuple(sorted(n, key=lambda x: x.hours)) for k, n in found.items()}
        states.append(State(name, float(s["from_kn"]), bool(s["shares"]), bands, by_kind))
    states.sort(key=lambda s: s.from_kn)
    if not states or states[0].from_kn != 0 or not kinds:
        raise ValueError("no class, or no state from 0 kn on")
    habits = raw["habits"]
    return Norms(
        *(str(raw["version"]), str(raw["source"]), levels, kinds, tuple(states)),
        *(float(habits["rows"]), float(habits["hours"]), int(raw["few_ships"])),
    )


def _rising(values: Any, n: int) -> F8:
    """Numbers that never fall; n: how many there must be, 0: any."""
    out = np.asarray(values, dtype=np.float64)
    if out.ndim != 1 or (n and len(out) != n) or not np.isfinite(out).all() or (np.diff(out) < 0).any():
        raise ValueError(f"{n or 'some'} rising numbers, not {values!r}"[:80])
    return out


@cache
def bundled_norms() -> Norms:
    """The norms that the product carries."""
    return read_norms(toml(FILE), FILE)
