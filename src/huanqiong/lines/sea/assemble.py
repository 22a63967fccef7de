"""From what each kernel found to events with reasons: a profile's further conditions are applied here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography.points import PointArrays, nearest_point, points
from huanqiong.core.profile import Profile
from huanqiong.core.sphere import haversine
from huanqiong.core.units import HOUR_S, NM_M, US
from huanqiong.lines.sea.encounter import Meetings
from huanqiong.lines.sea.event import Found, events
from huanqiong.lines.sea.gap import Silences
from huanqiong.lines.sea.loitering import Loiters
from huanqiong.lines.sea.near_coast import Dashes
from huanqiong.lines.sea.port_visit import ENTRY, EXIT, GAP, STOP, Visits, confidence
from huanqiong.lines.sea.text import Part
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.zone import Crossings

if TYPE_CHECKING:
    from huanqiong.lines.sea.fold import Kernels

NO_POINTS = points([], [], ())
SECTION = {"open_gap": "gap"}
"""Kinds whose thresholds lie under another's name."""
MINUTE_US = 60 * US
_MOVES = [
    ",".join(w for bit, w in ((ENTRY, "entry"), (STOP, "stop"), (GAP, "gap"), (EXIT, "exit")) if m & bit)
    for m in range(2 * EXIT)
]
"""The moves of a visit in words, by the bits that say which it had."""


def needs_geography(kind: str, profile: Profile) -> bool:
    """Whether a kind cannot be looked for without ports, anchorages or coast."""
    if kind in ("port_visit", "fast_near_coast"):
        return True
    section = SECTION.get(kind, kind)
    if kind == "zone_visit" or not profile.has(section):
        return False
    keys = ("min_port_m", "min_coast_m") if section in ("loitering", "encounter") else ("min_port_m",)
    return any(profile.number(section, key) > 0 for key in keys)


@njit(cache=True)
def port_distances(p: PointArrays, lat: F8, lon: F8) -> F8:
    """Metres to the nearest port or anchorage; inf where none is within reach."""
    out = np.empty(len(lat))
    for i in range(len(lat)):
        out[i] = nearest_point(p, lat[i], lon[i])[1]
    return out


@njit(cache=True)
def distances(lat: F8, lon: F8, lat1: F8, lon1: F8) -> F8:
    """Metres between places, pair by pair."""
    out = np.empty(len(lat))
    for i in range(len(lat)):
        out[i] = haversine(lat[i], lon[i], lat1[i], lon1[i])
    return out


def _clear_of_ports(k: Kernels, section: str, lat: F8, lon: F8) -> NDArray[np.bool_]:
    least = k.profile.number(section, "min_port_m")
    if least <= 0 or k.geography is None or not len(lat):
        return np.ones(len(lat), dtype=np.bool_)
    return port_distances(k.geography.anchorages.arrays(least), lat, lon) >= least


def _in_open_water(k: Kernels, section: str, lat: F8, lon: F8) -> NDArray[np.bool_]:
    least = k.profile.number(section, "min_coast_m")
    if least <= 0 or k.geography is None or not len(lat):
        return np.ones(len(lat), dtype=np.bool_)
    coast = k.geography.coast
    return ~coast.within(lat, lon, least) & ~coast.on_land(lat, lon)


def _offshore(k: Kernels, lat: F8, lon: F8) -> list[Part]:
    if k.geography is None or not len(lat):
        return []
    return [Part("offshore", k.geography.coast.distance_m(lat, lon) / NM_M, "nm", digits=2)]


def _keys(k: Kernels, ship: NDArray[np.int32]) -> I8:
    return k.tracker.known[ship]


def gap_events(k: Kernels, s: Silences, kind: str) -> Found:
    """Gaps and open gaps from silences."""
    p = k.profile
    at = (s.before >= p.number("gap", "min_before")) & _clear_of_ports(k, "gap", s.lat, s.lon)
    share = np.full(len(at), math.nan)
    asked = kind == "open_gap" or bool(p.value("gap", "needs_reception"))
    if asked and k.reception is not None:
        share[at] = k.reception.share(s.t0[at], s.t1[at], s.lat[at], s.lon[at])
        heard = share >= k.reception.min_share
        if kind == "gap":
            k.counts["gap_paused"] += int((at & ~heard).sum())
        at &= heard
    s = Silences._make(c[at] for c in s)
    hours = (s.t1 - s.t0) / US / HOUR_S
    limit = p.limit("gap", "min_gap_s")
    before = p.limit("gap", "before_minutes")
    parts = [
        Part("silence", hours, "h", limit.value / HOUR_S, limit.source),
        Part("positions_before", s.before, None, None, before.source),
    ]
    if kind == "gap":
        metres = distances(s.lat, s.lon, s.lat1, s.lon1)
        parts.append(Part("gap_distance", metres / NM_M, "nm"))
        parts.append(Part("gap_speed", metres / NM_M / hours, "kn"))
    parts += _offshore(k, s.lat, s.lon)
    if asked:
        limit = p.limit("reception", "min_share")
        parts.append(Part("reception", share[at], None, limit.value, limit.source))
    return events(kind, p, _keys(k, s.ship), s.t0, s.t1, s.lat, s.lon, hours, parts, section="gap")


