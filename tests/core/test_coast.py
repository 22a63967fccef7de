"""The coast against shapely on the same lines, in and out of the theatre."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from huanqiong.core.geography import CoastArrays, Geography, load_geography
from huanqiong.core.geography.build import build
from huanqiong.core.geography.kernels import coast_distance_m, coast_within, new_search, on_land
from huanqiong.core.geography.nearby import coast_off_m
from huanqiong.core.geography.shoreline import lines_from_rings
from huanqiong.core.place import haversine_m
from huanqiong.data import path

F8 = NDArray[np.float64]
BOX = (105.0, 15.0, 118.0, 23.0)


@pytest.fixture(scope="module")
def geo() -> Geography:
    return load_geography()


@pytest.fixture(scope="module")
def pieces(geo: Geography) -> tuple[shapely.STRtree, F8]:
    """The bundled line's pieces in a tree of shapely's."""
    flat = geo.coast.arrays().flat
    return shapely.STRtree(shapely.linestrings(flat.reshape(-1, 2, 2))), flat


def shapely_m(pieces: tuple[shapely.STRtree, F8], lat: float, lon: float) -> float:
    """Distance by shapely in a chart stretched at the point, then haversine to the nearest point of it."""
    tree, flat = pieces
    best = math.inf
    for half in (0.2, 1.0, 4.0, 20.0):
        shrink = max(math.cos(math.radians(min(abs(lat) + half, 89.0))), 0.02)
        seen = tree.query(shapely.box(lon - half / shrink, lat - half, lon + half / shrink, lat + half))
        if len(seen) == 0:
            continue
        squeeze = np.cos(np.radians((flat[seen, 1] + flat[seen, 3]) / 4 + lat / 2))
        ends = flat[seen].reshape(-1, 2, 2).copy()
        ends[:, :, 0] = (ends[:, :, 0] - lon) * squeeze[:, None]
        ends[:, :, 1] -= lat
        lines = shapely.linestrings(ends)
        along = shapely.line_locate_point(lines, shapely.Point(0, 0))
        foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        best = float(haversine_m(lat, lon, lat + foot[:, 1], lon + foot[:, 0] / squeeze).min())
        if best <= math.radians(half) * 6_371_008.8:
            return best
    return best


def scattered(seed: int, n: int, west: float, south: float, east: float, north: float) -> tuple[F8, F8]:
    r = np.random.default_rng(seed)
    return r.uniform(south, north, n), r.uniform(west, east, n)


@pytest.mark.parametrize(
    ("box", "n"),
    [
        ((108.2, 17.8, 111.5, 20.6), 1500),
        (BOX, 800),
        ((8.0, 54.0, 14.0, 59.0), 1000),
        ((-100.0, 20.0, -80.0, 31.0), 300),
        ((103.5, 14.0, 119.0, 24.0), 300),
        ((10.0, 60.0, 30.0, 81.0), 200),
    ],
)
def test_distance_equals_shapely_within_10_m(
    geo: Geography, pieces: tuple[shapely.STRtree, F8], box: tuple[float, float, float, float], n: int
) -> None:
    lat, lon = scattered(7, n, *box)
    ours = geo.coast.distance_m(lat, lon)
    theirs = np.array([shapely_m(pieces, y, x) for y, x in zip(lat, lon, strict=True)])
    assert np.abs(ours - theirs).max() < 10.0


def test_points_close_to_the_shore(geo: Geography, pieces: tuple[shapely.STRtree, F8]) -> None:
    flat = geo.coast.arrays().flat
    r = np.random.default_rng(3)
    some = flat[r.integers(0, len(flat), 600)]
    lon, lat = some[:, 0] + r.normal(0, 0.01, 600), np.clip(some[:, 1] + r.normal(0, 0.01, 600), -84, 83)
    keep = np.abs(lon) < 179
    ours = geo.coast.distance_m(lat[keep], lon[keep])
    theirs = np.array([shapely_m(pieces, y, x) for y, x in zip(lat[keep], lon[keep], strict=True)])
    assert np.abs(ours - theirs).max() < 10.0
    on_line = geo.coast.distance_m(some[:, 1], some[:, 0])
    assert on_line.max() < 0.01


def test_land_equals_shapely_polygons(geo: Geography) -> None:
    """Islands of the theatre, and the Americas, as even-odd polygons."""
    rings = lines_from_rings(path("geography/shoreline.npz").read_bytes(), "shoreline")
    land = [shapely.Polygon(a) for a in rings if len(a) > 3 and (a[0] == a[-1]).all()]
    tree = shapely.STRtree(land)
    lat, lon = scattered(11, 4000, 108.4, 18.1, 111.2, 20.2)
    inside = np.zeros(len(lat), dtype=bool)
    inside[tree.query(shapely.points(lon, lat), predicate="intersects")[0]] = True
    assert (geo.coast.on_land(lat, lon) == inside).all()
    assert 0.3 < inside.mean() < 0.9

    rings = lines_from_rings(path("geography/world-shoreline.npz").read_bytes(), "world")
    calm = [a for a in rings if np.abs(np.diff(a[:, 0])).max() < 180 and len(a) > 3]
    tree = shapely.STRtree([shapely.Polygon(a) for a in calm])
    lat, lon = scattered(12, 20_000, -169.0, -60.0, -30.0, 62.0)  # no ring here crosses the antimeridian
    hits = tree.query(shapely.points(lon, lat), predicate="intersects")[0]
    odd = np.bincount(hits, minlength=len(lat)) % 2 == 1
    assert (geo.coast.on_land(lat, lon) == odd).all()


@pytest.mark.parametrize(
    ("lat", "lon", "land"),
    [
        (19.2, 109.8, True),
        (20.13, 110.2, False),
        (23.5, 114.0, True),
        (90.0, 0.0, False),
        (-90.0, 10.0, True),
        (0.0, 0.0, False),
        (55.6, 12.3, True),
        (56.5, 11.5, False),
        (64.0, 179.999, False),
        (68.0, 179.9, True),
        (67.5, -179.5, True),
        (42.0, 51.0, False),
        (47.5, -87.0, True),
        (21.5, 106.0, True),
        (16.0, 113.0, False),
    ],
)
def test_land_at_known_places(geo: Geography, lat: float, lon: float, land: bool) -> None:
    """The Caspian is sea, Lake Superior land, the north pole sea, the south pole land."""
    assert bool(geo.coast.on_land(lat, lon)[0]) is land


def test_poles_and_antimeridian(geo: Geography) -> None:
    d = geo.coast.distance_m
    assert d(90.0, 0.0)[0] == pytest.approx(d(90.0, 137.0)[0], abs=1e-6)
    assert 600_000 < d(90.0, 0.0)[0] < 800_000
    assert d(0.0, 180.0)[0] == pytest.approx(d(0.0, -180.0)[0], abs=1e-6)
    assert abs(d(0.0, 179.9999)[0] - d(0.0, -179.9999)[0]) < 23.0
    assert d(65.0, 190.0)[0] == pytest.approx(d(65.0, -170.0)[0], abs=1e-6)
    assert math.isnan(d(math.nan, 3.0)[0])
    assert not geo.coast.on_land(math.nan, 3.0)[0]


@settings(max_examples=300, deadline=None)
@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(10.0, 400_000.0))
def test_bounds_hold_and_limits_agree(lat: float, lon: float, limit_m: float) -> None:
    coast = load_geography().coast
    exact = coast.distance_m(lat, lon)[0]
    low, high = coast.bounds_m(lat, lon)
    assert low[0] <= exact <= high[0]
    capped = coast.distance_m(lat, lon, limit_m)[0]
    assert capped == (exact if exact < limit_m else math.inf)
    assert bool(coast.within(lat, lon, limit_m)[0]) is bool(exact < limit_m)


def test_bounds_hold_near_the_shore(geo: Geography) -> None:
    flat = geo.coast.arrays().flat
    r = np.random.default_rng(5)
    some = flat[r.integers(0, len(flat), 20_000)]
    lat, lon = np.clip(some[:, 1] + r.normal(0, 0.1, 20_000), -90, 90), some[:, 0] + r.normal(0, 0.1, 20_000)
    exact = geo.coast.distance_m(lat, lon)
    low, high = geo.coast.bounds_m(lat, lon)
    assert (low <= exact).all()
    assert (exact <= high).all()
    assert (geo.coast.within(lat, lon, 3_000.0) == (exact < 3_000.0)).all()


def test_lakes_are_not_coast(geo: Geography) -> None:
    assert geo.coast.distance_m(47.5, -87.0)[0] > 500_000  # Lake Superior
    assert geo.coast.distance_m(19.35, 109.55)[0] > 25_000  # the reservoir of Songtao


def test_a_kernel_may_ask(geo: Geography) -> None:
    @njit
    def far(c: CoastArrays, lat: F8, lon: F8) -> int:
        n = 0
        for i in range(len(lat)):
            if coast_distance_m(c, lat[i], lon[i], 5_000.0) == math.inf and not on_land(c, lat[i], lon[i]):
                n += not coast_within(c, lat[i], lon[i], 5_000.0)
        return n

    lat, lon = scattered(2, 500, 108.0, 17.5, 111.5, 20.5)
    expected = (geo.coast.distance_m(lat, lon) >= 5_000.0) & ~geo.coast.on_land(lat, lon)
    assert far(geo.coast.arrays(), lat, lon) == expected.sum() > 0


def test_the_bundled_cells_are_those_that_would_be_made() -> None:
    """`coast-near.npz` agrees with distances computed anew, to the step it is kept in."""
    geo = load_geography()
    arrays = geo.coast.arrays()
    world = lines_from_rings(path("geography/world-shoreline.npz").read_bytes(), "w")
    theatre = lines_from_rings(path("geography/shoreline.npz").read_bytes(), "t")
    anew = build(world, theatre, geo.box)
    assert (anew.tile == arrays.tile).all()
    assert (anew.near == arrays.near).all()
    assert np.abs(anew.tile_m - arrays.tile_m).max() <= 51.0


def test_a_place_off_the_coast_by_cells_is_off_by_search(geo: Geography) -> None:
    @njit
    def off(c: CoastArrays, lat: F8, lon: F8, limit: float, see: float) -> F8:
        out, search = np.empty(len(lat)), new_search()
        for i in range(len(lat)):
            out[i] = coast_off_m(c, lat[i], lon[i], limit, see, search)
        return out

    r = np.random.default_rng(4)
    lat = np.concatenate([r.uniform(17.9, 20.4, 9000), r.uniform(54, 60, 9000), r.uniform(-80, 84, 4000)])
    lon = np.concatenate([r.uniform(108.3, 111.3, 9000), r.uniform(8, 14, 9000), r.uniform(-180, 180, 4000)])
    seam = np.array([(-16.8, 179.99), (-16.8, -179.99), (-16.1, 180.0), (71.2, 179.6), (78.2, 15.6)])
    lat, lon = np.append(lat, seam[:, 0]), np.append(lon, seam[:, 1])
    for limit in (300.0, 1_300.0, 3_704.0):
        exact = geo.coast.distance_m(lat, lon)
        got = off(geo.coast.arrays(), lat, lon, limit, 1_000.0)
        assert ((got == 0.0) == (exact <= limit)).all()
        assert (got <= np.clip(exact - limit, 0, 1_000.0) + 1e-6).all()  # never more than it is
        far = exact > limit + 100.0
        assert (got[far] >= np.minimum(exact[far] - limit, 1_000.0) - 60.0).all()
        assert (got == 0.0).sum() > 40
