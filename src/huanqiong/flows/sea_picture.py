"""The picture: where every vessel was last seen, at any moment, and the tracks behind.

Reads the lake, keeps the newest few days in memory sorted by vessel and time, and answers by binary
search, so that scrubbing a timeline costs milliseconds. What a live feed brings in is laid over it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from huanqiong.core.units import DAY_S, US

if TYPE_CHECKING:
    from huanqiong.flows.sea_now import Now
    from huanqiong.lake.positions import Lake

KEEP_DAYS = 4
"""Days held in memory; a day of the whole Danish network is about 0.3 GB."""
COLUMNS = ("mmsi", "device", "t", "lat", "lon", "sog_kn", "cog_deg", "heading")
_NAMES = ("mmsi", "t", "lat", "lon", "cog", "sog", "heading")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DayTracks:
    """One day's positions, sorted by vessel then time.

    `ships` int64[k] the subjects' numbers, ascending; `start` int64[k + 1] their first rows; `t` int64[n]
    microseconds; `lat`, `lon` float64[n]; `sog`, `cog`, `heading` float32[n], NaN = not available;
    `key` int64[n] ascending: ship's rank times `span` plus time since `base`, for binary search.
    """

    ships: np.ndarray
    start: np.ndarray
    t: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    sog: np.ndarray
    cog: np.ndarray
    heading: np.ndarray
    key: np.ndarray
    base: int
    span: int

    def last_before(self, at_us: int) -> np.ndarray:
        """int64[k]: each ship's last row at or before `at_us`; -1 where it has none."""
        since = min(max(at_us - self.base, -1), self.span - 1)
        asked = np.arange(len(self.ships), dtype=np.int64) * self.span + since
        row = np.searchsorted(self.key, asked, side="right") - 1
        return np.where(row >= self.start[:-1], row, -1)

    def rows_of(self, mmsi: int) -> slice:
        """The rows of one ship; empty where the day does not hold it."""
        i = int(np.searchsorted(self.ships, mmsi))
        if i == len(self.ships) or self.ships[i] != mmsi:
            return slice(0, 0)
        return slice(int(self.start[i]), int(self.start[i + 1]))


def tracks_of(table: pa.Table) -> DayTracks:
    """Sorts a positions table into tracks; rows without a place, a time or an MMSI stay out."""
    t = table.column("t").cast(pa.int64()).to_numpy(zero_copy_only=False)
    columns = {
        name: table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("mmsi", "lat", "lon", "sog_kn", "cog_deg", "heading")
    }
    good = ~(np.isnan(columns["mmsi"]) | np.isnan(columns["lat"]) | np.isnan(columns["lon"]))
    good &= ~table.column("t").is_null().to_numpy(zero_copy_only=False)
    mmsi = columns["mmsi"][good].astype(np.int64)
    t = t[good].astype(np.int64)
    order = np.lexsort((t, mmsi))
    mmsi = mmsi[order]
    ships, first, rank = np.unique(mmsi, return_index=True, return_inverse=True)
    t = t[order]
    base = int(t.min()) if len(t) else 0
    span = int(t.max()) - base + 2 if len(t) else 1

    def pick(name: str, kind: type) -> np.ndarray:
        return columns[name][good][order].astype(kind)

    return DayTracks(
        ships,
        np.append(first, len(mmsi)).astype(np.int64),
        t,
        pick("lat", np.float64),
        pick("lon", np.float64),
        pick("sog_kn", np.float32),
        pick("cog_deg", np.float32),
        pick("heading", np.float32),
        rank.astype(np.int64) * span + (t - base),
        base,
        span,
    )


