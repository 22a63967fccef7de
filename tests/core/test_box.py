"""A box around places holds every point within the distance, and little more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.box import box_around
from huanqiong.core.place import ahead, haversine_m

LATS, LONS = st.floats(-80, 80), st.floats(-170, 170)


@given(
    places=st.lists(st.tuples(LATS, LONS), min_size=1, max_size=4),
    dist_m=st.floats(1, 50_000),
    bearing=st.floats(0, 360),
)
def test_all_that_is_near_lies_within(
    places: list[tuple[float, float]], dist_m: float, bearing: float
) -> None:
    found = box_around(places, dist_m)
    assert found is not None
    west, south, east, north = found
    for lat, lon in places:
        at, to = ahead(lat, lon, bearing, dist_m * 0.999)
        assert south <= float(at) <= north
        assert west <= float(to) <= east


def test_it_is_no_wider_than_asked() -> None:
    found = box_around([(20.0, 110.0), (None, None), (19.0, 111.0)], 37_040)
    assert found is not None
    west, south, east, north = found
    assert float(haversine_m(20.0, 110.0, north, 110.0)) == pytest.approx(37_040)
    assert float(haversine_m(19.0, 110.0, south, 110.0)) == pytest.approx(37_040)
    wide = np.array([haversine_m(north, west, north, 110.0), haversine_m(north, 111.0, north, east)])
    assert wide == pytest.approx(37_040, rel=1e-4)


def test_no_place_no_box_and_never_off_the_chart() -> None:
    assert box_around([(None, 110.0), (20.0, None)], 1000) is None
    assert box_around([(89.9, 179.9), (-89.9, -179.9)], 100_000) == (-180.0, -90.0, 180.0, 90.0)
