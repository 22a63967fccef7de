"""The way she goes if she holds course and speed: a great circle, until land or the end of the look-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.geography import Coast
from huanqiong.core.place import ahead
from huanqiong.core.units import KN_MS
from huanqiong.lines.sea.reach.fix import Fix
from huanqiong.lines.sea.reach.travel import HARBOUR_M

F8 = NDArray[np.float64]
STEP_M: Final = 250.0
"""How finely her way is felt for land."""


@dataclass(frozen=True, slots=True)
class Course:
    """Places along her way: metres from the fix, (lat, lon); `lands`: it ends at a shore."""

    dist_m: F8
    lat: F8
    lon: F8
    speed_ms: float
    lands: bool

    def at_s(self, seconds: float) -> tuple[float, float]:
        """Where she is, seconds after the fix; at the end of the way she stays."""
        d = min(seconds * self.speed_ms, float(self.dist_m[-1]))
        i = min(int(np.searchsorted(self.dist_m, d, side="right")) - 1, len(self.dist_m) - 2)
        span = float(self.dist_m[i + 1] - self.dist_m[i])
        w = (d - float(self.dist_m[i])) / span if span else 0.0
        east = (self.lon[i + 1] - self.lon[i] + 180.0) % 360.0 - 180.0
        lon = (self.lon[i] + w * east + 180.0) % 360.0 - 180.0
        return float(self.lat[i] + w * (self.lat[i + 1] - self.lat[i])), float(lon)

    @property
    def end_s(self) -> float:
        """Seconds after the fix at which the way ends; inf where she does not move."""
        return float(self.dist_m[-1]) / self.speed_ms if self.speed_ms else float("inf")


def course_of(fix: Fix, hours: float, coast: Coast) -> Course | None:
    """Her way for some hours; None: course or speed is not known. Land within HARBOUR_M ends no way."""
    if fix.sog_kn is None or (fix.cog_deg is None and fix.sog_kn > 0):
        return None
    speed = fix.sog_kn * KN_MS
    long_m = speed * hours * 3600
    d = np.linspace(0.0, long_m, max(2, int(long_m / STEP_M) + 2))
    lat, lon = ahead(fix.lat, fix.lon, fix.cog_deg or 0.0, d)
    dry = coast.on_land(lat, lon) & (d > HARBOUR_M)
    lands = bool(dry.any())
    n = max(2, int(np.argmax(dry))) if lands else len(d)
    return Course(d[:n], lat[:n], lon[:n], speed, lands)
