"""Meetings: the equation against a plain search, boats around land, posts that wait, ranks and reasons."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.lines.sea.reach.seas import OPEN, T, fix

from huanqiong.core.errors import InputError
from huanqiong.core.geography import Coast, load_geography
from huanqiong.core.place import ahead, bearing_deg, haversine_m
from huanqiong.core.reasons import render
from huanqiong.core.units import KN_MS
from huanqiong.core.verdict import Reason
from huanqiong.lines.sea.reach import Fix, Unit, intercept, regions
from huanqiong.lines.sea.reach.meet import meeting_s

REACH = Path(__file__).parents[4] / "src/huanqiong/lines/sea/reach"


@pytest.fixture(scope="module")
def coast() -> Coast:
    return load_geography().coast


@settings(max_examples=120, deadline=None)
@given(
    lat=st.floats(-60, 60),
    lon=st.floats(-180, 179.9),
    course=st.floats(0, 359.9),
    v1=st.floats(0, 40),
    v2=st.floats(1, 60),
    bearing=st.floats(0, 359.9),
    far_nm=st.floats(0.1, 400),
    ready_s=st.floats(0, 7_200),
)
def test_the_equation_finds_what_a_plain_search_finds(
    lat: float, lon: float, course: float, v1: float, v2: float, bearing: float, far_nm: float, ready_s: float
) -> None:
    u, w = (float(x) for x in ahead(lat, lon, bearing, far_nm * 1852))
    until = 12 * 3600.0
    got = meeting_s(
        lat=lat,
        lon=lon,
        cog_deg=course,
        sog_kn=v1,
        unit_lat=u,
        unit_lon=w,
        unit_kn=v2,
        ready_s=ready_s,
        until_s=until,
    )
    t = np.arange(ready_s, until, 10.0)
    y, x = ahead(lat, lon, course, v1 * KN_MS * t)
    spare = v2 * KN_MS * (t - ready_s) - haversine_m(u, w, y, x)
    met = np.flatnonzero(spare >= 0)
    if got is None:
        assert not len(met)
        return
    if not len(met):  # met between two looks only, or in the last one
        assert spare.max() > -10 * (v1 + v2) * KN_MS
        return
    assert t[met[0]] - 10.1 <= got <= t[met[0]] + 0.1
    # Never earlier than if both ran straight at each other.
    assert got * v1 + (got - ready_s) * v2 >= far_nm * 3600 * (1 - 1e-6)


@settings(max_examples=20, deadline=None)
@given(bearing=st.floats(0, 359.9), far_nm=st.floats(1, 150), v2=st.floats(5, 50), ready=st.floats(0, 60))
def test_in_open_water_boat_and_aircraft_of_one_speed_are_one(
    bearing: float, far_nm: float, v2: float, ready: float
) -> None:
    coast = load_geography().coast
    u, w = (float(x) for x in ahead(*OPEN, bearing, far_nm * 1852))
    both = [Unit(k, k, u, w, v2, ready) for k in ("aircraft", "boat")]  # type: ignore[arg-type]
    one, two = (intercept(fix(), [x], coast, T)[0] for x in both)
    assert (one.meets is None) == (two.meets is None)
    assume(one.meets is not None)
    assert one.meets == two.meets
    assert one.meets is not None
    way_m = float(haversine_m(u, w, one.meets.lat, one.meets.lon))
    assert one.meets.way_m == pytest.approx(way_m, rel=1e-6, abs=0.1)
    gone_s = (one.meets.t - T).total_seconds() - ready * 60
    assert way_m <= gone_s * v2 * KN_MS + 1
    her = ahead(*OPEN, 90.0, 12 * KN_MS * (one.meets.t - T).total_seconds())
    assert float(haversine_m(*her, one.meets.lat, one.meets.lon)) < 5


def test_a_boat_behind_the_island_goes_around(coast: Coast) -> None:
    """She is off Haikou, the boat in Sanya: an aircraft flies over the mountains, the boat cannot."""
    her = Fix(20.15, 110.2, T, 1.0, 270.0, 30)
    boat = Unit("boat", "boat", 18.20, 109.47, 30.0)
    plane = Unit("plane", "aircraft", 18.20, 109.47, 30.0)
    first, second = intercept(her, [boat, plane], coast, T)
    assert (first.unit, second.unit) == (plane, boat)
    assert first.meets is not None
    assert second.meets is not None
    assert second.meets.way_m > 1.4 * first.meets.way_m
    around = next(r for r in second.reasons if r.code == "reach_around")
    assert around.value == pytest.approx(second.meets.way_m / 1852)
    gone_s = (second.meets.t - T).total_seconds()
    assert second.meets.way_m <= gone_s * 30 * KN_MS + 1_000


def test_a_slow_unit_meets_her_only_where_she_comes_to_it(coast: Coast) -> None:
    astern, ahead_ = Unit("astern", "boat", 8.0, -150.3, 6.0), Unit("ahead", "boat", 8.0, -149.0, 6.0)
    first, second = intercept(fix(), [astern, ahead_], coast, T)
    assert first.unit.code == "ahead"
    assert first.meets is not None
    assert second.meets is None
    assert "reach_too_slow" in {r.code for r in second.reasons}


def test_posts_wait(coast: Coast) -> None:
    east = [float(x) for x in ahead(*OPEN, 90.0, 24 * 1852)]
    beside = [float(x) for x in ahead(*east, 0.0, 2_000)]
    on_it, off_it = Unit("near", "post", *beside), Unit("far", "post", 8.5, -149.6)
    late = Unit("late", "post", *beside, ready_min=600)
    found = {m.unit.code: m for m in intercept(fix(), [off_it, on_it, late], coast, T)}
    near = found["near"].meets
    assert near is not None
    minutes = (near.t - T).total_seconds() / 60
    assert minutes == pytest.approx(120 - math.sqrt(9 - 4) * 1000 / (12 * KN_MS) / 60, abs=1.5)
    assert near.way_m <= 3_000
    assert found["far"].meets is None
    assert found["late"].meets is None
    assert [r.code for r in found["far"].reasons] == ["reach_waits"]


def test_she_is_ashore_before_they_come(coast: Coast) -> None:
    her = Fix(20.15, 110.2, T, 12.0, 180.0, 30)  # straight at Haikou's shore
    far = Unit("far", "boat", 18.2, 109.47, 15.0)
    (m,) = intercept(her, [far], coast, T)
    assert m.meets is None
    (ashore,) = [r for r in m.reasons if r.code == "reach_lands_first"]
    assert isinstance(ashore.value, float)
    assert ashore.value < 60


def test_ahead_is_before_the_front(coast: Coast) -> None:
    f = fix()
    seen = regions(f, coast)
    in_front = Unit("front", "boat", 8.0, -148.0, 25.0, 20)
    (m,) = intercept(f, [in_front], coast, T, seen)
    assert m.ahead is not None
    minutes = (m.ahead.t - T).total_seconds() / 60
    assert minutes >= 20
    off_m = float(haversine_m(*OPEN, m.ahead.lat, m.ahead.lon))
    assert float(bearing_deg(*OPEN, m.ahead.lat, m.ahead.lon)) == pytest.approx(90, abs=1)
    for r in seen:
        if r.hours * 60 <= minutes:
            assert r.front_m(0.8, 90.0, 20.0) <= off_m + 1
    assert m.ahead.way_m == pytest.approx((minutes - 20) * 60 * 25 * KN_MS, rel=0.01)
    (said,) = [r for r in m.reasons if r.code == "reach_ahead"]
    assert said.value == pytest.approx(minutes)
    assert isinstance(said.limit, float)
    assert minutes <= said.limit <= 720
    assert render(said, "en", limits=True).endswith(f"comes at minute {said.limit:.0f})")
    (none,) = intercept(f, [in_front], coast, T)
    assert none.ahead is None
    with pytest.raises(InputError, match="another fix"):
        intercept(fix(sog_kn=5.0), [in_front], coast, T, seen)


def test_units_leave_now_not_at_the_fix(coast: Coast) -> None:
    unit = Unit("u", "aircraft", 8.0, -149.0, 100.0, 10)
    (at_once,), (later,) = (intercept(fix(), [unit], coast, T + dt.timedelta(minutes=m)) for m in (0, 30))
    assert at_once.meets is not None
    assert later.meets is not None
    assert later.meets.t > at_once.meets.t
    assert later.meets.t >= T + dt.timedelta(minutes=40)
    with pytest.raises(InputError, match="before the fix"):
        intercept(fix(), [unit], coast, T - dt.timedelta(seconds=1))


def test_without_speed_or_course_nothing_is_counted(coast: Coast) -> None:
    unit = Unit("u", "boat", 8.0, -149.0, 20.0)
    for known in ({"sog_kn": None}, {"cog_deg": None}):
        (m,) = intercept(fix(**known), [unit], coast, T)
        assert m.meets is None
        assert [r.code for r in m.reasons] == ["reach_no_course"]
    (m,) = intercept(fix(sog_kn=0.0, cog_deg=None), [unit], coast, T)
    assert m.meets is not None
    assert (m.meets.lat, m.meets.lon) == pytest.approx(OPEN)


@pytest.mark.parametrize(
    "bad", [{"kind": "tank"}, {"speed_kn": 0.0}, {"speed_kn": float("nan")}, {"lat": 89.0}, {"ready_min": -1}]
)
def test_a_unit_no_agency_has_is_refused(bad: dict[str, object]) -> None:
    good = {"code": "u", "kind": "boat", "lat": 8.0, "lon": -150.0, "speed_kn": 20.0}
    with pytest.raises(InputError, match="unit u"):
        Unit(**(good | bad))  # type: ignore[arg-type]


def test_every_code_has_a_text_in_both_languages() -> None:
    source = "".join(f.read_text(encoding="utf-8") for f in REACH.glob("*.py"))
    codes = set(re.findall(r'"(reach_[a-z_]+)"', source))
    assert len(codes) >= 17
    for code in codes:
        zh, en = (render(Reason(code, 7.0, 3.0), lang, limits=True) for lang in ("zh", "en"))
        assert not zh.startswith("reach_"), code
        assert re.search("[一-鿿]", zh)
        assert zh != en
