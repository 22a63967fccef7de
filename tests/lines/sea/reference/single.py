"""Sections 4 to 7, 10 and 11 of docs/detectors.md, slowly: the kinds of one vessel, ports aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.lines.sea.reference.rows import SECOND, Row, Track, distance_m

PortDistance = Callable[[float, float], float]


@dataclass(frozen=True)
class Found:
    """One event as the reference sees it."""

    kind: str
    subject: str
    other: str | None
    t0: int
    t1: int
    lat: float
    lon: float
    value: float


class Reception:
    """Section 4: who was heard where, in bins of ten minutes."""

    def __init__(self, tracks: Iterable[Track], profile: Any) -> None:
        self.p = lambda name: profile.value("reception", name)
        self.bin_us = int(self.p("bin_s")) * SECOND
        self.cell = self.p("cell_deg")
        self.signs: dict[int, list[tuple[int, int]]] = {}
        for track in tracks:
            seen: set[int] = set()
            for row in track.good:
                b = row.t // self.bin_us
                if b not in seen:
                    seen.add(b)
                    self.signs.setdefault(b, []).append(self.cell_of(row.lat, row.lon))

    def cell_of(self, lat: float, lon: float) -> tuple[int, int]:
        return int(lat // self.cell), int(lon // self.cell)

    def heard(self, b: int, at: Row) -> int:
        y, x = self.cell_of(at.lat, at.lon)
        around = round(360 / self.cell)

        def near(cell: tuple[int, int]) -> bool:
            dx = abs(cell[1] - x)
            return abs(cell[0] - y) <= 1 and min(dx, around - dx) <= 1

        return sum(near(c) for c in self.signs.get(b, []))

    def known(self, a: Row, end_us: int) -> bool:
        until = min(end_us, a.t + int(self.p("window_s")) * SECOND)
        first = a.t // self.bin_us + 1
        bins = range(first, until // self.bin_us)
        if not bins:
            return False
        return sum(self.heard(b, a) >= self.p("min_ships") for b in bins) / len(bins) >= self.p("min_share")


def gaps(track: Track, profile: Any, reception: Reception, port_m: PortDistance) -> Iterable[Found]:
    """Section 5."""
    rows = [r for r, _ in track.rows]
    for i in range(1, len(rows)):
        a, b = rows[i - 1], rows[i]
        if not _silent(rows[:i], b.t, profile, port_m):
            continue
        if profile.value("gap", "needs_reception") and not reception.known(a, b.t):
            continue
        yield Found("gap", track.subject, None, a.t, b.t, a.lat, a.lon, (b.t - a.t) / SECOND / 3600)


def open_gap(
    track: Track, profile: Any, reception: Reception, port_m: PortDistance, as_of: int
) -> Iterable[Found]:
    """Section 6."""
    rows = [r for r, _ in track.rows]
    if rows and _silent(rows, as_of, profile, port_m) and reception.known(rows[-1], as_of):
        a = rows[-1]
        hours = (as_of - a.t) / SECOND / 3600
        yield Found("open_gap", track.subject, None, a.t, as_of, a.lat, a.lon, hours)


def _silent(before: list[Row], end: int, profile: Any, port_m: PortDistance) -> bool:
    a = before[-1]
    if not end - a.t > profile.value("gap", "min_gap_s") * SECOND:
        return False
    minute = 60 * SECOND
    since = a.t // minute - profile.value("gap", "before_minutes")
    if sum(r.t // minute >= since for r in before) < profile.value("gap", "min_before"):
        return False
    limit = profile.value("gap", "min_port_m")
    return not limit or port_m(a.lat, a.lon) >= limit


def loitering(
    track: Track, profile: Any, port_m: PortDistance, at_sea: Callable[[float, float, float], bool]
) -> Iterable[Found]:
    """Section 7."""

    def p(name: str) -> Any:
        return profile.value("loitering", name)

    width = int(p("bucket_s")) * SECOND
    for rows in track.of_segments().values():
        buckets: list[dict[str, Any]] = []
        for i, row in enumerate(rows):
            if not buckets or buckets[-1]["n"] != row.t // width:
                start = rows[i - 1] if i else row
                buckets.append({"n": row.t // width, "start": start, "hours": 0.0, "metres": 0.0})
            if i:
                old = rows[i - 1]
                buckets[-1]["hours"] += (row.t - old.t) / SECOND / 3600
                buckets[-1]["metres"] += distance_m(old.lat, old.lon, row.lat, row.lon)
            buckets[-1]["last"] = row
        group: list[dict[str, Any]] = []
        for b in [*buckets, None]:
            if b and b["hours"] > 0 and b["metres"] / b["hours"] / 1852 < p("slow_kn"):
                group.append(b)
                continue
            if group and len(group) >= p("min_buckets"):
                start = group[0]["start"]
                limit = p("min_port_m")
                clear = not limit or port_m(start.lat, start.lon) >= limit
                if clear and at_sea(start.lat, start.lon, p("min_coast_m")):
                    hours = 0.0
                    for g in group:
                        hours += g["hours"]
                    yield Found(
                        *("loitering", track.subject, None, start.t, group[-1]["last"].t),
                        *(start.lat, start.lon, 60 * hours),
                    )
            group = []


def zone_visits(
    track: Track, profile: Any, zones: dict[str, list[list[tuple[float, float]]]], as_of: int
) -> Iterable[Found]:
    """Section 10; zones as rings of (lon, lat) without a repeated last vertex."""
    breaks = profile.value("zone_visit", "break_s") * SECOND
    for rings in zones.values():
        inside: list[Row] = []
        runs: list[tuple[list[Row], bool]] = []
        for row, _ in track.rows:
            if inside and row.t - inside[-1].t > breaks:
                runs.append((inside, False))
                inside = []
            if within(row.lon, row.lat, rings):
                inside.append(row)
            elif inside:
                runs.append((inside, False))
                inside = []
        if inside:
            runs.append((inside, True))
        for run, still in runs:
            if len(run) >= profile.value("zone_visit", "min_rows"):
                end = as_of if still else run[-1].t
                minutes = (end - run[0].t) / SECOND / 60
                yield Found("zone_visit", track.subject, None, run[0].t, end, run[0].lat, run[0].lon, minutes)


def within(x: float, y: float, rings: list[list[tuple[float, float]]]) -> bool:
    odd = False
    for ring in rings:
        for j, (xi, yi) in enumerate(ring):
            xj, yj = ring[j - 1]
            if (yi > y) != (yj > y) and x < (xj - xi) * (y - yi) / (yj - yi) + xi:
                odd = not odd
    return odd


def fast_near_coast(
    track: Track, profile: Any, coast_m: PortDistance, port_m: PortDistance
) -> Iterable[Found]:
    """Section 11."""

    def p(name: str) -> Any:
        return profile.value("fast_near_coast", name)

    def counts(r: Row) -> bool:
        if r.sog is None or not r.sog > p("min_sog_kn") or not coast_m(r.lat, r.lon) < p("max_coast_m"):
            return False
        return not p("port_free_m") > 0 or port_m(r.lat, r.lon) >= p("port_free_m")

    run: list[Row] = []
    for row in [*(r for r, _ in track.rows), None]:
        if row and counts(row) and (not run or row.t - run[-1].t <= p("break_s") * SECOND):
            run.append(row)
            continue
        if run and len(run) >= p("min_rows"):
            top = max(r.sog or 0.0 for r in run)
            yield Found(
                "fast_near_coast", track.subject, None, run[0].t, run[-1].t, run[0].lat, run[0].lon, top
            )
        run = [row] if row and counts(row) else []
