"""Sections 1 and 2 of docs/detectors.md, slowly: from a table to each subject's track."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from huanqiong.core.ids import holder
from huanqiong.core.units import EARTH_RADIUS_M

HOUR = 3_600_000_000
SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class Row:
    """One usable report; speed and course None where unknown. `noise`: its speed is a code, not a speed."""

    t: int
    lat: float
    lon: float
    sog: float | None
    cog: float | None
    noise: bool


@dataclass
class Segment:
    number: int
    overlapping: bool
    count: int = 0
    last: list[tuple[Row, float]] = field(default_factory=list)  # newest first


@dataclass
class Track:
    """A subject's handed-on rows with their segments, and its good rows."""

    subject: str
    rows: list[tuple[Row, int]] = field(default_factory=list)
    good: list[Row] = field(default_factory=list)

    def of_segments(self) -> dict[int, list[Row]]:
        out: dict[int, list[Row]] = {}
        for row, segment in self.rows:
            out.setdefault(segment, []).append(row)
        return out


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    f1, f2 = math.radians(lat1), math.radians(lat2)
    h = (
        math.sin((f2 - f1) / 2) ** 2
        + math.cos(f1) * math.cos(f2) * math.sin((math.radians(lon2) - math.radians(lon1)) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def wrap(x: float) -> float:
    return x if -180 <= x < 180 else ((x + 180) % 360) - 180


def subjects(table: pa.Table, profile: Any) -> dict[str, list[Row]]:
    """Section 1: usable rows of each subject in canonical order, subjects in theirs."""
    skip = set(profile.value("input", "skip_holders"))
    bounds = profile.value("input", "noise_sog_kn")
    noisy = list(zip(bounds[::2], bounds[1::2], strict=True))
    names = set(table.column_names)
    t = table.column("t").cast(pa.int64()).to_pylist()
    lists = {
        n: table.column(n).to_pylist() if n in names else [None] * len(t)
        for n in ("mmsi", "device", "lat", "lon", "sog_kn", "cog_deg")
    }
    found: dict[tuple[int, Any], set[tuple[Any, ...]]] = {}
    for i, at in enumerate(t):
        mmsi, device = lists["mmsi"][i], lists["device"][i]
        lat, lon = lists["lat"][i], lists["lon"][i]
        if at is None or lat is None or lon is None or math.isnan(lat) or math.isnan(lon):
            continue
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            continue
        if mmsi is not None:
            if holder(mmsi) in skip:
                continue
            key: tuple[int, Any] = (0, mmsi)
        elif device is not None:
            key = (1, device)
        else:
            continue
        found.setdefault(key, set()).add(
            (at, lat, lon, _number(lists["sog_kn"][i]), _number(lists["cog_deg"][i]))
        )
    out = {}
    for kind, who in sorted(found):
        rows = sorted(found[kind, who], key=lambda r: tuple((v is None, v or 0) for v in r))
        out[f"mmsi:{who}" if kind == 0 else f"device:{who}"] = [_row(r, noisy) for r in rows]
    return out


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value + 0.0


def _row(r: tuple[Any, ...], noisy: list[tuple[float, float]]) -> Row:
    t, lat, lon, sog, cog = r
    noise = sog is not None and any(a <= sog <= b for a, b in noisy)
    if sog is not None and (noise or sog < 0 or sog > 102.35):
        sog = None
    if cog is not None and not 0 <= cog < 360:
        cog = None
    return Row(t, lat, lon, sog, cog, noise)


def track_of(subject: str, rows: list[Row], profile: Any) -> Track:
    """Section 2: one subject's rows to its track."""

    def p(name: str) -> Any:
        return profile.value("segment", name)

    track = Track(subject)
    open_segments: list[Segment] = []
    ever_full, opened = False, 0
    memory: list[Row] = []
    held: tuple[Row, int] | None = None
    for row in rows:
        if row.noise:
            continue
        full = row.sog is not None and row.cog is not None
        slow = row.sog is not None and row.sog <= p("very_slow_kn")
        drop = not full and not slow and ever_full and not p("keep_unknown_motion")
        ever_full = ever_full or full
        if drop:
            continue
        same = any((m.lat, m.lon, m.sog, m.cog) == (row.lat, row.lon, row.sog, row.cog) for m in memory)
        if row.sog is not None and row.sog > 0 and same:
            continue
        memory = [*memory, row][-p("repeat_memory") :]
        open_segments = [s for s in open_segments if row.t - s.last[0][0].t <= p("max_hours") * HOUR]
        matches = []
        for s in open_segments:
            best = match(s, row, profile)
            if best:
                matches.append((best[0] * weigh(s.count / p("short_rows")), best, s))
        chosen: Segment | None = None
        dropped: list[Row] = []
        if matches:
            top = max(m[0] for m in matches)
            first = next(m for m in matches if m[0] == top)
            rivals = [m[2] for m in matches if m[2] is not first[2] and m[0] * p("ambiguity") >= top]
            if rivals:
                open_segments = [s for s in open_segments if s is not first[2] and s not in rivals]
            else:
                chosen = first[2]
                metric, k = first[1]
                dropped = [r for r, _ in chosen.last[:k]]
                chosen.last = [(row, metric), *chosen.last[k:]][: p("lookback")]
                chosen.count += 1
        if chosen is None:
            if len(open_segments) >= p("max_open"):
                oldest = min(open_segments, key=lambda s: (s.last[0][0].t, s.number))
                open_segments.remove(oldest)
            chosen = Segment(opened, bool(open_segments), 1, [(row, 0.0)])
            opened += 1
            open_segments.append(chosen)
        if chosen.overlapping and chosen.count < p("overlap_rows"):
            continue
        track.good.append(row)
        if held is not None:
            lost = any(r is held[0] for r in dropped) and row.t - held[0].t <= p("hold_s") * SECOND
            if not lost:
                track.rows.append(held)
        held = (row, chosen.number)
    if held is not None:
        track.rows.append(held)
    return track


def weigh(a: float) -> float:
    return a / math.sqrt(1 + a * a)


def match(s: Segment, row: Row, profile: Any) -> tuple[float, int] | None:
    """The best (metric, rows to forget) of a segment for a row; None where it does not match."""
    best: tuple[float, int] | None = None
    top = 0.0
    for k, (old, _) in enumerate(s.last):
        if row.t - old.t > profile.value("segment", "max_hours") * HOUR:
            break
        existing = 0.0 if k == 0 else s.last[k - 1][1]
        value = metric(old, row, profile)
        if value == 0:
            continue
        bound = value / max(1, profile.value("segment", "lookback_factor") * k)
        if bound <= existing:
            continue
        if bound > top:
            top, best = bound, (value, k)
    return best


def metric(a: Row, b: Row, profile: Any) -> float:
    """How well row b continues row a, 0 = not at all."""

    def p(name: str) -> float:
        return float(profile.value("segment", name))

    def motion(r: Row) -> tuple[float, float]:
        if r.sog is None or r.cog is None:
            return 0.0, 0.0
        return r.sog, math.radians(r.cog)

    (v1, c1), (v2, c2) = motion(a), motion(b)
    h = (b.t - a.t) / 3.6e9
    hp = h / (1 + math.sqrt(h / p("penalty_hours")))
    m = 60 * math.cos(math.radians((a.lat + b.lat) / 2))
    ex2 = a.lon + v1 * hp * math.sin(c1) / (60 * (math.cos(math.radians(a.lat)) + 0.001))
    ey2 = a.lat + v1 * hp * math.cos(c1) / 60
    ex1 = b.lon - v2 * hp * math.sin(c2) / (60 * (math.cos(math.radians(b.lat)) + 0.001))
    ey1 = b.lat - v2 * hp * math.cos(c2) / 60
    d1 = (
        math.hypot(m * wrap(ex1 - a.lon), 60 * (ey1 - a.lat))
        + math.hypot(m * wrap(ex2 - b.lon), 60 * (ey2 - b.lat))
    ) / 2
    dx, dy = m * wrap(b.lon - a.lon), 60 * (b.lat - a.lat)
    d2 = 4 * math.hypot(dx, dy)
    sides = []
    for v, c in ((v1, c1), (v2, c2)):
        along = dx * math.sin(c) + dy * math.cos(c)
        sides.append(abs(dx * math.cos(c) - dy * math.sin(c)) if 0 < along <= v * hp else math.inf)
    d = min(d1, d2, 4 * (sides[0] + sides[1]) / 2)
    pad = math.hypot(h, p("buffer_hours"))
    allowed = p("max_knots") * pad
    if d > allowed:
        return 0.0
    return math.exp(-((p("max_knots") / p("penalty_speed") * d / allowed) ** 2)) / pad
