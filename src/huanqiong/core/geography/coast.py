"""The coast: how far, whether on land; for arrays here, for kernels through `arrays()`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from huanqiong.core.geography.kernels import (
    CoastArrays,
    Search,
    cell_of,
    coast_bounds_m,
    coast_within,
    new_search,
    next_coast_distance_m,
    on_land,
    tile_of,
)

F8 = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coast:
    """The sea's shoreline: the theatre's inside its box, the world's outside; lakes do not count.

    Distances are on the sphere of radius R1 (as everywhere in the house) to a shoreline whose pieces are
    straight on the chart. In and out: degrees WGS-84; NaN gives NaN (distance) or False.
    """

    _arrays: CoastArrays

    def arrays(self) -> CoastArrays:
        """Plain arrays for `kernels.coast_distance_m`, `coast_within`, `coast_bounds_m`, `on_land`."""
        return self._arrays

    def distance_m(self, lat: ArrayLike, lon: ArrayLike, max_m: float = math.inf) -> F8:
        """Metres to the nearest shoreline, on land too; exact below `max_m`, inf from there on."""
        y, x = _pair(lat, lon)
        out = np.empty(len(y))
        _distances(self._arrays, y, x, max_m, np.argsort(_cells(y, x)), new_search(), out)
        return out

    def within(self, lat: ArrayLike, lon: ArrayLike, dist_m: float) -> Flags:
        """Whether a shoreline is nearer than `dist_m`; much cheaper than the distance itself."""
        y, x = _pair(lat, lon)
        return cast(Flags, _withins(self._arrays, y, x, dist_m))

    def bounds_m(self, lat: ArrayLike, lon: ArrayLike) -> tuple[F8, F8]:
        """Lower and upper bounds of the distance, in constant time a point; an upper bound may be inf."""
        y, x = _pair(lat, lon)
        both = _bounds(self._arrays, y, x)
        return both[:, 0], both[:, 1]

    def on_land(self, lat: ArrayLike, lon: ArrayLike) -> Flags:
        """Whether each point lies on land; a lake is land here."""
        y, x = _pair(lat, lon)
        return cast(Flags, _lands(self._arrays, y, x))


def _pair(lat: ArrayLike, lon: ArrayLike) -> tuple[F8, F8]:
    y = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    x = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    return y, x


@njit(cache=True, error_model="numpy", _nrt=False)
def _cell(lat: float, lon: float) -> int:
    return cell_of(tile_of(lat, lon), lat, lon) if math.isfinite(lat) and math.isfinite(lon) else -1


@njit(cache=True)
def _cells(lat: F8, lon: F8) -> NDArray[np.int64]:
    out = np.empty(len(lat), dtype=np.int64)
    for i in range(len(lat)):
        out[i] = _cell(lat[i], lon[i])
    return out


@njit(cache=True, error_model="numpy", _nrt=False)
def _distances(
    c: CoastArrays, lat: F8, lon: F8, max_m: float, order: NDArray[np.int64], search: Search, out: F8
) -> None:
    """Distances, place by place in the order of cells: neighbours see the same pieces."""
    for k in range(len(order)):
        i = order[k]
        out[i] = next_coast_distance_m(c, lat[i], lon[i], max_m, search)


@njit(cache=True)
def _withins(c: CoastArrays, lat: F8, lon: F8, dist_m: float) -> Flags:
    out = np.empty(len(lat), dtype=np.bool_)
    for i in range(len(lat)):
        out[i] = coast_within(c, lat[i], lon[i], dist_m)
    return out


@njit(cache=True)
def _bounds(c: CoastArrays, lat: F8, lon: F8) -> F8:
    out = np.empty((len(lat), 2))
    for i in range(len(lat)):
        out[i] = coast_bounds_m(c, lat[i], lon[i])
    return out


@njit(cache=True)
def _lands(c: CoastArrays, lat: F8, lon: F8) -> Flags:
    out = np.empty(len(lat), dtype=np.bool_)
    for i in range(len(lat)):
        out[i] = on_land(c, lat[i], lon[i])
    return out
