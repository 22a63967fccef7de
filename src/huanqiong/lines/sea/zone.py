"""Zones a user draws, and the visits ships pay to them (docs/detectors.md, section 10).

Invariant: a ship's open visits are one bit a zone; when and where each began lies beside, by ship and zone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.errors import InputError, ShapeError
from huanqiong.core.profile import Profile
from huanqiong.lines.sea.mask import ZONE, Near
from huanqiong.lines.sea.track.columns import F8, I8
from huanqiong.lines.sea.track.room import Scratch, grown
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Track

I4 = NDArray[np.int32]
U8 = NDArray[np.uint64]


@dataclass(frozen=True)
class Zone:
    """A named area: polygon or multipolygon in degrees WGS-84."""

    id: str
    name: str
    shape: shapely.Geometry


class Edges(NamedTuple):
    """All zones' edges: zone z has `start[z] <= e < start[z + 1]`; box is west, south, east, north."""

    xi: F8
    yi: F8
    xj: F8
    yj: F8
    start: I8
    box: F8


class Crossings(NamedTuple):
    """Visits by column: ship, zone, first and last row inside, rows inside, place of the first."""

    ship: I4
    zone: I4
    t0: I8
    t1: I8
    rows: I8
    lat: F8
    lon: F8


def check_shape(name: str, shape: shapely.Geometry) -> shapely.Geometry:
    """The shape, if it can be a zone; ShapeError says what is wrong, where, and what to do."""
    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise ShapeError(f"zone {name} is {shape.geom_type}, not an area", remedy="Draw a polygon")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ShapeError(
            f"zone {name} lies outside the world ({west:g}, {south:g} to {east:g}, {north:g})",
            remedy="Give longitude and latitude in degrees",
        )
    if not shapely.is_valid(shape):
        why = shapely.is_valid_reason(shape)
        if "[" in why and "Self-intersection" in why:
            lon, lat = why.split("[")[1].rstrip("]").split()[:2]
            where = f"latitude {float(lat):.5f}, longitude {float(lon):.5f}"
            raise ShapeError(
                f"zone {name} crosses itself at {where}", remedy="Move that corner so that no two sides cross"
            )
        raise ShapeError(f"zone {name} is not a valid area: {why}", remedy="Draw it again")
    if shape.area == 0:
        raise ShapeError(f"zone {name} has no area", remedy="Draw at least three corners")
    return shape


def zones_from_geojson(text: str, where: str = "") -> list[Zone]:
    """Zones of a GeoJSON feature collection, feature or geometry; ids and names from the properties."""
    try:
        raw = json.loads(text)
        kind = raw["type"]
    except (ValueError, KeyError, TypeError) as e:
        raise InputError(f"not GeoJSON ({e})", where=where, remedy="Give a FeatureCollection") from e
    features: list[Any] = raw.get("features", []) if kind == "FeatureCollection" else [raw]
    zones = []
    for i, feature in enumerate(features):
        properties = (feature.get("properties") or {}) if feature.get("type") == "Feature" else {}
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        name = str(properties.get("name") or feature.get("id") or f"zone {i + 1}")
        try:
            shape = shapely.from_geojson(json.dumps(geometry))
        except shapely.GEOSException as e:
            raise ShapeError(f"zone {name} cannot be read ({e})", where=where, remedy="Draw it again") from e
        if shape is None:
            raise ShapeError(f"zone {name} has no geometry", where=where, remedy="Draw it again")
        zones.append(
            Zone(str(properties.get("id") or feature.get("id") or name), name, check_shape(name, shape))
        )
    if not zones:
        raise InputError("no zone in the file", where=where, remedy="Give at least one polygon")
    return zones


def edges_of(zones: list[Zone]) -> Edges:
    """The zones' edges as arrays."""
    parts: list[F8] = []
    start = [0]
    for z in zones:
        n = 0
        for polygon in shapely.get_parts(z.shape):
            for ring in (polygon.exterior, *polygon.interiors):
                xy = shapely.get_coordinates(ring)
                parts.append(np.hstack([xy[1:], xy[:-1]]))
                n += len(xy) - 1
        start.append(start[-1] + n)
    all_of = np.ascontiguousarray(np.concatenate(parts).T) if parts else np.empty((4, 0))
    box = np.array([z.shape.bounds for z in zones]).reshape(-1, 4)
    return Edges(all_of[0], all_of[1], all_of[2], all_of[3], np.array(start, np.int64), box)


@njit(cache=True, error_model="numpy", _nrt=False)
def inside(e: Edges, z: int, lat: float, lon: float) -> bool:
    """Whether a place lies in zone z: even-odd over all its rings."""
    if lon < e.box[z, 0] or lat < e.box[z, 1] or lon > e.box[z, 2] or lat > e.box[z, 3]:
        return False
    odd = False
    for k in range(e.start[z], e.start[z + 1]):
        yi, yj = e.yi[k], e.yj[k]
        if (yi > lat) != (yj > lat) and lon < (e.xj[k] - e.xi[k]) * (lat - yi) / (yj - yi) + e.xi[k]:
            odd = not odd
    return odd


