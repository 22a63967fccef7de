"""Who passed a zone in a period: one row a stay, from the reports alone.

A stay runs from the first to the last report inside, parted where the vessel was heard outside or not at all
for longer than `PAUSE`. A line between two reports that cuts the zone with none inside is a crossing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from huanqiong.core.errors import UsageError
from huanqiong.core.place import haversine_m
from huanqiong.flows.sea_picture import DayTracks, Picture

PAUSE = timedelta(minutes=30)
"""Longer silence parts two stays. Source: own choice; GFW's gap rules (6 h) are too coarse."""
CROSSING = timedelta(minutes=10)
"""Reports farther apart than this do not prove a straight way between them. Source: own choice."""
MAX_DAYS = 31


def passes(picture: Picture, geometry: Mapping[str, Any], t0: datetime, t1: datetime) -> list[dict[str, Any]]:
    """Rows {mmsi, t0, t1, minutes, reports, sog_mean_kn, sog_max_kn, crossing}, by time of entry."""
    if t1 <= t0 or t1 - t0 > timedelta(days=MAX_DAYS):
        raise UsageError(f"Give an end after the start, at most {MAX_DAYS} days later.")
    zone = shape(geometry)
    shapely.prepare(zone)
    out: list[dict[str, Any]] = []
    day = t0.date()
    while day <= t1.date():
        out += _of_day(picture.day(day), zone, t0, t1)
        day += timedelta(days=1)
    return sorted(_joined(out), key=lambda r: (r["t0"], r["mmsi"]))


def _of_day(d: DayTracks, zone: Any, t0: datetime, t1: datetime) -> list[dict[str, Any]]:
    west, south, east, north = zone.bounds
    a, b = (round(t.timestamp() * 1e6) for t in (t0, t1))
    rank = np.repeat(np.arange(len(d.ships)), np.diff(d.start))
    timely = (d.t >= a) & (d.t <= b)
    near = timely & (d.lat >= south) & (d.lat <= north) & (d.lon >= west) & (d.lon <= east)
    inside = np.zeros(len(d.t), bool)
    inside[near] = shapely.contains_xy(zone, d.lon[near], d.lat[near])
    rows = np.flatnonzero(inside)
    out = []
    if len(rows):
        pause = round(PAUSE.total_seconds() * 1e6)
        new = np.ones(len(rows), bool)
        new[1:] = (np.diff(rows) > 1) | (np.diff(d.t[rows]) > pause) | (np.diff(rank[rows]) != 0)
        for part in np.split(rows, np.flatnonzero(new)[1:]):
            out.append(_row(int(d.ships[rank[part[0]]]), d.t[part], d.sog[part], crossing=False))
    # both ends outside, the line between them inside
    i = np.flatnonzero(
        (rank[1:] == rank[:-1])
        & timely[1:]
        & timely[:-1]
        & ~inside[1:]
        & ~inside[:-1]
        & (np.diff(d.t) <= round(CROSSING.total_seconds() * 1e6))
        & (np.maximum(d.lat[1:], d.lat[:-1]) >= south)
        & (np.minimum(d.lat[1:], d.lat[:-1]) <= north)
        & (np.maximum(d.lon[1:], d.lon[:-1]) >= west)
        & (np.minimum(d.lon[1:], d.lon[:-1]) <= east)
    )
    if len(i):
        dist = haversine_m(d.lat[i], d.lon[i], d.lat[i + 1], d.lon[i + 1])
        i = i[dist < 20_000]  # a leap is a broken position, not a way
    if len(i):
        lines = shapely.linestrings(
            np.stack([np.stack([d.lon[i], d.lat[i]], 1), np.stack([d.lon[i + 1], d.lat[i + 1]], 1)], 1)
        )
        for k in i[shapely.intersects(zone, lines)]:
            two = slice(k, k + 2)
            out.append(_row(int(d.ships[rank[k]]), d.t[two], d.sog[two], crossing=True))
    return out


def _row(mmsi: int, t: np.ndarray, sog: np.ndarray, *, crossing: bool) -> dict[str, Any]:
    known = sog[~np.isnan(sog)]
    return {
        "mmsi": mmsi,
        "t0": int(t[0]),
        "t1": int(t[-1]),
        "reports": 0 if crossing else len(t),
        "speeds": float(known.sum()),
        "spoke": len(known),
        "sog_max_kn": round(float(known.max()), 1) if len(known) else None,
        "crossing": crossing,
    }


def _one_stay(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether `b` goes on where midnight (UTC) cut `a`."""
    midnight = a["t1"] // 86_400_000_000 != b["t0"] // 86_400_000_000
    near = b["t0"] - a["t1"] <= PAUSE.total_seconds() * 1e6
    return midnight and near and a["mmsi"] == b["mmsi"] and not (a["crossing"] or b["crossing"])


def _joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stays that midnight cut in two are one."""
    out: list[dict[str, Any]] = []
    for r in sorted(rows, key=lambda r: (r["mmsi"], r["t0"])):
        last = out[-1] if out else None
        if last and _one_stay(last, r):
            last |= {"t1": r["t1"], "reports": last["reports"] + r["reports"]}
            last |= {"speeds": last["speeds"] + r["speeds"], "spoke": last["spoke"] + r["spoke"]}
            tops = [s for s in (last["sog_max_kn"], r["sog_max_kn"]) if s is not None]
            last["sog_max_kn"] = max(tops, default=None)
            continue
        out.append(dict(r))
    for r in out:
        r["minutes"] = round((r["t1"] - r["t0"]) / 6e7, 1)
        spoke, speeds = r.pop("spoke"), r.pop("speeds")
        r["sog_mean_kn"] = round(speeds / spoke, 1) if spoke else None
        r["t0"], r["t1"] = r["t0"] / 1e6, r["t1"] / 1e6
    return out
