"""Each kind by example: just inside its rule and just outside."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))

from huanqiong.core.errors import InputError, ShapeError, UsageError
from huanqiong.core.geography.geography import Geography, load_geography
from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.kernels import Archive, Zone, detect_archive
from huanqiong.lines.sea.zone import zones_from_geojson

from worlds import HOUR, MIN, T0, sail, table  # isort: skip

GFW = load_profile("gfw")
HAINAN = load_profile("hainan")
AT = (17.3, 110.6)  # open sea south-east of Hainan


@pytest.fixture(scope="module")
def sea() -> Geography:
    return load_geography("hainan")


def found(
    rows: pa.Table | list[Any], kind: str, profile: Any = GFW, g: Geography | None = None, **kw: Any
) -> list[Any]:
    world = rows if isinstance(rows, pa.Table) else table(rows)
    events = detect_archive(world, profile, g, kw.pop("zones", ()), [kind], **kw).to_pylist()
    for e in events:
        e["why"] = {r["code"]: r["value"] for r in json.loads(e["reasons"])}
    return events


def us(when: Any) -> int:
    return round(when.timestamp() * 1e6)


@pytest.mark.parametrize(("pause", "gaps"), [(6 * HOUR, 0), (6 * HOUR + 1, 1)])
def test_a_gap_is_longer_than_six_hours(pause: int, gaps: int) -> None:
    first = sail(412_000_007, T0, *AT, 10.0, 90.0, 60)
    events = found(
        [*first, *sail(412_000_007, first[-1][1] + pause, AT[0], AT[1] + 0.3, 10.0, 90.0, 30)], "gap"
    )
    assert len(events) == gaps
    for e in events:
        assert (us(e["t0"]), us(e["t1"])) == (first[-1][1], first[-1][1] + pause)
        assert e["why"]["positions_before"] == 31
        assert e["severity"] == 1
        assert e["subject"] == "mmsi:412000007"


def test_only_the_twelve_hours_before_a_gap_count() -> None:
    first = sail(412_000_007, T0, *AT, 0.0, 0.0, 20 * 60, step=10)
    events = found([*first, (412_000_007, first[-1][1] + 7 * HOUR, *AT, 0.0, 0.0)], "gap")
    assert [e["why"]["positions_before"] for e in events] == [73]


def _others(n: int, until_min: int) -> list[Any]:
    return [
        r
        for k in range(n)
        for r in sail(412_000_100 + k, T0, AT[0] + 0.05 * k, AT[1], 0.0, 0.0, until_min, step=5)
    ]


def test_an_open_gap_needs_others_heard_nearby() -> None:
    silent = sail(412_000_007, T0, *AT, 5.0, 90.0, 60)
    for others, expected in ((3, ["mmsi:412000007"]), (2, [])):
        events = found(silent + _others(others, 12 * 60), "open_gap")
        assert [e["subject"] for e in events] == expected
    assert us(events_t1(silent)) == T0 + 12 * HOUR


def events_t1(silent: list[Any]) -> Any:
    return found(silent + _others(3, 12 * 60), "open_gap")[0]["t1"]


def test_on_return_the_open_gap_becomes_a_gap() -> None:
    world = sail(412_000_007, T0, *AT, 5.0, 90.0, 60) + _others(3, 12 * 60)
    back = [*world, (412_000_007, T0 + 11 * HOUR, *AT, 5.0, 90.0)]
    assert not found(back, "open_gap")
    assert len(found(back, "gap")) == 1


def test_an_outage_is_no_gap_in_hainan(sea: Geography) -> None:
    def fleet(n: int) -> list[Any]:
        rows = []
        for k in range(n):
            rows += sail(412_000_100 + k, T0, AT[0] + 0.03 * k, AT[1], 0.0, 0.0, 120, step=5)
            rows += sail(412_000_100 + k, T0 + 4 * HOUR, AT[0] + 0.03 * k, AT[1], 0.0, 0.0, 60, step=5)
        return rows

    archive = Archive(HAINAN, sea, kinds=["gap"])
    archive.feed(table(fleet(5)))
    assert archive.finish().num_rows == 0
    assert archive.counts["gap_paused"] == 5
    watched = fleet(1) + _others_away(4)
    assert [e["subject"] for e in found(watched, "gap", HAINAN, sea)] == ["mmsi:412000100"]


def _others_away(n: int) -> list[Any]:
    return [
        r for k in range(n) for r in sail(412_000_200 + k, T0, AT[0] + 0.04 * k, AT[1], 0.0, 0.0, 400, step=5)
    ]


def test_one_slow_clock_hour_is_loitering() -> None:
    fast = sail(412_000_007, T0, *AT, 12.0, 90.0, 58)
    slow = sail(412_000_007, T0 + HOUR, *fast[-1][2:4], 1.0, 90.0, 58)
    after = sail(412_000_007, T0 + 2 * HOUR, *slow[-1][2:4], 12.0, 90.0, 58)
    events = found(fast + slow + after, "loitering")
    assert len(events) == 1
    assert us(events[0]["t0"]) == fast[-1][1]
    assert us(events[0]["t1"]) == slow[-1][1]
    assert events[0]["why"]["slow_buckets"] == 1
    assert events[0]["why"]["loiter_hours"] == pytest.approx(1.0)


def test_two_knots_are_not_slow() -> None:
    assert not found(sail(412_000_007, T0, *AT, 2.05, 0.0, 300), "loitering")
    assert found(sail(412_000_007, T0, *AT, 1.95, 0.0, 300), "loitering")


def _meeting(minutes: int, apart_m: float, sog: float = 0.3) -> list[Any]:
    a = sail(21, T0, *AT, sog, 90.0, minutes)
    b = sail(12, T0, AT[0] + apart_m / 111_195.0, AT[1], sog, 90.0, minutes)
    return a + b


@pytest.mark.parametrize(
    ("minutes", "apart_m", "sog", "meets"),
    [(120, 480, 0.3, True), (119, 480, 0.3, False), (120, 520, 0.3, False), (120, 480, 2.2, False)],
)
def test_an_encounter_is_two_hours_within_500_m_and_slow(
    sea: Geography, minutes: int, apart_m: float, sog: float, meets: bool
) -> None:
    events = found(_meeting(minutes, apart_m, sog), "encounter", GFW, sea)
    assert [(e["subject"], e["other_subject"]) for e in events] == ([("mmsi:12", "mmsi:21")] if meets else [])
    for e in events:
        assert (us(e["t0"]), us(e["t1"])) == (T0, T0 + 120 * MIN)
        assert e["why"]["median_distance"] == 480
        assert e["why"]["slots_together"] == 13


def test_runs_less_than_four_hours_apart_are_one_encounter(sea: Geography) -> None:
    def twice(pause_min: int) -> list[Any]:
        later = T0 + (60 + pause_min) * MIN
        rows = _meeting(60, 200)
        rows += sail(21, T0 + 62 * MIN, AT[0] + 0.5, AT[1], 0.3, 90.0, pause_min - 4)
        return rows + [(m, t - T0 + later, y, x, v, c) for m, t, y, x, v, c in _meeting(60, 200)]

    assert len(found(twice(230), "encounter", GFW, sea)) == 1
    assert not found(twice(250), "encounter", GFW, sea)


def test_encounters_near_port_are_dropped(sea: Geography) -> None:
    port = sea.ports[0]
    shift = (port.lat - AT[0], port.lon - AT[1])
    rows = [(m, t, y + shift[0], x + shift[1], v, c) for m, t, y, x, v, c in _meeting(180, 100)]
    assert not found(rows, "encounter", GFW, sea)


def test_a_port_visit_with_entry_stop_and_exit_is_of_confidence_four(sea: Geography) -> None:
    quiet = sea.with_anchorages([AT[0]], [AT[1]], ["锚地甲"])
    come = sail(412_000_007, T0, AT[0], AT[1] - 0.2, 10.0, 90.0, 60)
    rest = sail(412_000_007, T0 + 70 * MIN, *AT, 0.0, 0.0, 120, step=10)
    leave = sail(412_000_007, T0 + 200 * MIN, AT[0], AT[1] + 0.01, 10.0, 90.0, 60)
    events = found(come + rest + leave, "port_visit", GFW, quiet)
    assert len(events) == 1
    why = events[0]["why"]
    assert (why["port"], why["confidence"], why["port_moves"]) == ("锚地甲", 4, "entry,stop,exit")
    assert found(come + leave, "port_visit", GFW, quiet)[0]["why"]["confidence"] == 1
    open_visit = found(come + rest, "port_visit", GFW, quiet)[0]
    assert open_visit["why"]["still_open"] == 1
    assert us(open_visit["t1"]) == rest[-1][1]


def test_a_zone_visit_lasts_from_the_first_to_the_last_row_inside() -> None:
    zone = Zone("7", "管控区", shapely.box(AT[1], AT[0] - 0.1, AT[1] + 0.1, AT[0] + 0.1))
    rows = sail(412_000_007, T0, AT[0], AT[1] - 0.105, 12.0, 90.0, 120)
    events = found(rows, "zone_visit", HAINAN, zones=[zone])
    inside = [r for r in rows if AT[1] < r[3] < AT[1] + 0.1]
    assert [(us(e["t0"]), us(e["t1"]), e["why"]["rows_inside"], e["why"]["zone"]) for e in events] == [
        (inside[0][1], inside[-1][1], len(inside), "管控区")
    ]


def test_a_fast_boat_near_the_coast(sea: Geography) -> None:
    beach = (18.62, 110.25)  # off Wanning, away from ports
    assert 0 < float(sea.coast.distance_m(*beach)[0]) < 20_000
    fast = found(sail(412_000_007, T0, *beach, 35.0, 200.0, 30, step=1), "fast_near_coast", HAINAN, sea)
    slow = found(sail(412_000_007, T0, *beach, 15.0, 200.0, 30, step=1), "fast_near_coast", HAINAN, sea)
    far = found(sail(412_000_007, T0, *AT, 35.0, 90.0, 30, step=1), "fast_near_coast", HAINAN, sea)
    assert (len(slow), len(far)) == (0, 0)
    assert all(e["why"]["top_speed"] == 35 and e["why"]["coast_distance"] < 3704 for e in fast)


def test_missing_input_is_not_determined_never_guessed() -> None:
    archive = Archive(GFW)
    assert archive.undetermined == ["encounter", "port_visit", "zone_visit", "fast_near_coast"]
    assert "gap" in Archive(HAINAN).undetermined  # its rule asks how far the port is
    with pytest.raises(UsageError, match="no kind"):
        Archive(GFW, kinds=["gaps"])


def test_devices_without_a_number_are_subjects_too() -> None:
    rows = table(sail(0, T0, *AT, 10.0, 90.0, 60) + [(0, T0 + 9 * HOUR, *AT, 1.0, 1.0)])
    bare = rows.set_column(0, "mmsi", pa.nulls(rows.num_rows, pa.int64()))
    bare = bare.append_column("device", pa.array(["北斗-17"] * rows.num_rows))
    (gap,) = found(bare, "gap")
    assert (gap["subject"], gap["mmsi"]) == ("device:北斗-17", None)


def test_an_ordered_archive_refuses_to_go_back() -> None:
    archive = Archive(GFW, ordered=True)
    archive.feed(table(sail(1, T0 + HOUR, *AT, 1.0, 1.0, 60)))
    with pytest.raises(InputError, match="order of time"):
        archive.feed(table(sail(1, T0, *AT, 1.0, 1.0, 10)))


def test_a_zone_that_crosses_itself_is_refused_with_the_place() -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[109, 18], [110, 19], [110, 18], [109, 19], [109, 18]]]}
    with pytest.raises(ShapeError, match=r"latitude 18\.50000, longitude 109\.50000"):
        zones_from_geojson(json.dumps({"type": "Feature", "properties": {"name": "甲"}, "geometry": bow_tie}))
    with pytest.raises(ShapeError, match="Point, not an area"):
        zones_from_geojson('{"type": "Point", "coordinates": [1, 2]}')
    with pytest.raises(InputError, match="not GeoJSON"):
        zones_from_geojson("hello")
    with pytest.raises(ShapeError, match="outside the world"):
        zones_from_geojson('{"type":"Polygon","coordinates":[[[400,1],[401,1],[401,2],[400,1]]]}')


def test_no_positions_no_events() -> None:
    assert detect_archive(table([]), GFW).num_rows == 0