def loitering_events(k: Kernels, g: Loiters) -> Found:
    """Loitering from groups of slow buckets."""
    p = k.profile
    at = _clear_of_ports(k, "loitering", g.lat, g.lon) & _in_open_water(k, "loitering", g.lat, g.lon)
    if not at.all():
        g = Loiters._make(c[at] for c in g)
    limit = p.limit("loitering", "slow_kn")
    parts = [
        Part("loiter_hours", g.hours, "h", p.value("loitering", "bucket_s") / HOUR_S, limit.source),
        Part("mean_speed", g.metres / g.hours / NM_M, "kn", limit.value, limit.source),
        Part("loiter_distance", g.metres / NM_M, "nm"),
        Part("slow_buckets", g.buckets, None, p.value("loitering", "min_buckets")),
        *_offshore(k, g.lat, g.lon),
    ]
    return events("loitering", p, _keys(k, g.ship), g.t0, g.t1, g.lat, g.lon, g.hours * 60.0, parts)


def port_events(k: Kernels, v: Visits, still_open: bool) -> Found:
    """Port visits."""
    p = k.profile
    sure = confidence(v.moves)
    least = p.limit("port_visit", "min_confidence")
    at = sure >= least.value
    v, sure = Visits._make(c[at] for c in v), sure[at]
    anchorages = k.geography.anchorages if k.geography is not None else NO_POINTS
    minutes = (v.t1 - v.t0) / MINUTE_US
    entry, gap = p.limit("port_visit", "entry_m"), p.limit("port_visit", "gap_s")
    parts = [
        Part("port", (anchorages.label, v.first), None, entry.value, entry.source),
        Part("port_stay", minutes / 60.0, "h"),
        Part("confidence", sure, None, least.value, least.source),
        Part("port_moves", (_MOVES, v.moves), None, gap.value / HOUR_S, gap.source),
    ]
    if still_open:
        parts.append(Part("still_open", np.ones(len(minutes), np.int64)))
    lat, lon = anchorages.lat[v.first], anchorages.lon[v.first]
    return events("port_visit", p, _keys(k, v.ship), v.t0, v.t1, lat, lon, minutes, parts)


def zone_events(k: Kernels, c: Crossings, still_open: bool) -> Found:
    """Zone visits."""
    zones = k.zones.zones if k.zones is not None else []
    minutes = (c.t1 - c.t0) / MINUTE_US
    parts = [
        Part("zone", ([z.name for z in zones], c.zone)),
        Part("zone_id", ([z.id for z in zones], c.zone)),
        Part("dwell", minutes, "min"),
        Part("rows_inside", c.rows),
    ]
    if still_open:
        parts.append(Part("still_open", np.ones(len(minutes), np.int64)))
    return events("zone_visit", k.profile, _keys(k, c.ship), c.t0, c.t1, c.lat, c.lon, minutes, parts)


def dash_events(k: Kernels, d: Dashes) -> Found:
    """Fast runs near the coast."""
    p = k.profile
    fast, near = p.limit("fast_near_coast", "min_sog_kn"), p.limit("fast_near_coast", "max_coast_m")
    parts = [
        Part("top_speed", d.top_kn, "kn", fast.value, fast.source, 1),
        Part("rows_fast", d.rows, None, p.value("fast_near_coast", "min_rows")),
        Part("dwell", (d.t1 - d.t0) / MINUTE_US, "min"),
    ]
    if k.geography is not None and len(d.lat):
        parts.append(
            Part(
                "coast_distance",
                k.geography.coast.distance_m(d.lat, d.lon),
                "m",
                near.value,
                near.source,
                1,
            )
        )
    return events("fast_near_coast", p, _keys(k, d.ship), d.t0, d.t1, d.lat, d.lon, d.top_kn, parts)


def encounter_events(k: Kernels, m: Meetings) -> Found:
    """Encounters, the subject first in order."""
    p = k.profile
    at = _in_open_water(k, "encounter", m.lat, m.lon)
    if (longest := p.number("encounter", "max_duration_s")) > 0:
        at &= (m.last - m.first) * p.number("encounter", "step_s") <= longest
    m = Meetings._make(c[at] for c in m)
    a, b = _keys(k, m.a), _keys(k, m.b)
    swap = (a < 0) & (b >= 0)
    for i in np.flatnonzero((a < 0) & (b < 0)).tolist():
        swap[i] = k.devices.subject(int(a[i])) > k.devices.subject(int(b[i]))
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    step = p.micros("encounter", "step_s")
    t0, t1 = m.first * step, m.last * step
    minutes = value = (t1 - t0) / MINUTE_US
    if (beside := p.number("encounter", "alongside_m")) > 0:  # in company, not alongside: at most half of b2
        value = np.where(m.dist_m > beside, np.minimum(minutes, p.bands("encounter")[0] / 2), minutes)
    long, near = p.limit("encounter", "min_duration_s"), p.limit("encounter", "max_dist_m")
    slow = p.limit("encounter", "max_median_kn")
    parts = [
        Part("dwell", minutes, "min", long.value / 60, long.source),
        Part("median_distance", m.dist_m, "m", near.value, near.source),
        Part("median_speed", m.speed_kn, "kn", slow.value, slow.source),
        Part("slots_together", m.slots),
        *_offshore(k, m.lat, m.lon),
    ]
    return events("encounter", p, a, t0, t1, m.lat, m.lon, value, parts, other=b)
