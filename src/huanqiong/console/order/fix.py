"""Where a vessel was last heard, and her last hours before that, at the store's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from huanqiong.console.house import WINDOW_H, house
from huanqiong.console.live import live_desk

LOOK_BACK_H = (WINDOW_H, 48.0)
"""First the hours of the map; a vessel that fell silent is looked for further back."""
MOST_POINTS = 300


@dataclass(frozen=True, slots=True)
class Fix:
    """The last report. `sog_kn`, `cog_deg` None: not available; `track` the hours up to it, oldest first."""

    at: datetime
    lat: float
    lon: float
    sog_kn: float | None
    cog_deg: float | None
    track: tuple[tuple[float, float], ...]


def last_fix(mmsi: int, at: datetime) -> Fix | None:
    """The vessel's last report up to `at`; None where none was heard for two days."""
    found = {n: np.empty(0) for n in ("t", "lat", "lon", "sog", "cog")}
    for hours in LOOK_BACK_H:
        found = house().picture.track(mmsi, at - timedelta(hours=hours), at)
        if len(found["t"]):
            break
    found = _with_live(found, mmsi, at)
    if not len(found["t"]):
        return None
    t = np.asarray(found["t"], np.int64)
    rows = np.flatnonzero(t >= t[-1] - WINDOW_H * 3600)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int))]
    lat, lon = (np.asarray(found[n], np.float64) for n in ("lat", "lon"))
    return Fix(
        datetime.fromtimestamp(int(t[-1]), UTC),
        float(lat[-1]),
        float(lon[-1]),
        _known(found["sog"][-1]),
        _known(found["cog"][-1]),
        tuple(zip(lat[rows].tolist(), lon[rows].tolist(), strict=True)),
    )


def _known(value: float) -> float | None:
    return None if value != value else float(value)


def _with_live(found: dict[str, np.ndarray], mmsi: int, at: datetime) -> dict[str, np.ndarray]:
    """The rows with the live feed's newest one behind them, where that is newer."""
    desk = live_desk()
    if desk is None:
        return found
    new = desk.now.since(0)[1]
    keep = (np.asarray(new["mmsi"]) == mmsi) & (np.asarray(new["t"]) <= at.timestamp() + 60)
    if len(found["t"]):
        keep &= np.asarray(new["t"]) > found["t"][-1]
    names = ("t", "lat", "lon", "sog", "cog")
    return {n: np.concatenate([np.asarray(found[n], np.float64), np.asarray(new[n])[keep]]) for n in names}
