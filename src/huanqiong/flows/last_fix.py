"""Where a vessel was last heard up to a moment, and her hours before that: the lake, then the live feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from huanqiong.flows.sea_now import Now
from huanqiong.flows.sea_picture import Picture

TRACK_H: Final = 6.0
"""Hours of track behind the fix: those of the map."""
LOOK_BACK_H: Final = (TRACK_H, 48.0)
"""First the hours of the map; a vessel that fell silent is looked for further back."""
MOST_POINTS: Final = 300
_NAMES: Final = ("t", "lat", "lon", "sog", "cog")


@dataclass(frozen=True, slots=True)
class LastFix:
    """The last report. `sog_kn`, `cog_deg` None: not available; `track` the hours up to it, oldest first."""

    at: datetime
    lat: float
    lon: float
    sog_kn: float | None
    cog_deg: float | None
    track: tuple[tuple[float, float], ...]


def last_fix(picture: Picture, mmsi: int, at: datetime, now: Now | None = None) -> LastFix | None:
    """The vessel's last report at or before `at`; None where none was heard for two days.

    `now`: the live feed's newest rows, which the lake does not hold yet.
    """
    found = {n: np.empty(0) for n in _NAMES}
    for hours in LOOK_BACK_H:
        found = picture.track(mmsi, at - timedelta(hours=hours), at)
        if len(found["t"]):
            break
    if now is not None:
        found = _with_live(found, now, mmsi, at)
    if not len(found["t"]):
        return None
    t = np.asarray(found["t"], np.int64)
    rows = np.flatnonzero(t >= t[-1] - TRACK_H * 3600)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int))]
    lat, lon = (np.asarray(found[n], np.float64) for n in ("lat", "lon"))
    return LastFix(
        datetime.fromtimestamp(int(t[-1]), UTC),
        float(lat[-1]),
        float(lon[-1]),
        _known(found["sog"][-1]),
        _known(found["cog"][-1]),
        tuple(zip(lat[rows].tolist(), lon[rows].tolist(), strict=True)),
    )


def _known(value: float) -> float | None:
    return None if value != value else float(value)


def _with_live(found: dict[str, np.ndarray], now: Now, mmsi: int, at: datetime) -> dict[str, np.ndarray]:
    """The rows with the feed's newest one behind them, where that is newer and not after `at`."""
    new = now.since(0)[1]
    keep = (new["mmsi"] == mmsi) & (new["t"] <= at.timestamp())
    if len(found["t"]):
        keep &= new["t"] > found["t"][-1]
    return {n: np.concatenate([np.asarray(found[n], np.float64), new[n][keep]]) for n in _NAMES}
