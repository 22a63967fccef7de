"""Receivers: where they stand, how far they hear, what hides ships from them, when they fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huanqiong.core.schema import T
from huanqiong.drill import plane
from huanqiong.drill.plane import F8
from huanqiong.drill.scene import Scene
from huanqiong.drill.truth import Fact

COVERAGE = pa.schema(
    [
        ("receiver", pa.string()),
        ("lat", pa.float64()),  # null: a satellite
        ("lon", pa.float64()),
        ("height_m", pa.float64()),
        ("range_nm", pa.float64()),  # to an aerial 15 m above the sea
        ("outage_t0", T),  # null: none in this window
        ("outage_t1", T),
    ]
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """All receivers of a world, and the one outage of its window (seconds from the start)."""

    names: list[str]
    sites: list[dict[str, Any]]
    satellite: dict[str, Any]
    rules: dict[str, Any]
    phase_s: float
    down: dict[str, tuple[float, float]]
    why_zh: str
    why_en: str

    def range_nm(self, height_m: float, antenna_m: F8 | float) -> F8:
        """Radio horizon between two aerials, stretched; nautical miles. Source: ITU-R P.453, 4/3 earth."""
        km = self.rules["horizon_km"] * (np.sqrt(height_m) + np.sqrt(antenna_m)) * self.rules["stretch"]
        return np.asarray(km / 1.852)

    def receive(
        self, rng: np.random.Generator, t: F8, lat: F8, lon: F8, antenna_m: F8, fading: F8
    ) -> NDArray[np.int64]:
        """Index of the receiver that heard each report best; -1 where none did."""
        n = len(t)
        none = np.ones(n)  # chance that no shore station hears it
        quiet = np.ones(n)  # the same with every station up: low where the coast is crowded
        best, who = np.zeros(n), np.full(n, -1)
        kilo = np.cos(np.radians(lat))
        for i, site in enumerate(self.sites):
            north, east = (lat - site["at"][0]) * 60, (lon - site["at"][1]) * 60 * kilo
            reach = self.range_nm(site["height_m"], antenna_m)
            away = np.hypot(north, east)
            # beyond 1.6 of the range the logistic is below 0.0002
            near = np.flatnonzero(away < reach * 1.6)
            a, r = away[near], reach[near]
            p = self.rules["best"] / (1 + np.exp((a / r - 0.93) / self.rules["softness"]))
            bearing = np.degrees(np.arctan2(east[near], north[near])) % 360
            for low, high, share in site.get("shadow", []):
                inside = (bearing - low) % 360 < (high - low) % 360
                p = np.where(inside & (a > 3), p * share, p)
            quiet[near] *= 1 - p
            if site["id"] in self.down:
                t0, t1 = self.down[site["id"]]
                p = np.where((t[near] >= t0) & (t[near] < t1), 0.0, p)
            none[near] *= 1 - p
            better = near[p > best[near]]
            best[near] = np.maximum(best[near], p)
            who[better] = i
        heard = rng.uniform(0, 1, n) < (1 - none) * fading
        over = (t + self.phase_s) % (self.satellite["every_min"] * 60) < self.satellite["pass_min"] * 60
        above = ~heard & over & (1 - quiet < 0.3) & (rng.uniform(0, 1, n) < self.satellite["heard"] * fading)
        return np.where(heard & (who >= 0), who, np.where(above, len(self.sites), -1))

    def table(self, start_us: int) -> pa.Table:
        """Receivers as rows of `COVERAGE`."""

        def at(site: dict[str, Any], k: int) -> int | None:
            span = self.down.get(site["id"])
            return None if span is None else start_us + round(span[k]) * 1_000_000

        rows = {
            "receiver": self.names,
            "lat": [s["at"][0] for s in self.sites] + [None],
            "lon": [s["at"][1] for s in self.sites] + [None],
            "height_m": [float(s["height_m"]) for s in self.sites] + [None],
            "range_nm": [round(float(self.range_nm(s["height_m"], 15.0)), 1) for s in self.sites] + [None],
            "outage_t0": pa.array([at(s, 0) for s in self.sites] + [None], pa.int64()).cast(T),
            "outage_t1": pa.array([at(s, 1) for s in self.sites] + [None], pa.int64()).cast(T),
        }
        return pa.table(rows, schema=COVERAGE)


def set_up(scene: Scene) -> Coverage:
    """The bundled receivers with one outage drawn for this seed."""
    rng = scene.rng("coverage")
    s = scene.set
    fault = s["outage"][int(rng.integers(0, len(s["outage"])))]
    t0 = scene.at(0, rng.uniform(*s["outage_hours"]["at"]))
    t0 = t0 if t0 > 3600 else t0 + 86_400
    t1 = t0 + rng.uniform(*s["outage_hours"]["lasts"]) * 3600
    names = [x["id"] for x in s["station"]] + [s["satellite"]["id"]]
    return Coverage(
        names, s["station"], s["satellite"], s["reception"], float(rng.uniform(0, 5000)),
        dict.fromkeys(fault["sites"], (t0, t1)), fault["zh"], fault["en"],
    )  # fmt: skip


def silenced(scene: Scene, coverage: Coverage, ship: NDArray[np.int64], t_s: NDArray[np.int64]) -> list[Fact]:
    """Innocent gaps: ships that were under way near the dead receivers, and heard before and after only."""
    if not coverage.down:
        return []
    t0, t1 = next(iter(coverage.down.values()))
    facts = []
    order = np.argsort(ship, kind="stable")
    cuts = np.searchsorted(ship[order], np.arange(len(scene.vessels) + 1))
    sites = [np.array(s["at"]) for s in coverage.sites if s["id"] in coverage.down]
    for i, v in enumerate(scene.vessels):
        t = t_s[order[cuts[i] : cuts[i + 1]]]
        k = int(np.searchsorted(t, (t0 + t1) / 2))
        if k == 0 or k == len(t) or v.quiet or v.kind in ("buoy", "aid"):
            continue
        a, b = float(t[k - 1]), float(t[k])
        if b - a < 0.6 * (t1 - t0) or a < t0 - 1200 or b > t1 + 1200:
            continue
        p = v.track.point(a)
        if min(plane.apart_nm(p, s) for s in sites) < 60:
            facts.append(
                Fact(
                    "innocent-outage",
                    "gap",
                    v.identity.mmsi,
                    a,
                    b,
                    float(p[0]),
                    float(p[1]),
                    coverage.why_zh,
                    coverage.why_en,
                )
            )
    return facts
