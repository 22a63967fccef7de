"""A period of weather at sea: where shelter is, which boats are not in it, how far each has to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from huanqiong.core.geography import Geography
from huanqiong.core.units import KN_MS
from huanqiong.desk.registry.periods import PeriodRow, Shelter, nearest
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.wishes import class_of

BOATS: Final = ("fishing", "pleasure")
"""Ships that a storm sends to harbour first; one in the register of boats counts whatever type she says."""
SLOW_KN: Final = 2.0
"""Below this a boat's speed says nothing of how long she needs."""
RUN_KN: Final = 8.0
"""What a fishing boat makes on her way to shelter, where her own speed says nothing. Source: own."""


@dataclass(frozen=True, slots=True)
class OutBoat:
    """A boat not in shelter. `hours` at her own speed, or at `RUN_KN` where she makes none."""

    mmsi: int
    lat: float
    lon: float
    t: datetime
    sog_kn: float | None
    shelter: str
    dist_m: float
    hours: float


@dataclass(frozen=True, slots=True)
class Sheltering:
    """How boats stand: those out, the farthest from shelter first; counts of those in and of other ships."""

    out: list[OutBoat]
    sheltered: int
    others: int


def shelters_of(geography: Geography) -> list[Shelter]:
    """The theatre's harbours, each with the roads before it. Anchorages of the open sea are no shelter."""
    beyond = watch_policy().shelter_beyond_m
    return [
        Shelter(p.name_zh or p.name_en, p.lat, p.lon, p.radius_m + beyond, p.name_en)
        for p in geography.ports.rows
    ]


def sheltering(
    latest: Mapping[str, np.ndarray], types: Mapping[int, int | None], boats: set[int], period: PeriodRow
) -> Sheltering:
    """How the vessels of a picture (columns as `Picture.latest`) stand in a period of weather.

    `types`: AIS ship types by MMSI; `boats`: MMSI of boats of the register.
    """
    mmsi = np.asarray(latest["mmsi"], np.int64)
    own = np.array([m in boats or class_of(types.get(m)) in BOATS for m in mmsi.tolist()], bool)
    rows = np.flatnonzero(own)
    if not len(rows) or not period.shelters:
        return Sheltering([], 0, int(len(mmsi) - len(rows)))
    lat, lon = np.asarray(latest["lat"])[rows], np.asarray(latest["lon"])[rows]
    near, dist = nearest(period.shelters, lat, lon)
    out = []
    for n in np.argsort(-dist, kind="stable").tolist():
        if dist[n] <= 0.0:
            break
        row = int(rows[n])
        sog = float(latest["sog"][row])
        speed = sog if sog >= SLOW_KN else RUN_KN
        out.append(
            OutBoat(
                mmsi=int(mmsi[row]),
                lat=float(lat[n]),
                lon=float(lon[n]),
                t=datetime.fromtimestamp(float(latest["t"][row]), UTC),
                sog_kn=None if np.isnan(sog) else sog,
                shelter=period.shelters[int(near[n])].name,
                dist_m=float(dist[n]),
                hours=float(dist[n]) / (speed * KN_MS) / 3600.0,
            )
        )
    return Sheltering(out, len(rows) - len(out), int(len(mmsi) - len(rows)))
