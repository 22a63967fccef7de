"""All kinds of docs/detectors.md over one table, slowly."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from tests.lines.sea.reference import pairs, ports, single
from tests.lines.sea.reference.rows import subjects, track_of
from tests.lines.sea.reference.single import Found

from huanqiong.core.geography import Geography
from huanqiong.core.units import EARTH_RADIUS_M


def events(
    table: pa.Table, profile: Any, geography: Geography, zones: dict[str, list[list[tuple[float, float]]]]
) -> list[Found]:
    """Every event of the table, sorted."""
    rows = subjects(table, profile)
    tracks = [track_of(subject, r, profile) for subject, r in rows.items()]
    as_of = max(r[-1].t for r in rows.values())
    # The anchorages of the geography, then its ports' points: both count.
    lat = np.concatenate([geography.anchorages.lat, geography.ports.lat])
    lon = np.concatenate([geography.anchorages.lon, geography.ports.lon])

    @cache
    def nearest(y: float, x: float) -> tuple[float, float, float]:
        f1, f2 = np.radians(y), np.radians(lat)
        h = np.sin((f2 - f1) / 2) ** 2
        h = h + np.cos(f1) * np.cos(f2) * np.sin((np.radians(lon) - np.radians(x)) / 2) ** 2
        d = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
        i = int(np.argmin(d))
        return float(d[i]), float(lat[i]), float(lon[i])

    def port_m(y: float, x: float) -> float:
        return nearest(y, x)[0]

    @cache
    def coast_m(y: float, x: float) -> float:
        return float(geography.coast.distance_m(np.array([y]), np.array([x]))[0])

    def at_sea(y: float, x: float, least: float) -> bool:
        place = np.array([y]), np.array([x])
        return least <= 0 or (coast_m(y, x) >= least and not geography.coast.on_land(*place)[0])

    reception = single.Reception(tracks, profile)
    found: list[Found] = []
    for track in tracks:
        found += single.gaps(track, profile, reception, port_m)
        found += single.open_gap(track, profile, reception, port_m, as_of)
        found += single.loitering(track, profile, port_m, at_sea)
        found += ports.port_visits(track, profile, nearest, as_of)
        found += single.zone_visits(track, profile, zones, as_of)
        found += single.fast_near_coast(track, profile, coast_m, port_m)
    found += pairs.encounters(tracks, profile, port_m, at_sea)
    return sorted(found, key=lambda f: (f.t0, f.kind, f.subject, f.other or "", f.t1))
