"""What is known of her: the last fix, the kind of ship, and the speeds she is used to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from huanqiong.core.errors import InputError

SPEEDS_KN = 60
"""Bins of a knot that habits keep; what is faster counts in the last."""
STEEPEST_DEG = 80.0
"""Nearer the poles the grid's cells are no longer near square."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often she made each speed: `counts[k]` rows of [k, k + 1) knots, SPEEDS_KN bins."""

    counts: tuple[int, ...]

    @classmethod
    def of(cls, sog_kn: Iterable[float]) -> Habits:
        """The habits of a track, from its speeds in knots; NaN is left out."""
        v = np.asarray(list(sog_kn), dtype=np.float64)
        bins = np.clip(v[np.isfinite(v) & (v >= 0)].astype(np.int64), 0, SPEEDS_KN - 1)
        return cls(tuple(int(n) for n in np.bincount(bins, minlength=SPEEDS_KN)))

    @property
    def rows(self) -> int:
        """How many rows they rest on."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Fix:
    """The last that was heard of a vessel. None: not known, which widens the region and is said there.

    `lat`, `lon`: degrees WGS-84; `t`: aware time; `sog_kn`: knots over ground; `cog_deg`: degrees true;
    `ship_type`: the AIS code (0: not given); `length_m`: metres; `habits`: speeds of her own track.
    InputError: a value no ship can have.
    """

    lat: float
    lon: float
    t: dt.datetime
    sog_kn: float | None = None
    cog_deg: float | None = None
    ship_type: int | None = None
    length_m: float | None = None
    habits: Habits | None = None

    def __post_init__(self) -> None:
        if self.t.tzinfo is None:
            raise InputError("the fix's time has no zone", remedy="Give an aware time")
        if not (abs(self.lat) <= STEEPEST_DEG and -180 <= self.lon <= 180):
            raise InputError(
                f"{self.lat}, {self.lon} is no place this works for",
                remedy=f"Give degrees WGS-84, latitude within {STEEPEST_DEG:.0f}",
            )
        if self.sog_kn is not None and not 0 <= self.sog_kn < 102.3:
            raise InputError(f"a speed of {self.sog_kn} kn", remedy="Give 0 to 102.2 kn, or None")
        if self.cog_deg is not None and not 0 <= self.cog_deg <= 360:
            raise InputError(f"a course of {self.cog_deg}", remedy="Give 0 to 360 degrees, or None")
        if self.length_m is not None and not (math.isfinite(self.length_m) and self.length_m >= 0):
            raise InputError(f"a length of {self.length_m} m", remedy="Give metres, or None")
