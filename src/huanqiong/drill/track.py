"""A vessel's true movement: knots in time, joined by straight runs; built piece by piece as a voyage.

Times are seconds from the window's start and may be negative (the warm-up). What receivers hear of it is
made in `radio.py`; the track itself knows no gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huanqiong.drill import plane
from huanqiong.drill.plane import F8

UNDER_WAY, AT_ANCHOR, NOT_UNDER_COMMAND, MOORED, FISHING, UNDEFINED = 0, 1, 2, 5, 7, 15
"""Navigational status. Source: ITU-R M.1371-5, table 47 (15 is also a distress device under test)."""


@dataclass(frozen=True, slots=True)
class Track:
    """Knots: seconds (rising), degrees, and the status that holds from each knot on."""

    t: F8
    lat: F8
    lon: F8
    status: NDArray[np.int8]

    def at(self, t: F8) -> tuple[F8, F8]:
        """Where the vessel is at the given times; held at its ends."""
        return np.interp(t, self.t, self.lat), np.interp(t, self.t, self.lon)

    def point(self, t: float) -> F8:
        """Where the vessel is at one time: latitude, longitude."""
        return np.array([np.interp(t, self.t, self.lat), np.interp(t, self.t, self.lon)])

    def status_at(self, t: F8) -> NDArray[np.int8]:
        """The status at the given times."""
        i = np.clip(np.searchsorted(self.t, t, side="right") - 1, 0, len(self.t) - 1)
        return self.status[i]


class Voyage:
    """Builds a track: sail, stay, drift; each piece goes on from where the last one ended."""

    def __init__(self, rng: np.random.Generator, t: float, at: F8) -> None:
        self.rng = rng
        self.t = float(t)
        self.at = np.asarray(at[:2], dtype=np.float64)
        self._t: list[F8] = [np.array([self.t])]
        self._lat: list[F8] = [self.at[:1].copy()]
        self._lon: list[F8] = [self.at[1:2].copy()]
        self._status: list[NDArray[np.int8]] = [np.array([MOORED], dtype=np.int8)]

    def _add(self, t: F8, lat: F8, lon: F8, status: int) -> None:
        keep = np.diff(np.concatenate([[self.t], t])) > 0.5
        t, lat, lon = t[keep], lat[keep], lon[keep]
        if not len(t):
            return
        self._status[-1][-1] = status
        self._t.append(t)
        self._lat.append(lat)
        self._lon.append(lon)
        self._status.append(np.full(len(t), status, dtype=np.int8))
        self.t, self.at = float(t[-1]), np.array([lat[-1], lon[-1]])

    def sail(self, way: F8, speed_kn: float, status: int = UNDER_WAY, unsteady: float = 0.04) -> Voyage:
        """Along the points of a way (from where it is), corners rounded, speed wavering by a share."""
        room = way[:, 2] if way.shape[1] > 2 else np.zeros(len(way))
        pts = np.vstack([[*self.at, 0.0], np.column_stack([way[:, :2], room])])
        run = plane.dense(plane.eased(pts), 3.0)
        leg = plane.legs_nm(run)
        waver = self.rng.normal(0, 1, len(leg) + 4)
        smooth = np.convolve(waver, np.ones(5) / 5, "valid") * unsteady * 2.0
        took = leg / (speed_kn * np.clip(1 + smooth, 0.6, 1.4)) * 3600.0
        self._add(self.t + np.cumsum(took), run[1:, 0], run[1:, 1], status)
        return self

    def moor(self, until: float) -> Voyage:
        """Fast alongside until a time; nothing if that has passed."""
        if until > self.t:
            self._add(np.array([until]), self.at[:1], self.at[1:2], MOORED)
        return self

    def anchor(self, until: float, swing_nm: float) -> Voyage:
        """At anchor until a time, swinging on the chain with the tide.

        Source: K1, the daily tide of the Gulf of Tonkin, has a period of 23.93 h.
        """
        if until - self.t < 60:
            return self
        t = np.append(np.arange(self.t + 600, until, 600.0), until)
        a = self.rng.uniform(0, 360)
        sway = 70 * np.sin((t - self.t) / (23.93 * 3600) * 2 * np.pi) + self.rng.normal(0, 4, len(t))
        centre = np.array(plane.offset(self.at[0], self.at[1], a + 180.0, swing_nm))
        lat, lon = plane.offset(centre[0], centre[1], a + sway, swing_nm)
        self._add(t, lat, lon, AT_ANCHOR)
        return self

    def drift(self, until: float, set_deg: float, rate_kn: float, status: int = UNDER_WAY) -> Voyage:
        """Carried by wind and stream, turning with the tide, until a time."""
        if until - self.t < 60:
            return self
        t = np.append(np.arange(self.t + 300, until, 300.0), until)
        dt = np.diff(np.concatenate([[self.t], t])) / 3600.0
        heading = set_deg + 50 * np.sin((t - self.t) / (12.4 * 3600) * 2 * np.pi)
        heading += np.cumsum(self.rng.normal(0, 5, len(t)))
        rate = rate_kn * np.clip(1 + 0.25 * self.rng.normal(0, 1, len(t)), 0.4, 1.7)
        north = np.cumsum(np.cos(np.radians(heading)) * rate * dt)
        east = np.cumsum(np.sin(np.radians(heading)) * rate * dt)
        lat = self.at[0] + north / 60.0
        lon = self.at[1] + east / 60.0 / np.cos(np.radians(self.at[0]))
        self._add(t, lat, lon, status)
        return self

    def shift(self, by_s: float, since: float | None = None) -> Voyage:
        """The whole voyage moved in time; with `since`, lying where it began from then until it leaves."""
        self._t = [t + by_s for t in self._t]
        self.t += by_s
        if since is not None and since < self._t[0][0]:
            self._t.insert(0, np.array([since]))
            self._lat.insert(0, self._lat[0][:1])
            self._lon.insert(0, self._lon[0][:1])
            self._status.insert(0, np.array([MOORED], dtype=np.int8))
        return self

    def run(self, rows: F8, status: int) -> Voyage:
        """Along rows of time, latitude, longitude that were worked out elsewhere."""
        self._add(rows[:, 0], rows[:, 1], rows[:, 2], status)
        return self

    def done(self) -> Track:
        """The finished track."""
        return Track(
            np.concatenate(self._t),
            np.concatenate(self._lat),
            np.concatenate(self._lon),
            np.concatenate(self._status),
        )


def alongside(track: Track, t0: float, t1: float, dist_nm: float, bearing_deg: float) -> F8:
    """The way of a vessel keeping at a fixed side of another: rows of time, latitude, longitude."""
    inner = track.t[(track.t > t0) & (track.t < t1)]
    t = np.unique(np.concatenate([[t0], inner, np.arange(t0, t1, 300.0), [t1]]))
    lat, lon = plane.offset(*track.at(t), bearing_deg, dist_nm)
    return np.column_stack([t, lat, lon])
