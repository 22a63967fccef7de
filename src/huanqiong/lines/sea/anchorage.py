"""Anchorages from traffic: where many ships lay still for long (docs/detectors.md, section 13).

Source: Global Fishing Watch, anchorages_pipeline (find_anchorage_points); its S2 cells are H3 cells here.
"""

from __future__ import annotations

from typing import NamedTuple

import h3
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.core.sphere import haversine
from huanqiong.lines.sea.track.columns import F8, I8, Devices, columns_of
from huanqiong.lines.sea.track.tracker import Tracker

I4 = NDArray[np.int32]


class Anchorages(NamedTuple):
    """Anchorages by column: place (mean of the rests in the cell), different ships, rests, H3 cell."""

    lat: F8
    lon: F8
    ships: I8
    rests: I8
    cell: list[str]


@njit(cache=True)
def rests_of(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, max_m: float, min_us: int, o_ship: I4, o_place: F8
) -> int:
    """Writes each ship's rests (ship, mean place) and returns how many.

    A rest is a run of rows within `max_m` of its first row, longer than `min_us` from first to last.
    """
    n = 0
    for a in range(len(ships)):
        first, sum_y, sum_x = start[a], 0.0, 0.0
        for i in range(start[a], start[a + 1] + 1):
            ended = i == start[a + 1]
            if ended or haversine(lat[first], lon[first], lat[i], lon[i]) > max_m:
                rows = i - first
                if rows > 0 and t[i - 1] - t[first] > min_us:
                    o_ship[n] = ships[a]
                    o_place[n, 0], o_place[n, 1] = sum_y / rows, lon[first] + sum_x / rows
                    n += 1
                if ended:
                    break
                first, sum_y, sum_x = i, 0.0, 0.0
            sum_y += lat[i]
            sum_x += (lon[i] - lon[first] + 180.0) % 360.0 - 180.0
    return n


def anchorages_from_traffic(positions: pa.Table, profile: Profile) -> Anchorages:
    """The cells in which enough different ships rested long enough, most ships first.

    GFW drops a rest that the data's end cuts off; here it counts, for it was already long enough.
    """
    devices = Devices()
    tracker = Tracker(profile, devices)
    track = tracker.advance(columns_of(positions, devices), 1 << 62).track
    ship, place = np.empty(len(track.t), np.int32), np.empty((len(track.t), 2))
    n = rests_of(
        track.ships, track.start, track.t, track.lat, track.lon, profile.number("anchorage", "max_dist_m"),
        profile.micros("anchorage", "min_duration_s"), ship, place,
    )  # fmt: skip
    resolution = int(profile.number("anchorage", "h3_resolution"))
    cells: dict[str, list[int]] = {}
    for i, (lat, lon) in enumerate(place[:n].tolist()):
        cells.setdefault(h3.latlng_to_cell(lat, lon, resolution), []).append(i)
    least = int(profile.number("anchorage", "min_ships"))
    kept = [(c, np.array(rows), len(set(ship[rows].tolist()))) for c, rows in cells.items()]
    kept = sorted((k for k in kept if k[2] >= least), key=lambda k: (-k[2], k[0]))
    return Anchorages(
        np.array([place[rows, 0].mean() for _, rows, _ in kept]),
        np.array([place[rows, 1].mean() for _, rows, _ in kept]),
        np.array([ships for _, _, ships in kept], dtype=np.int64),
        np.array([len(rows) for _, rows, _ in kept], dtype=np.int64),
        [c for c, _, _ in kept],
    )