@njit(cache=True, error_model="numpy", _nrt=False)
def zone_pass(
    ships: I4, start: I8, t: I8, lat: F8, lon: F8, near: Near, e: Edges, break_us: int, last_t: I8,
    ordinal: I8, bits: U8, o_i: I8, o_f: F8, begin: int,
) -> tuple[int, int]:  # fmt: skip
    """Folds track rows; writes moves (ship, zone, 1 in / 0 out, time, ordinal of the row, place).

    Returns (moves, first ship not done): it stops early where the moves could run out of room.
    """
    n = 0
    zones = len(e.start) - 1
    for a in range(begin, len(ships)):
        s = ships[a]
        if n + 2 * zones * (start[a + 1] - start[a]) > len(o_i) and n > 0:
            return n, a
        busy = False
        for k in range(bits.shape[1]):
            busy = busy or bits[s, k] != 0
        if not busy and near.ship[a] & ZONE == 0:
            if start[a + 1] > start[a]:
                last_t[s] = t[start[a + 1] - 1]
                ordinal[s] += start[a + 1] - start[a]
            continue
        last, row = last_t[s], ordinal[s]
        for i in range(start[a], start[a + 1]):
            if busy or near.row[i] & ZONE != 0:
                late = t[i] - last > break_us
                busy = False
                for z in range(zones):
                    bit = np.uint64(1) << np.uint64(z & 63)
                    was = bits[s, z >> 6] & bit != 0
                    now = inside(e, z, lat[i], lon[i])
                    if was and (late or not now):
                        o_i[n, 0], o_i[n, 1], o_i[n, 2], o_i[n, 3], o_i[n, 4] = s, z, 0, last, row
                        n += 1
                        bits[s, z >> 6] &= ~bit
                        was = False
                    if now and not was:
                        o_i[n, 0], o_i[n, 1], o_i[n, 2], o_i[n, 3], o_i[n, 4] = s, z, 1, t[i], row
                        o_f[n, 0], o_f[n, 1] = lat[i], lon[i]
                        n += 1
                        bits[s, z >> 6] |= bit
                    busy = busy or now
            last = t[i]
            row += 1
        last_t[s], ordinal[s] = last, row
    return n, len(ships)


class ZoneVisits:
    """Every ship's open visits."""

    def __init__(self, profile: Profile, zones: list[Zone]) -> None:
        self.zones = zones
        self.edges = edges_of(zones)
        self.break_us = profile.micros("zone_visit", "break_s")
        self.least = max(1, int(profile.number("zone_visit", "min_rows")))
        self.bits = np.zeros((FIRST_ROOM, (len(zones) + 63) // 64), dtype=np.uint64)
        self.last_t, self.ordinal = np.zeros(FIRST_ROOM, np.int64), np.zeros(FIRST_ROOM, np.int64)
        self.buffers = Scratch()
        self.begun: dict[tuple[int, int], tuple[int, int, float, float]] = {}

    def advance(self, track: Track, near: Near, n_ships: int) -> Crossings:
        """The visits that ended in this batch."""
        self.bits, self.last_t = grown(self.bits, n_ships), grown(self.last_t, n_ships)
        self.ordinal = grown(self.ordinal, n_ships)
        longest = int(np.diff(track.start).max()) if len(track.ships) else 0
        room = max(2 * len(self.zones) * longest, 65_536)
        i, f = self.buffers("i", room, np.int64, 5), self.buffers("f", room, np.float64, 2)
        ended: list[tuple[int, int, int, int, int, float, float]] = []
        done = 0
        while done < len(track.ships):
            n, done = zone_pass(
                track.ships, track.start, track.t, track.lat, track.lon, near, self.edges, self.break_us,
                self.last_t, self.ordinal, self.bits, i, f, done,
            )  # fmt: skip
            for (s, z, into, when, at), (y, x) in zip(i[:n].tolist(), f[:n].tolist(), strict=True):
                if into:
                    self.begun[s, z] = (when, at, y, x)
                else:
                    t0, first, lat, lon = self.begun.pop((s, z))
                    ended.append((s, z, t0, when, at - first, lat, lon))
        return self._crossings(ended)

    def open(self, as_of: int) -> Crossings:
        """The visits open at `as_of`, which ends them."""
        ended = [
            (s, z, t0, as_of, int(self.ordinal[s]) - first, lat, lon)
            for (s, z), (t0, first, lat, lon) in self.begun.items()
        ]
        return self._crossings(ended)

    def _crossings(self, ended: list[tuple[int, int, int, int, int, float, float]]) -> Crossings:
        kept = [e for e in ended if e[4] >= self.least]
        whole = np.array([e[:5] for e in kept], dtype=np.int64).reshape(-1, 5)
        place = np.array([e[5:] for e in kept], dtype=np.float64).reshape(-1, 2)
        ship, zone = whole[:, 0].astype(np.int32), whole[:, 1].astype(np.int32)
        return Crossings(ship, zone, whole[:, 2], whole[:, 3], whole[:, 4], place[:, 0], place[:, 1])