class Picture:
    """The picture over one lake. Safe to ask from several threads."""

    def __init__(self, lake: Lake, now: Now | None = None) -> None:
        self._lake = lake
        self.now = now
        self._days: OrderedDict[tuple[date, object], DayTracks] = OrderedDict()
        self._lock = threading.Lock()

    def days(self) -> list[date]:
        """UTC days with positions, ascending."""
        return self._lake.days()

    def day(self, day: date) -> DayTracks:
        """One day's tracks, from memory or the lake; a day that late rows changed is read again."""
        key = (day, self._lake.version(day))
        with self._lock:
            if key in self._days:
                self._days.move_to_end(key)
                return self._days[key]
        t0 = datetime(day.year, day.month, day.day, tzinfo=UTC)
        read = tracks_of(self._lake.read(t0, t0 + timedelta(days=1), columns=COLUMNS))
        with self._lock:
            for old in [k for k in self._days if k[0] == day]:
                del self._days[old]
            self._days[key] = read
            while len(self._days) > KEEP_DAYS:
                self._days.popitem(last=False)
        return read

    def latest(self, at: datetime, window_h: float = 6.0) -> dict[str, np.ndarray]:
        """Each vessel's last position in the `window_h` hours up to `at`.

        Columns `mmsi` int64, `t` int64 (whole seconds), `lat`, `lon` float64, `cog`, `sog`, `heading`
        float32 (NaN = not available), one row a vessel.
        """
        at_us = _us(at)
        from_us = at_us - int(window_h * 3600 * US)
        parts = []
        for day in self._window(from_us, at_us):
            d = self.day(day)
            row = d.last_before(at_us)
            keep = row >= 0
            keep[keep] = d.t[row[keep]] >= from_us
            row, ships = row[keep], d.ships[keep]
            parts.append((ships, d.t[row], d.lat[row], d.lon[row], d.cog[row], d.sog[row], d.heading[row]))
        if self.now is not None:
            live = self.now.since(-1)[1]
            keep = (live["t"] * US >= from_us) & (live["t"] * US <= at_us)
            parts.append(tuple((live[n] * US if n == "t" else live[n])[keep] for n in _NAMES))
        names = _NAMES
        if not parts:
            return {name: np.empty(0) for name in names}
        columns = dict(zip(names, (np.concatenate(c) for c in zip(*parts, strict=True)), strict=True))
        order = np.lexsort((columns["t"], columns["mmsi"]))
        mmsi = columns["mmsi"][order]
        last = order[np.append(mmsi[1:] != mmsi[:-1], True)] if len(order) else order
        out = {name: values[last] for name, values in columns.items()}
        out["t"] = out["t"] // US
        return out

    def track(self, mmsi: int, t0: datetime, t1: datetime) -> dict[str, np.ndarray]:
        """One vessel's positions from `t0` to `t1`, in time order; columns as in `latest`."""
        a, b = _us(t0), _us(t1)
        parts: list[tuple[np.ndarray, ...]] = []
        for day in self._window(a, b):
            d = self.day(day)
            rows = d.rows_of(mmsi)
            keep = (d.t[rows] >= a) & (d.t[rows] <= b)
            parts.append(tuple(c[rows][keep] for c in (d.t, d.lat, d.lon, d.sog, d.cog, d.heading)))
        names = ("t", "lat", "lon", "sog", "cog", "heading")
        if not parts:
            return {name: np.empty(0) for name in names}
        out = dict(zip(names, (np.concatenate(c) for c in zip(*parts, strict=True)), strict=True))
        out["t"] = out["t"] // US
        return out

    def activity(self, t0: datetime, t1: datetime, bins: int = 240) -> dict[str, Any]:
        """Positions per time bin: `t` whole seconds of the bins' starts, `positions` their counts."""
        a, b = _us(t0), _us(t1)
        edges = np.linspace(a, b, bins + 1)
        counts = np.zeros(bins, np.int64)
        for day in self._window(a, b):
            counts += np.histogram(self.day(day).t, edges)[0]
        return {"t": (edges[:-1] / US).astype(np.int64), "positions": counts}

    def _window(self, from_us: int, to_us: int) -> list[date]:
        first, last = from_us // (DAY_S * US), to_us // (DAY_S * US)
        have = set(self._lake.days())
        return [d for n in range(first, last + 1) if (d := _EPOCH + timedelta(days=n)) in have]


def _us(t: datetime) -> int:
    return round(t.timestamp() * US)
