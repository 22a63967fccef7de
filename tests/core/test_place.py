"""Distances, datums and coordinates as typed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core import sphere
from huanqiong.core.errors import InputError
from huanqiong.core.place import (
    DATUMS,
    Place,
    ahead,
    bearing_deg,
    convert,
    decimal,
    degree_minute,
    haversine_m,
    parse_coordinates,
)

LAT, LON = st.floats(-89.0, 89.0), st.floats(-179.9, 179.9)


def test_known_distance_and_bearing() -> None:
    """A degree of a meridian on the mean sphere; east along the equator."""
    assert float(haversine_m(0, 0, 1, 0)) == pytest.approx(111_195.08, abs=0.01)
    assert float(bearing_deg(0, 0, 0, 1)) == pytest.approx(90.0)
    assert float(haversine_m(0, 179.5, 0, -179.5)) == pytest.approx(111_195.08, abs=0.01)


@settings(deadline=None)  # the first call compiles
@given(LAT, LON, LAT, LON)
def test_scalar_and_array_forms_agree(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    assert sphere.haversine(lat1, lon1, lat2, lon2) == pytest.approx(
        float(haversine_m(lat1, lon1, lat2, lon2)), abs=1e-3
    )
    a, b = sphere.bearing(lat1, lon1, lat2, lon2), float(bearing_deg(lat1, lon1, lat2, lon2))
    assert abs((a - b + 180) % 360 - 180) < 1e-6 or haversine_m(lat1, lon1, lat2, lon2) < 1.0


@settings(deadline=None)
@given(LAT, LON, st.floats(0, 359.9), st.floats(1.0, 2_000_000.0))
def test_dead_reckoning_goes_that_far_that_way(lat: float, lon: float, course: float, dist_m: float) -> None:
    lat2, lon2 = ahead(lat, lon, course, dist_m)
    assert float(haversine_m(lat, lon, lat2, lon2)) == pytest.approx(dist_m, rel=1e-6, abs=0.1)
    assert -180 <= float(lon2) < 180
    one = sphere.ahead(lat, lon, course, dist_m)
    assert float(haversine_m(lat2, lon2, *one)) < 0.01


@given(st.floats(3.0, 53.0), st.floats(73.5, 135.0), st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_datums_round_trip_within_5_m(lat: float, lon: float, of: str, to: str) -> None:
    there = Place(lat, lon, of).to(to)  # type: ignore[arg-type]
    back = there.to(of)  # type: ignore[arg-type]
    assert float(haversine_m(lat, lon, back.lat, back.lon)) < 5.0


def test_gcj_moves_haikou_by_hundreds_of_metres_and_baidu_by_more() -> None:
    """Reference values: 39.908823 N 116.397470 E (Tiananmen) is 39.910226, 116.403712 in GCJ-02."""
    lat, lon = convert(39.908823, 116.397470, "WGS-84", "GCJ-02")
    assert float(haversine_m(lat, lon, 39.910226, 116.403712)) < 5.0
    home = (20.044, 110.324)
    gcj, bd = convert(*home, "WGS-84", "GCJ-02"), convert(*home, "WGS-84", "BD-09")
    assert 300 < float(haversine_m(*home, *gcj)) < 900
    assert float(haversine_m(*home, *bd)) > float(haversine_m(*home, *gcj))
    assert convert(*home, "WGS-84", "CGCS2000") == home
    assert convert(56.0, 11.0, "WGS-84", "GCJ-02") == (56.0, 11.0)


@pytest.mark.parametrize(
    "text",
    [
        "20.04, 110.191667",
        "20.04 110.191667",
        "110.191667, 20.04",
        "20°02.4'N 110°11.5'E",
        "20°02′24″N, 110°11′30″E",
        "北纬20°02.4′ 东经110°11.5′",
        "北纬20度2.4分，东经110度11分30秒",
        "N20.04 E110.191667",
        "E110°11.5' N20°02.4'",
        "2002.4N 11011.5E",
        "20.04N110.191667E",
        "２０．０４Ｎ １１０．１９１６６７Ｅ",
        "20°02'24''N 110°11'30''E",
    ],
)
def test_positions_as_people_type_them(text: str) -> None:
    lat, lon = parse_coordinates(text)
    assert lat == pytest.approx(20.04, abs=1e-6)
    assert lon == pytest.approx(110.191667, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "55.6, 12.3",
        "20.04",
        "",
        "20.04 110.19 3",
        "91N 110E",
        "20N 181E",
        "20°61'N 110°E",
        "20N 30N",
        "N20 30",
        "-20.1S 110E",
        "20.5°30'N 110E",
        "about 20.04 110.19",
        "20.04 110.19 or so",
    ],
)
def test_ambiguous_or_wrong_positions_are_asked_about(text: str) -> None:
    with pytest.raises(InputError, match="Write for example"):
        parse_coordinates(text)


@given(LAT, LON)
def test_what_is_printed_reads_back(lat: float, lon: float) -> None:
    for text, near in ((decimal(lat, lon), 1.0), (degree_minute(lat, lon), 15.0)):
        assert float(haversine_m(lat, lon, *parse_coordinates(text))) < near


def test_minutes_never_show_sixty() -> None:
    assert degree_minute(19.99999, 109.99999) == "20°00.00'N 110°00.00'E"
    assert degree_minute(-0.5, -7.25, 1) == "00°30.0'S 007°15.0'W"


def test_a_place_refuses_what_is_none() -> None:
    with pytest.raises(InputError, match="no place on earth"):
        Place(110.0, 20.0)
    with pytest.raises(InputError, match="unknown datum"):
        Place(20.0, 110.0, "Beijing54")  # type: ignore[arg-type]
    with pytest.raises(InputError):
        Place(float("nan"), 110.0)


def test_arrays_broadcast() -> None:
    d = haversine_m(np.zeros((2, 1)), 0.0, 0.0, np.array([1.0, 2.0, 3.0]))
    assert d.shape == (2, 3)
