"""Who passed a zone in a period: the zone visits that the sea line's kernel finds, with how each ship moved.

There is one definition of a visit, the kernel's (docs/detectors.md, section 10): a page and an alert agree.
Only ships that were heard in the zone's box are folded, so that a page need not wait for a whole sea.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry import shape

from huanqiong.core.errors import UsageError
from huanqiong.core.profile import Profile, load_profile
from huanqiong.core.schema import T
from huanqiong.core.units import DAY_S, US
from huanqiong.flows.sea_picture import DayTracks, Picture
from huanqiong.lines.sea.kernels import Archive, Zone

MAX_DAYS = 31
PROFILE = "hainan"
"""The profile of the archive's and the live detectors."""
_EPOCH = date(1970, 1, 1)


class _Rows(NamedTuple):
    """Rows of the ships that were heard in the box, by ship and time."""

    mmsi: np.ndarray
    t: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    sog: np.ndarray
    cog: np.ndarray


def zone_passes(
    picture: Picture,
    geometry: Mapping[str, Any],
    t0: datetime,
    t1: datetime,
    profile: Profile | None = None,
) -> list[dict[str, Any]]:
    """Visits that touch [t0, t1], by time of entry, as rows {mmsi, t0, t1, minutes, reports, sog_mean_kn,
    sog_max_kn, before, still}; times are seconds UTC.

    `before`: the ship was inside when it was first heard, as the data read begin; `still`: inside when they
    end. Days are read whole, and so far that a pause within the profile's `break_s` parts no visit.
    """
    if t1 <= t0 or t1 - t0 > timedelta(days=MAX_DAYS):
        raise UsageError(f"Give an end after the start, at most {MAX_DAYS} days later.")
    rules = profile or load_profile(PROFILE)
    pause_us = rules.micros("zone_visit", "break_s")
    area = shape(geometry)
    a, b = (round(t.timestamp() * US) for t in (t0, t1))
    first, last = (a - pause_us) // (DAY_S * US), (b + pause_us) // (DAY_S * US)
    days = [picture.day(_EPOCH + timedelta(days=int(n))) for n in range(first, last + 1)]
    rows = _near(days, area.bounds)
    if not len(rows.t):
        return []
    archive = Archive(rules, zones=[Zone("zone", "zone", area)], kinds=["zone_visit"])
    archive.feed(_table(rows))
    heard = [d.t for d in days if len(d.t)]
    begin, end = min(int(t.min()) for t in heard), max(int(t.max()) for t in heard)
    found = archive.finish(as_of=end)
    out = []
    for mmsi, v0, v1 in zip(found["mmsi"].to_pylist(), *(_us(found[c]) for c in ("t0", "t1")), strict=True):
        if v1 < a or v0 > b:
            continue
        own = slice(*np.searchsorted(rows.mmsi, [mmsi, mmsi + 1]))
        edges = {"before": bool(v0 == rows.t[own][0]) and v0 < begin + pause_us, "still": v1 >= end}
        out.append({"mmsi": mmsi, "t0": v0 / US, "t1": v1 / US, **_moved(rows, own, v0, v1, area), **edges})
    return sorted(out, key=lambda r: (r["t0"], r["mmsi"]))


def _near(days: list[DayTracks], box: tuple[float, float, float, float]) -> _Rows:
    """All rows of the ships with a report in the box."""
    west, south, east, north = box
    ships = [
        np.unique(
            np.repeat(d.ships, np.diff(d.start))[
                (d.lat >= south) & (d.lat <= north) & (d.lon >= west) & (d.lon <= east)
            ]
        )
        for d in days
    ]
    chosen = np.unique(np.concatenate(ships))
    parts = []
    for d in days:
        mmsi = np.repeat(d.ships, np.diff(d.start))
        keep = np.isin(mmsi, chosen)
        parts.append([c[keep] for c in (mmsi, d.t, d.lat, d.lon, d.sog, d.cog)])
    rows = [np.concatenate(c) for c in zip(*parts, strict=True)]
    order = np.lexsort((rows[1], rows[0]))
    return _Rows._make(c[order] for c in rows)


def _table(rows: _Rows) -> pa.Table:
    return pa.table(
        {
            "mmsi": rows.mmsi,
            "t": pa.array(rows.t, pa.int64()).cast(T),
            "lat": rows.lat,
            "lon": rows.lon,
            "sog_kn": rows.sog,
            "cog_deg": rows.cog,
        }
    )


def _us(column: pa.ChunkedArray) -> list[int]:
    return column.cast(pa.int64()).to_pylist()


def _moved(rows: _Rows, own: slice, v0: int, v1: int, area: Any) -> dict[str, Any]:
    """How long a visit was, how many reports came from inside, and how fast they said the ship was."""
    t = rows.t[own]
    i = slice(own.start + int(np.searchsorted(t, v0)), own.start + int(np.searchsorted(t, v1, side="right")))
    inside = shapely.contains_xy(area, rows.lon[i], rows.lat[i])
    sog = rows.sog[i][inside]
    sog = sog[~np.isnan(sog)]
    return {
        "minutes": round((v1 - v0) / US / 60, 1),
        "reports": int(inside.sum()),
        "sog_mean_kn": round(float(sog.mean()), 1) if len(sog) else None,
        "sog_max_kn": round(float(sog.max()), 1) if len(sog) else None,
    }
