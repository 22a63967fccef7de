"""What is heard: reports at each ship's pace, the horizon of each receiver, hills, outages, satellite passes.

Everything a report carries is rounded here as AIS rounds it (1/10,000 minute, 0.1 kn, 0.1 degree, whole
seconds), so that the tables and the sentences made from them hold exactly the same values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huanqiong.drill.coverage import Coverage
from huanqiong.drill.plane import F8
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import AT_ANCHOR, MOORED

I8 = NDArray[np.int64]
SPAN_S = 15.0


@dataclass(frozen=True, slots=True)
class Heard:
    """Reports in time order; raw numbers as on the air. -1: not available (heading, status)."""

    ship: I8  # index into the scene's vessels
    t_s: I8  # whole seconds from the window's start
    lat_raw: I8  # 1/600,000 degree
    lon_raw: I8
    sog_raw: I8  # 0.1 kn
    cog_raw: I8  # 0.1 degree
    heading: I8
    status: I8
    receiver: I8  # index into coverage names


def listen(scene: Scene, coverage: Coverage) -> Heard:
    """Every vessel's reports that some receiver heard."""
    parts = [_sent(scene, i, v) for i, v in enumerate(scene.vessels)]
    sent = np.concatenate([p for p in parts if len(p)])
    order = np.lexsort((sent[:, 0], sent[:, 1]))
    sent = sent[order]
    ship = sent[:, 0].astype(np.int64)
    rng = scene.rng("reception")
    antenna = np.array([v.antenna_m for v in scene.vessels])[ship]
    fading = np.array([v.fading for v in scene.vessels])[ship]
    receiver = coverage.receive(rng, sent[:, 1], sent[:, 2], sent[:, 3], antenna, fading)
    kept = receiver >= 0
    whole = np.rint(sent[kept]).astype(np.int64)
    return Heard(
        ship[kept], whole[:, 1],
        np.rint(sent[kept, 2] * 600_000).astype(np.int64), np.rint(sent[kept, 3] * 600_000).astype(np.int64),
        whole[:, 4], whole[:, 5] % 3600, whole[:, 6], whole[:, 7], receiver[kept],
    )  # fmt: skip


def _sent(scene: Scene, i: int, v: Vessel) -> F8:
    """One vessel's reports: ship, t, lat, lon, sog (0.1 kn), cog (0.1 deg), heading, status."""
    rules = scene.set["reports"]
    rng = scene.rng("radio", v.identity.mmsi)
    every = v.every_s or rules["class_a_s" if v.cls == "A" else "class_b_s"]
    begin, end = max(0.0, float(v.track.t[0])), min(scene.t1, float(v.track.t[-1]))
    t = np.arange(begin + rng.uniform(0, every), end, every)
    if not len(t):
        return np.empty((0, 8))
    t = np.unique(np.rint(np.clip(t + rng.uniform(-1, 1, len(t)) * rules["jitter_s"], begin, end - 1)))
    for dark0, dark1 in v.quiet:
        t = t[(t < dark0) | (t > dark1)]
    before, after = v.track.at(t - SPAN_S), v.track.at(t + SPAN_S)
    lat, lon = v.track.at(t)
    k = np.cos(np.radians(lat))
    north, east = after[0] - before[0], (after[1] - before[1]) * k
    sog = np.hypot(north, east) * 60 / (2 * SPAN_S) * 3600
    course = np.degrees(np.arctan2(east, north)) % 360
    status = v.track.status_at(t)

    keep = (
        (sog > rules["slow_kn"])
        | (np.arange(len(t)) % max(1, round(rules["slow_s"] / every)) == 0)
        | (v.kind in ("buoy", "sart_test"))
    )
    t, lat, lon, k, sog, course, status = (x[keep] for x in (t, lat, lon, k, sog, course, status))
    n = len(t)
    slow = sog < 0.4
    sog = np.where(slow, np.abs(rng.normal(0, 0.06, n)) + sog, sog + rng.normal(0, 0.08, n))
    cog = np.where(slow, rng.uniform(0, 360, n), course + rng.normal(0, 1.2, n) / np.maximum(sog, 0.5) * 5)
    return np.column_stack([
        np.full(n, float(i)), t,
        lat + rng.normal(0, rules["gps_m"], n) / 111_195.0,
        lon + rng.normal(0, rules["gps_m"], n) / 111_195.0 / k,
        np.clip(sog * 10, 0, 1022), np.rint((cog % 360) * 10) % 3600,
        _heading(rng, v, t, course, status), status if v.cls == "A" else np.full(n, -1.0),
    ])  # fmt: skip


def _heading(rng: np.random.Generator, v: Vessel, t: F8, course: F8, status: NDArray[np.int8]) -> F8:
    """Degrees true by the gyro; -1 for small craft that have none."""
    n = len(t)
    if (v.cls == "B" and v.length_m < 30) or v.kind in ("buoy", "sart_test"):
        return np.full(n, -1.0)
    lies = float(rng.uniform(0, 360))
    swing = lies + 70 * np.sin(t / (23.93 * 3600) * 2 * np.pi)
    out = course + float(rng.normal(0, 1.5)) + rng.normal(0, 0.7, n)
    out = np.where(status == AT_ANCHOR, swing + rng.normal(0, 1.5, n), out)
    out = np.where(status == MOORED, lies, out)
    return np.asarray(np.rint(out) % 360)


def static_rows(scene: Scene, heard: Heard) -> I8:
    """Which heard reports are followed by static data: the first a ship has in each period."""
    period = heard.t_s // int(scene.set["reports"]["static_s"])
    key = heard.ship * 1_000_000 + period
    _, first = np.unique(key, return_index=True)
    kinds = np.array([v.kind == "sart_test" for v in scene.vessels])
    first = np.sort(first)
    return first[~kinds[heard.ship[first]]]
