"""Small plane geometry for ways at sea: local nautical miles, lines with room, rounded corners.

A way is an (n, 3) array of latitude, longitude (degrees WGS-84) and room (nautical miles a ship may keep
off the line to either side). One degree of latitude is taken as 60 nautical miles, of longitude as
60 cos(latitude): good to a few metres over the distances ships keep from each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]


def offset(lat: F8 | float, lon: F8 | float, bearing_deg: F8 | float, dist_nm: F8 | float) -> tuple[F8, F8]:
    """The points `dist_nm` away on a bearing."""
    b = np.radians(bearing_deg)
    north, east = np.cos(b) * dist_nm, np.sin(b) * dist_nm
    return np.asarray(lat + north / 60.0), np.asarray(lon + east / (60.0 * np.cos(np.radians(lat))))


def legs_nm(way: F8) -> F8:
    """Lengths of the n - 1 legs of a way."""
    d = np.diff(way[:, :2], axis=0) * 60.0
    mid = np.radians((way[1:, 0] + way[:-1, 0]) / 2)
    return np.hypot(d[:, 0], d[:, 1] * np.cos(mid))


def apart_nm(a: F8, b: F8) -> float:
    """Distance between two points (latitude, longitude)."""
    return float(np.hypot(b[0] - a[0], (b[1] - a[1]) * np.cos(np.radians((a[0] + b[0]) / 2))) * 60.0)


def beside(way: F8, share: float) -> F8:
    """The way moved to starboard by `share` (-1 port .. 1 starboard) of the room at each point."""
    if len(way) < 2:
        return way.copy()
    k = np.cos(np.radians(way[:, 0]))
    step = np.diff(np.column_stack([way[:, 1] * k, way[:, 0]]), axis=0)
    step /= np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-12)[:, None]
    along = np.vstack([step[:1], step[:-1] + step[1:], step[-1:]])
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    out = way.copy()
    out[:, 0] += -along[:, 0] * way[:, 2] * share / 60.0
    out[:, 1] += along[:, 1] * way[:, 2] * share / 60.0 / k
    return out


def rounded(way: F8, times: int = 2) -> F8:
    """The way with its corners cut (Chaikin's rule); ends stay."""
    for _ in range(times):
        if len(way) < 3:
            break
        a, b = way[:-1], way[1:]
        cut = np.empty((2 * len(a), way.shape[1]))
        cut[0::2] = a * 0.75 + b * 0.25
        cut[1::2] = a * 0.25 + b * 0.75
        way = np.vstack([way[:1], cut[1:-1], way[-1:]])
    return way


def eased(way: F8) -> F8:
    """The way with its corners turned as wide as its room allows: tightly by headlands, widely at sea."""
    if len(way) < 3:
        return way
    leg = legs_nm(way)[:, None]
    room = way[:, 2:3] if way.shape[1] > 2 else np.zeros((len(way), 1))
    reach = 0.1 + 1.2 * np.minimum(room[1:], room[:-1])
    share = np.minimum(0.45, reach / np.maximum(leg, 1e-9))
    step = (way[1:] - way[:-1]) * share
    out = np.empty((3 * len(way) - 4, way.shape[1]))
    out[0], out[-1] = way[0], way[-1]
    out[1:-1:3] = way[1:-1] - step[:-1]
    out[2:-1:3] = way[1:-1]
    out[3:-1:3] = way[1:-1] + step[1:]
    return rounded(out)


def dense(way: F8, step_nm: float = 2.0) -> F8:
    """The way with no leg longer than `step_nm`."""
    n = np.maximum(1, np.ceil(legs_nm(way) / step_nm).astype(int))
    row = np.repeat(np.arange(len(n)), n)
    part = (np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)) / n[row]
    return np.vstack([way[row] + (way[row + 1] - way[row]) * part[:, None], way[-1:]])


def nearest(way: F8, point: F8) -> int:
    """Which point of a way lies nearest to a place."""
    k = np.cos(np.radians(point[0]))
    return int(np.argmin(np.hypot(way[:, 0] - point[0], (way[:, 1] - point[1]) * k)))


def in_ellipse(rng: np.random.Generator, at: F8, axes_nm: F8, share: float = 0.9) -> F8:
    """A random point of an ellipse with half-axes east-west and north-south."""
    r, a = np.sqrt(rng.uniform(0, share**2)), rng.uniform(0, 2 * np.pi)
    lat = at[0] + axes_nm[1] * r * np.sin(a) / 60.0
    return np.array([lat, at[1] + axes_nm[0] * r * np.cos(a) / 60.0 / np.cos(np.radians(at[0]))])
