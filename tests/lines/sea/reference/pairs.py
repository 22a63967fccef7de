"""Section 8 of docs/detectors.md, slowly: encounters by looking at every pair of every slot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import numpy as np
from tests.lines.sea.reference.rows import SECOND, Track, distance_m, wrap
from tests.lines.sea.reference.single import Found, PortDistance

from huanqiong.core.units import EARTH_RADIUS_M

Sample = tuple[float, float]
Slot = tuple[int, Sample, Sample, float]


def samples(track: Track, profile: Any) -> dict[int, list[Sample]]:
    """A subject's places at whole steps, one for each segment that has one there."""
    step = int(profile.value("encounter", "step_s")) * SECOND
    out: dict[int, list[Sample]] = {}
    for rows in track.of_segments().values():
        mine: dict[int, Sample] = {}
        for i in range(1, len(rows)):
            p, q = rows[i - 1], rows[i]
            if not 0 < q.t - p.t <= profile.value("encounter", "max_interp_s") * SECOND:
                continue
            lon2 = q.lon
            if q.lon - p.lon > 180:
                lon2 -= 360
            elif q.lon - p.lon < -180:
                lon2 += 360
            for s in range(-(-p.t // step) * step, q.t + 1, step):
                if s in mine:
                    continue
                w = (s - p.t) / (q.t - p.t)
                lon = lon2 * w + p.lon * (1 - w)
                lon = lon - 360 if lon >= 180 else lon + 360 if lon < -180 else lon
                mine[s] = (q.lat * w + p.lat * (1 - w), lon)
        for s, place in mine.items():
            out.setdefault(s, []).append(place)
    return out


def adjacent_slots(tracks: list[Track], profile: Any) -> dict[tuple[int, int], list[Slot]]:
    """For each pair (ranks in subject order) the slots at which they are adjacent, in time order."""
    limit = profile.value("encounter", "max_dist_m")
    at: dict[int, list[tuple[int, Sample]]] = {}
    for rank, track in enumerate(tracks):
        for s, places in samples(track, profile).items():
            at.setdefault(s, []).extend((rank, place) for place in places)
    pairs: dict[tuple[int, int], list[Slot]] = {}
    for s in sorted(at):
        there = at[s]
        xyz = _on_sphere(there)
        # The chord test only saves time: it lets through everything up to twice the limit.
        near = np.argwhere(np.triu(xyz @ xyz.T > math.cos(2 * limit / EARTH_RADIUS_M), 1))
        nearest: dict[tuple[int, int], Slot] = {}
        for i, j in near.tolist() if len(there) > 200 else combinations(range(len(there)), 2):
            (ra, a), (rb, b) = there[i], there[j]
            if ra == rb:
                continue
            if ra > rb:
                ra, a, rb, b = rb, b, ra, a
            d = distance_m(*a, *b)
            if d <= limit and (ra, rb) not in nearest or (ra, rb) in nearest and d < nearest[ra, rb][3]:
                nearest[ra, rb] = (s, a, b, d)
        for pair, slot in nearest.items():
            pairs.setdefault(pair, []).append(slot)
    return pairs


def _on_sphere(there: list[tuple[int, Sample]]) -> np.ndarray:
    lat = np.radians([p[0] for _, p in there])
    lon = np.radians([p[1] for _, p in there])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def place_of(run: list[Slot]) -> Sample:
    mids = [((a[0] + b[0]) / 2, a[1] + wrap(b[1] - a[1]) / 2) for _, a, b, _ in run]
    m0 = mids[0][1]
    lat = lon = 0.0
    for m in mids:
        lat += m[0]
        lon += wrap(m[1] - m0)
    return lat / len(mids), m0 + lon / len(mids)


def encounters(
    tracks: list[Track],
    profile: Any,
    port_m: PortDistance,
    at_sea: Callable[[float, float, float], bool],
) -> Iterable[Found]:
    def p(name: str) -> Any:
        return profile.value("encounter", name)

    step = int(p("step_s")) * SECOND
    for (ra, rb), slots in adjacent_slots(tracks, profile).items():
        runs: list[list[Slot]] = []
        for slot in slots:
            if runs and slot[0] - runs[-1][-1][0] == step:
                runs[-1].append(slot)
            else:
                runs.append([slot])
        kept = [r for r in runs if len(r) >= 2 and not port_m(*place_of(r)) < p("min_port_m")]
        groups: list[list[list[Slot]]] = []
        for run in kept:
            if groups and run[0][0] - groups[-1][-1][-1][0] < p("merge_s") * SECOND:
                groups[-1].append(run)
            else:
                groups.append([run])
        for group in groups:
            t0, t1 = group[0][0][0], group[-1][-1][0]
            speeds = []
            for run in group:
                for (_, a0, b0, _), (_, a1, b1, _) in zip(run, run[1:], strict=False):
                    for old, new in ((a0, a1), (b0, b1)):
                        v = distance_m(*old, *new) / p("step_s") / (1852 / 3600)
                        speeds.append(min(math.floor(v * 10), 255))
            median = sorted(speeds)[(len(speeds) - 1) // 2] / 10
            lat, lon = place_of(group[0])
            long_and_slow = t1 - t0 >= p("min_duration_s") * SECOND and median < p("max_median_kn")
            longest = p("max_duration_s")
            if longest and t1 - t0 > longest * SECOND:
                continue
            if long_and_slow and at_sea(lat, lon, p("min_coast_m")):
                minutes = (t1 - t0) / SECOND / 60
                metres = sorted(slot[3] // 10 * 10 for run in group for slot in run)
                if p("alongside_m") > 0 and metres[(len(metres) - 1) // 2] > p("alongside_m"):
                    minutes = min(minutes, profile.bands("encounter")[0] / 2)
                yield Found("encounter", tracks[ra].subject, tracks[rb].subject, t0, t1, lat, lon, minutes)
