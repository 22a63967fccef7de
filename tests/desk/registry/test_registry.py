"""Vessels, static history, search, units and zones: through the acts alone."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from desk_events import at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import MissingError, RefusedError, ShapeError, StateError, UsageError
from huanqiong.desk.registry import access, acts, reads
from huanqiong.desk.registry.models import StaticRecord, Zone
from huanqiong.desk.registry.search import normal, search
from huanqiong.desk.registry.shape import read_shape
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM

pytestmark = pytest.mark.django_db
A, B = 412000001, 412000002
SQUARE = {"type": "Polygon", "coordinates": [[[110, 20], [110.2, 20], [110.2, 20.2], [110, 20.2], [110, 20]]]}
BOW = {"type": "Polygon", "coordinates": [[[110, 20], [110.2, 20.2], [110.2, 20], [110, 20.2], [110, 20]]]}


def said(mmsi: int = A, hours: float = 0, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"mmsi": mmsi, "t": at(hours), "imo": None, "callsign": "BXYZ", "name": "HAI OU 8"}
    row |= {"ship_type": 70, "length_m": 90, "beam_m": 15, "draught_m": 4.5, "destination": "HAIKOU"}
    return row | {"eta": "11-21 08:00"} | values


def test_what_a_device_says_is_kept_once_with_its_times() -> None:
    out = acts.record_static([said(hours=1), said(hours=3), said(hours=2)], by=SYSTEM)
    assert out == {"vessels": 1, "new": 1, "stretched": 0}
    [row] = reads.static_history(A)
    assert (row.first_seen, row.last_seen, row.name, row.draught_m) == (at(1), at(3), "HAI OU 8", 4.5)
    size = trust.log_end().waiting
    assert acts.record_static([said(hours=2)], by=SYSTEM)["stretched"] == 0
    assert trust.log_end().waiting == size
    acts.record_static([said(hours=5, name="HAI OU 9", eta="x")], by=SYSTEM)
    assert [r.name for r in reads.static_history(A)] == ["HAI OU 9", "HAI OU 8"]
    vessel = reads.vessel(A)
    assert (vessel.row.said_name, vessel.row.said_at, vessel.row.name) == ("HAI OU 9", at(5), "HAI OU 9")
    assert reads.labels() == {A: ("HAI OU 9", 70)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_static_history_does_not_depend_on_cuts_or_order(data: Any) -> None:
    names = st.sampled_from(["ONE", "TWO", ""])
    rows = data.draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(0, 50), names, st.sampled_from([None, 4.0])), max_size=25
        )
    )
    base = data.draw(st.integers(10**8, 9 * 10**8))
    events = [said(base + m, h, name=name, draught_m=d, callsign="", eta="") for m, h, name, d in rows]
    other = [e | {"mmsi": e["mmsi"] + 100} for e in events]
    acts.record_static(events, by=SYSTEM)
    random.Random(1).shuffle(other)
    for i in range(0, len(other), 4):
        acts.record_static(other[i : i + 4], by=SYSTEM)

    def history(shift: int) -> list[tuple[Any, ...]]:
        rows = StaticRecord.objects.filter(device__ident__in=[str(base + shift + m) for m in (1, 2, 3)])
        return sorted(
            (int(r.device.ident) - shift, r.name, r.draught_m or 0, r.first_seen, r.last_seen)
            for r in rows.select_related("device")
        )

    assert history(0) == history(100)


def test_a_thousand_vessels_are_written_in_batches(django_assert_max_num_queries: Any) -> None:
    rows = [said(A + n, n % 7, name=f"SHIP {n}") for n in range(1000)]
    with django_assert_max_num_queries(130):
        acts.record_static(rows, by=SYSTEM)
    assert len(reads.labels()) == 1000


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("412000001", A),
        ("000001", A),
        ("9 1 2 3 4 5 6", A),
        ("bx0z", A),
        ("BXOZ", A),
        ("hai 0u", A),
        ("HAIOU8", A),
        ("琼临渔", B),
        ("临渔11479", B),
        ("临渔", B),
        ("渔", B),
        ("11479", B),
        ("Qiong Lin Yu", B),
        ("qionglinyu-11479", B),
        ("ＱＩＯＮＧ", B),
    ],
)
def test_a_vessel_is_found_by_any_part_of_its_names_and_numbers(q: str, wanted: int) -> None:
    acts.record_static([said(A, imo=9123456, callsign="BXOZ"), said(B, name="QIONGLINYU11479")], by=SYSTEM)
    acts.register_vessel(mmsi=B, name_zh="琼临渔11479", home_port="临高", by=OPERATOR)
    assert [f.row.mmsi for f in search(q)] == [wanted]


def test_search_finds_equal_first_and_nothing_for_nothing() -> None:
    acts.record_static(
        [said(A, name="STAR OF SEA"), said(B, name="STAR"), said(B + 1, name="MY STAR")], by=SYSTEM
    )
    assert [f.row.mmsi for f in search("star")] == [B, A, B + 1]
    for q in ("", "   ", '"', "%", "nobody", "'; DROP", "_____"):
        assert search(q) == []
    assert len(search("star", limit=2)) == 2


@given(st.text(max_size=20))
def test_the_normal_form_is_stable(text: str) -> None:
    assert normal(normal(text)) == normal(text)


def test_the_register_is_shown_before_what_the_air_says() -> None:
    acts.record_static([said(A)], by=SYSTEM)
    code = acts.register_vessel(mmsi=A, name_zh="海鸥八号", flag="CHN", by=OPERATOR, request_id="r")
    assert acts.register_vessel(mmsi=A, name_zh="海鸥八号", flag="CHN", by=OPERATOR, request_id="r") == code
    row = reads.vessel(A).row
    assert (row.code, row.name, row.said_name, row.flag) == (code, "海鸥八号", "HAI OU 8", "CHN")
    with pytest.raises(MissingError):
        reads.vessel(999)


def test_a_device_changes_hands_and_its_history_stays() -> None:
    acts.record_static([said(A)], by=SYSTEM)
    new = acts.register_vessel(name_zh="新船", by=OPERATOR)
    with pytest.raises(UsageError, match="changed hands"):
        acts.carry_device(new, "ais", str(A), None, by=OPERATOR)
    acts.carry_device(new, "ais", str(A), at(10), by=OPERATOR)
    acts.carry_device(new, "beidou", "bd-77", None, by=OPERATOR)
    detail = reads.vessel(A)
    assert detail.row.name == "新船"
    assert [(d.kind, d.valid_from) for d in detail.devices] == [("ais", at(10)), ("beidou", None)]
    assert len(reads.static_history(A)) == 1
    assert search("bd77")[0].row.code == new


def test_units_are_entered_changed_and_retired(supervisor: Any) -> None:
    acts.load_units([{"code": "s-1", "name_zh": "一站", "name_en": "One", "kind": "station"}], by=SYSTEM)
    assert (
        acts.load_units([{"code": "s-1", "name_zh": "一站", "name_en": "One", "kind": "station"}], by=SYSTEM)
        == 0
    )
    acts.add_unit("s-1", "一站", "Station 1", "station", lat=20.0, lon=110.0, by=supervisor)
    [unit] = reads.units()
    assert (unit.name_en, unit.lat) == ("Station 1", 20.0)
    acts.retire_unit("s-1", by=supervisor)
    assert reads.units() == []
    with pytest.raises(UsageError, match="patrol_boat"):
        acts.add_unit("x", "x", "x", "spaceship", by=supervisor)


def test_a_zone_is_drawn_renamed_archived_and_restored(supervisor: Any) -> None:
    z = acts.draw_zone("海口湾", SQUARE, by=supervisor, request_id="z1")
    assert acts.draw_zone("海口湾", SQUARE, by=supervisor, request_id="z1") == z
    row = reads.zone(z)
    assert row.bbox == (110.0, 20.0, 110.2, 20.2)
    assert shapely.from_geojson(json.dumps(row.geometry)).area == pytest.approx(0.04)
    assert row.created_by == "zhang员"
    acts.rename_zone(z, name="海口湾东", by=supervisor)
    assert [r.name for r in reads.zones_at(20.1, 110.1)] == ["海口湾东"]
    assert reads.zones_at(20.3, 110.1) == []
    acts.archive_zone(z, by=supervisor)
    assert (reads.zones(), len(reads.zones(archived=True))) == ([], 1)
    with pytest.raises(StateError):
        acts.archive_zone(z, by=supervisor)
    acts.restore_zone(z, by=supervisor)
    assert len(reads.zones()) == 1
    kept = Zone.objects.get(pk=z)
    assert isinstance(kept.shape, shapely.Polygon)
    assert kept.h3_cell > 0


def test_a_zone_that_crosses_itself_is_refused_with_the_place(supervisor: Any) -> None:
    with pytest.raises(ShapeError, match=r"20\.10000°N 110\.10000°E.*Move the corners"):
        acts.draw_zone("x", BOW, by=supervisor)
    assert not Zone.objects.exists()


def ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(p) for p in points]]}


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        ({"type": "Point", "coordinates": [110, 20]}, "area"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Nothing"}, "GeoJSON"),
        ({}, "GeoJSON"),
        (ring((200, 20), (201, 20), (201, 21), (200, 20)), "outside the world"),
        (ring((20, 110), (20, 111), (21, 111), (20, 110)), "longitude first"),
        (ring((110, 20), (111, 20), (110, 20), (110, 20)), "draw it again|three points|Move the corners"),
    ],
)
def test_what_is_no_zone_is_said(geometry: dict[str, Any], why: str) -> None:
    with pytest.raises(ShapeError, match=f"(?i){why}"):
        read_shape(geometry)


@pytest.mark.parametrize("more", [{"name": " "}, {"colour": "red"}, {"valid_from": at(2), "valid_to": at(1)}])
def test_a_zones_name_colour_and_times_are_checked(supervisor: Any, more: dict[str, Any]) -> None:
    wish: dict[str, Any] = {"name": "x", "geometry": SQUARE} | more
    with pytest.raises(UsageError):
        acts.draw_zone(wish.pop("name"), wish.pop("geometry"), by=supervisor, **wish)


def test_every_view_of_the_registry_asks_for_the_role(officer: Any, person: Callable[..., Any]) -> None:
    acts.record_static([said(A)], by=SYSTEM)
    z = acts.draw_zone("z", SQUARE, by=person("zhang", "supervisor"))
    calls: dict[str, tuple[Any, ...]] = {
        "access_search": ("hai",),
        "access_vessel": (A,),
        "access_static": (A,),
        "access_labels": (),
        "access_claims": (at(0), at(9)),
        "access_units": (),
        "access_zones": (),
        "access_zone": (z,),
        "access_periods": (),
        "access_ship_types": ([A],),
        "access_boat_ships": (),
    }
    # Names of units also go to who binds roles to them; others get none rather than a refusal.
    assert {*calls, "access_unit_names"} == {n for n in dir(access) if n.startswith("access_")}
    acts.add_unit("u1", "一", "One", "station", by=person("chief", "supervisor"))
    assert access.access_unit_names(person("roleless")) == []
    assert access.access_unit_names(officer) == [("u1", "一", "One")]
    outsider = person("admin", "administrator")
    for name, args in calls.items():
        getattr(access, name)(officer, *args)
        with pytest.raises(RefusedError):
            getattr(access, name)(outsider, *args)


def test_zones_go_to_the_detectors_by_number_and_name(supervisor: Any) -> None:
    kept = acts.draw_zone("strait", SQUARE, by=supervisor, valid_to=at(10))
    acts.archive_zone(acts.draw_zone("gone", SQUARE, by=supervisor), by=supervisor)
    [zone] = reads.zones_for_detection()
    assert (zone.id, zone.name, zone.shape.bounds) == (str(kept), "strait", (110.0, 20.0, 110.2, 20.2))
    assert reads.zones_for_detection(at(11)) == []
