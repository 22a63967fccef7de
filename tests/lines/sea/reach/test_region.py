"""Regions: what holds for every fix, and the fixes that are odd."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lines.sea.reach.seas import OPEN, T, fix

from huanqiong.core.errors import InputError
from huanqiong.core.geography import Coast, load_geography
from huanqiong.core.place import ahead, haversine_m
from huanqiong.core.units import KN_MS
from huanqiong.lines.sea.reach import HOURS, LEVELS, Fix, Habits, Region, bundled_norms, region, regions

SOME = settings(max_examples=25, deadline=None)
COURSE = st.floats(0, 359.9)


@pytest.fixture(scope="module")
def coast() -> Coast:
    return load_geography().coast


def codes(r: Region) -> set[str]:
    return {x.code for x in r.reasons}


@SOME
@given(
    lat=st.floats(17.0, 21.5),
    lon=st.floats(106.5, 113.0),
    sog=st.none() | st.floats(0, 40),
    course=st.none() | COURSE,
    kind=st.sampled_from([None, 0, 30, 37, 52, 60, 70, 80, 90, 201]),
    hours=st.sampled_from(HOURS),
)
def test_what_holds_around_hainan(
    lat: float, lon: float, sog: float | None, course: float | None, kind: int | None, hours: float
) -> None:
    coast = load_geography().coast
    if bool(coast.on_land(lat, lon)[0]) and float(coast.distance_m(lat, lon)[0]) > 3_000:
        lat, lon = 20.1, 110.5
    r = region(Fix(lat, lon, T, sog, course, kind), hours, coast)
    assert r.mass.sum() == pytest.approx(1.0)
    assert (r.mass >= 0).all()
    some = r.mass > 0
    rows, cols = np.nonzero(some)
    lats, lons = r.grid.lats()[rows], r.grid.lons()[cols]
    assert not coast.on_land(lats, lons).any()
    direct = haversine_m(lat, lon, lats, lons)
    assert (r.way_m[some] >= direct - 1e-6).all()
    assert (direct <= r.top_kn * KN_MS * 3600 * hours + 2 * r.grid.cell_m).all()
    regions_ = [r.cells(p) for p in LEVELS]
    for small, large, share in zip(regions_, regions_[1:], LEVELS, strict=False):
        assert not (small & ~large).any()
        assert r.mass[small].sum() >= share
    # Smallest: without its thinnest cell a region no longer holds its share.
    for share, cells in zip(LEVELS, regions_, strict=True):
        assert r.mass[cells].sum() - r.mass[cells & (r.held == r.held[cells].max())].sum() < share


@SOME
@given(kind=st.sampled_from([30, 37, 52, 60, 70, 80, 90]), sog=st.floats(6, 20), hours=st.floats(0.5, 6))
def test_it_grows_with_twice_the_time_and_with_speed(kind: int, sog: float, hours: float) -> None:
    coast = load_geography().coast

    def of(v: float, h: float) -> list[float]:
        r = region(fix(sog_kn=v, ship_type=kind), h, coast)
        return [r.area_km2(p) for p in (0.8, 0.95)]

    here = of(sog, hours)
    assert all(a < b for a, b in zip(here, of(sog, 2 * hours), strict=True))
    faster = min(sog * 1.3, float(bundled_norms().kind_of(kind).sog_kn[-1]))  # type: ignore[union-attr]
    if faster > sog * 1.05:
        assert all(a < b for a, b in zip(here, of(faster, hours), strict=True))


@SOME
@given(course=COURSE, hours=st.sampled_from(HOURS))
def test_mirrored_course_mirrors_the_region(course: float, hours: float) -> None:
    coast = load_geography().coast
    one = region(fix(cog_deg=course), hours, coast)
    other = region(fix(cog_deg=(360.0 - course) % 360.0), hours, coast)
    np.testing.assert_allclose(one.mass, other.mass[:, ::-1], atol=1e-9)


def test_plain_sampling_finds_as_many_as_the_regions_say(coast: Coast) -> None:
    """The slow reference: draw pace and turn from the norms, sail them, count who is inside."""
    norms, rng = bundled_norms(), np.random.default_rng(7)
    state = norms.state_of(14.0)
    for hours in (0.5, 2.0, 9.0):
        norm, n = state.at("cargo", hours), 6_000
        pace = np.interp(rng.random(n), norms.levels, norm.pace) * 14.0
        pace = np.minimum(pace, float(norms.kind_of(70).sog_kn[-1]))  # type: ignore[union-attr]
        band = np.searchsorted(state.bands * 14.0, pace)
        turn = np.array([np.interp(rng.random(), norms.levels, norm.turn[b]) for b in band])
        side = np.where(rng.random(n) < 0.5, -1, 1)
        lat, lon = ahead(*OPEN, 250.0 + side * turn, pace * KN_MS * 3600 * hours)
        r = region(fix(sog_kn=14.0, cog_deg=250.0), hours, coast)
        for share in LEVELS:
            assert r.holds(lat, lon, share).mean() == pytest.approx(share, abs=0.035), (hours, share)


def test_what_is_not_known_widens_and_is_said(coast: Coast) -> None:
    full = region(fix(), 3, coast)
    assert codes(full) == {"reach_tracks", "reach_extended"}
    for unknown, code in (("ship_type", "type"), ("sog_kn", "speed"), ("cog_deg", "course")):
        wide = region(fix(**{unknown: None}), 3, coast)
        assert f"reach_{code}_unknown" in codes(wide)
        assert wide.area_km2(0.95) > full.area_km2(0.95)
    assert "reach_extended" not in codes(region(fix(), 0.3, coast))
    assert "reach_few_tracks" in codes(region(fix(ship_type=30, sog_kn=8.0), 3, coast))


def test_a_length_narrows_what_type_she_may_be(coast: Coast) -> None:
    said = {
        length: next(
            x.value
            for x in region(fix(ship_type=None, length_m=length), 1, coast).reasons
            if x.code == "reach_type_unknown"
        )
        for length in (None, 12.0, 300.0)
    }
    assert said[None] == len(bundled_norms().kinds)
    assert said[12.0] < said[None]
    assert said[300.0] < said[None]


def test_her_own_speeds_count_more_the_longer_it_is(coast: Coast) -> None:
    slow = Habits.of([4.2] * 500 + [float("nan")])
    assert slow.rows == 500
    gain = {}
    for hours in (1.0, 12.0):
        plain, own = (region(fix(habits=h), hours, coast) for h in (None, slow))
        assert "reach_own_speeds" in codes(own)
        middle = [float((r.mass * np.where(r.mass > 0, r.way_m, 0)).sum()) for r in (plain, own)]
        gain[hours] = middle[1] / middle[0]
    assert gain[12.0] < gain[1.0] < 1.0


def test_across_the_antimeridian_nothing_changes(coast: Coast) -> None:
    here, there = region(fix(lon=179.95), 6, coast), region(fix(lat=8.0, lon=-150.0), 6, coast)
    np.testing.assert_allclose(here.mass, there.mass, atol=1e-9)
    east = ahead(8.0, 179.95, 90.0, 12 * KN_MS * 6 * 3600 * 0.99)
    assert float(east[1]) < 0
    assert bool(here.holds(*east, 0.95))
    assert here.outline(0.95).bounds[2] > 180
    assert here.outline(0.95).is_valid


def test_at_rest_she_mostly_stays(coast: Coast) -> None:
    r = region(fix(sog_kn=0.0, cog_deg=None), 3, coast)
    assert bool(r.holds(*OPEN, 0.5))
    assert r.area_km2(0.5) < 1.0


def test_a_berth_counts_from_the_water_before_it(coast: Coast) -> None:
    lat, lon = 20.040, 110.325  # Haikou, a few hundred metres behind the waterfront
    assert bool(coast.on_land(lat, lon)[0])
    r = region(Fix(lat, lon, T, 0.0, None, 70), 6, coast)
    assert "reach_fix_on_land" in codes(r)
    away = region(Fix(lat, lon, T, 10.0, 0.0, 70), 3, coast)
    assert away.area_km2(0.95) > 100
    assert bool(away.holds(20.35, 110.33, 0.95)) or away.front_m(0.95, 0.0, 30.0) > 20_000


def test_no_harbour_is_a_trap() -> None:
    """From every port of the theatre she can leave, on rivers too, where coarse cells close the way."""
    geography = load_geography()
    narrow = set()
    for port in geography.ports:
        for hours, least_km2 in ((1.0, 20), (6.0, 400)):
            r = region(Fix(port.lat, port.lon, T, 10.0, None, 30), hours, geography.coast)
            assert r.area_km2(0.95) > least_km2, (port.name_en, hours)
            narrow |= {port.name_en} if "reach_narrow" in codes(r) else set()
    assert "Hai Phong" in narrow
    assert len(narrow) < 10


def test_far_inland_there_is_no_region(coast: Coast) -> None:
    with pytest.raises(InputError, match="no water within"):
        region(Fix(19.1, 109.7, T, 5.0, 90.0), 1, coast)


@pytest.mark.parametrize("hours", [0.0, -1.0, 24.1])
def test_hours_have_bounds(coast: Coast, hours: float) -> None:
    with pytest.raises(InputError, match="hours ahead"):
        region(fix(), hours, coast)


@pytest.mark.parametrize(
    "bad",
    [
        {"lat": 85.0},
        {"sog_kn": -1.0},
        {"sog_kn": 102.3},
        {"cog_deg": 361.0},
        {"length_m": float("nan")},
        {"sog_kn": float("nan")},
    ],
)
def test_a_fix_no_ship_can_have_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError):
        fix(**bad)


def test_the_outline_is_the_cells(coast: Coast) -> None:
    for r in regions(Fix(20.12, 110.3, T, 14.0, 270.0, 60), coast):
        shape = r.outline(0.8)
        assert shape.is_valid
        assert shape.area == pytest.approx(r.cells(0.8).sum() * r.grid.dlat * r.grid.dlon)
    assert r.outline(0.0).is_empty


@pytest.mark.parametrize("hours", [0.01, 0.2])
def test_a_moment_later_she_is_about_where_she_was(coast: Coast, hours: float) -> None:
    for speed in (0.0, 12.0):
        r = region(fix(sog_kn=speed), hours, coast)
        assert r.mass.sum() == pytest.approx(1.0)
        there = ahead(*OPEN, 90.0, speed * KN_MS * 3600 * hours)
        assert bool(r.holds(*there, 0.95))
        assert r.area_km2(0.95) < 50
