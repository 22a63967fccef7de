"""From a fix in a lake to regions and ranked units: as the kernel says, from memory the second time, and in
words where something is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from huanqiong.core.geography import Geography, load_geography
from huanqiong.core.reasons import render
from huanqiong.core.schema import POSITIONS
from huanqiong.core.verdict import Reason
from huanqiong.desk.registry.rows import UnitRow
from huanqiong.flows import interception
from huanqiong.flows.interception import heard_fix, reach_of
from huanqiong.flows.last_fix import last_fix
from huanqiong.flows.sea_now import Now
from huanqiong.flows.sea_picture import Picture
from huanqiong.lake.positions import Lake
from huanqiong.lines.sea import reach

SHE, BOAT = 412900001, 412900077
T = datetime(2026, 3, 1, 5, 0, 20, tzinfo=UTC)


def unit(code: str, **more: Any) -> UnitRow:
    plain = UnitRow(code, code, code, "patrol_boat", "海警", 19.9, 111.3, None, 35.0, 10.0)
    return replace(plain, **more)


UNITS = [
    unit("far", lat=18.2, lon=109.5, speed_kn=12.0),
    unit("near"),
    unit("plane", kind="aircraft", speed_kn=140.0, lat=19.93, lon=110.46),
    unit("slow", speed_kn=None),
    unit("lost", lat=None, lon=None),
    unit("post", kind="station", speed_kn=None, lat=19.65, lon=111.0),
]


def row(
    mmsi: int, t: datetime, lat: float, lon: float, sog: float = 9.0, cog: float = 40.0
) -> dict[str, Any]:
    return {
        "source": "ais", "device": str(mmsi), "mmsi": mmsi, "t": t,
        "lat": lat, "lon": lon, "sog_kn": sog, "cog_deg": cog,
    }  # fmt: skip


@pytest.fixture(scope="module")
def geography() -> Geography:
    return load_geography()


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    """She sails north-east off Wenchang and is heard until T, then once half an hour later."""
    rows = [row(SHE, T - timedelta(minutes=5 * n), 19.5 - 0.0095 * n, 111.2 - 0.0085 * n) for n in range(100)]
    rows.append(row(SHE, T + timedelta(minutes=30), 19.56, 111.26, 8.0, 50.0))
    rows.append(row(BOAT, T - timedelta(minutes=50), 19.7, 111.5))
    lake = Lake(tmp_path)
    lake.append(pa.Table.from_pylist(rows, schema=POSITIONS), source_id="test")
    return Picture(lake)


def test_regions_and_meetings_are_the_kernels(picture: Picture, geography: Geography) -> None:
    fix = heard_fix(picture, SHE, T + timedelta(minutes=1), ship_type=30, length_m=24)
    assert fix == reach.Fix(19.5, 111.2, T.replace(second=20), 9.0, 40.0, 30, 24.0)
    at = T + timedelta(minutes=20, seconds=15)
    found = reach_of(fix, UNITS, picture, geography, at)
    assert found.at == at.replace(second=0)
    assert [w.hours for w in found.waters] == [0, 1, 3, 6, 12]
    age_h = (found.at - fix.t).total_seconds() / 3600
    for w in found.waters:
        want = reach.region(fix, age_h + w.hours, geography.coast)
        assert w.at == found.at + timedelta(hours=w.hours)
        for share in reach.LEVELS:
            shown = shapely.from_geojson(json.dumps(w.outlines[share]))
            exact = want.outline(share)
            assert shown.symmetric_difference(exact).area <= 1e-3 * exact.area
            assert w.area_km2[share] == want.area_km2(share)
    sent = [
        reach.Unit("far", "boat", 18.2, 109.5, 12.0, 10.0),
        reach.Unit("near", "boat", 19.9, 111.3, 35.0, 10.0),
        reach.Unit("plane", "aircraft", 19.93, 110.46, 140.0, 10.0),
        reach.Unit("post", "post", 19.65, 111.0, 0.0, 10.0),
    ]
    rs = [reach.region(fix, age_h + h, geography.coast) for h in (0, 1, 3, 6, 12)]
    want = reach.intercept(fix, sent, geography.coast, found.at, rs, age_h + 12)
    assert [(r.unit.code, r.meeting) for r in found.units[:4]] == [(m.unit.code, m) for m in want]
    assert {found.units[0].unit.code, found.units[1].unit.code} == {"near", "plane"}
    assert [(r.unit.code, r.reasons[0].code) for r in found.units[4:]] == [
        ("slow", "reach_unit_no_speed"),
        ("lost", "reach_unit_no_place"),
    ]
    assert [s.code for s in found.says] == ["reach_age"]


def test_asked_again_nothing_is_counted_again(
    picture: Picture, geography: Geography, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix = heard_fix(picture, SHE, T)
    first = reach_of(fix, UNITS, picture, geography, T + timedelta(seconds=5))
    monkeypatch.setattr(interception, "region", lambda *a: pytest.fail("counted again"))
    assert reach_of(fix, UNITS, picture, geography, T + timedelta(seconds=9)) is first
    monkeypatch.undo()
    moved = [replace(UNITS[1], speed_kn=20.0)]
    assert reach_of(fix, moved, picture, geography, T + timedelta(seconds=9)) is not first


def test_the_clock_decides_what_was_heard(picture: Picture, geography: Geography) -> None:
    before, after = (heard_fix(picture, SHE, T + timedelta(minutes=m)) for m in (29, 30))
    assert before is not None
    assert after is not None
    assert (before.lat, after.lat) == (19.5, 19.56)
    assert heard_fix(picture, SHE, T - timedelta(days=3)) is None


def test_what_is_not_known_is_said(picture: Picture, geography: Geography) -> None:
    nobody = reach_of(None, UNITS, picture, geography, T)
    assert (nobody.waters, [s.code for s in nobody.says]) == ((), ["reach_no_fix"])
    assert all(r.meeting is None for r in nobody.units)
    fix = heard_fix(picture, SHE, T)
    old = reach_of(fix, UNITS, picture, geography, T + timedelta(hours=25))
    assert (old.waters, [s.code for s in old.says]) == ((), ["reach_old_fix"])
    late = reach_of(fix, UNITS, picture, geography, T + timedelta(hours=15))
    assert [w.hours for w in late.waters] == [0, 1, 3, 6]
    assert [s.code for s in late.says] == ["reach_age", "reach_cut"]
    assert all("reach_extended" in {r.code for r in w.reasons} for w in late.waters)
    for reason in (*nobody.says, *old.says, *late.says, *old.units[0].reasons):
        assert isinstance(reason, Reason)
        assert not render(reason, "zh").startswith("reach_")
        assert render(reason, "zh") != render(reason, "en")


def test_without_course_or_speed_no_meeting_is_made_up(picture: Picture, geography: Geography) -> None:
    told = reach_of(reach.Fix(19.5, 111.2, T), UNITS, picture, geography, T)
    assert [w.hours for w in told.waters] == [1, 3, 6, 12]
    assert {r.reasons[0].code for r in told.units[:4]} == {"reach_no_course"}
    assert all(
        m is not None and m.meets is None and m.ahead is None for m in (r.meeting for r in told.units[:4])
    )


def test_a_unit_at_sea_counts_from_where_it_was_heard(picture: Picture, geography: Geography) -> None:
    fix = heard_fix(picture, SHE, T)
    boat = unit("boat", mmsi=BOAT)
    (at_sea,) = reach_of(fix, [boat], picture, geography, T).units
    assert (at_sea.lat, at_sea.lon, at_sea.heard) == (
        19.7,
        111.5,
        (T - timedelta(minutes=50)).replace(microsecond=0),
    )
    (ashore,) = reach_of(fix, [boat], picture, geography, T + timedelta(minutes=11)).units
    assert (ashore.lat, ashore.lon, ashore.heard) == (19.9, 111.3, None)


def test_the_live_feeds_newest_row_lies_behind_the_lakes(picture: Picture) -> None:
    now = Now(first=5_000_000)
    new = [row(SHE, T + timedelta(minutes=40), 19.6, 111.3, 7.0), row(SHE + 1, T, 1.0, 2.0, float("nan"))]
    now.update(pa.Table.from_pylist(new, schema=POSITIONS))
    live = last_fix(picture, SHE, T + timedelta(minutes=41), now)
    assert live is not None
    assert (live.lat, live.lon, live.sog_kn, live.at) == (19.6, 111.3, 7.0, (T + timedelta(minutes=40)))
    assert live.track[-2:] == ((19.56, 111.26), (19.6, 111.3))
    before = last_fix(picture, SHE, T + timedelta(minutes=39), now)
    assert before is not None
    assert before.lat == 19.56, "what is still to come is not shown"
    alone = last_fix(picture, SHE + 1, T, now)
    assert alone is not None
    assert (alone.lat, alone.sog_kn) == (1.0, None)
    assert last_fix(picture, SHE + 2, T, now) is None
    stale = [row(SHE, T, 1.0, 1.0)]
    other = Now()
    other.update(pa.Table.from_pylist(stale, schema=POSITIONS))
    kept = last_fix(picture, SHE, T + timedelta(minutes=31), other)
    assert kept is not None
    assert kept.lat == 19.56, "an older live row is not behind the lake's"
