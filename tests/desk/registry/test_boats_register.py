"""The register of boats: entered from a list, found by her name however it is typed, one device one boat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from huanqiong.core.errors import RefusedError, UsageError
from huanqiong.desk.registry import acts, shore_access
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.registry.models import Boat, Device, Station, Vessel
from huanqiong.desk.registry.search import search
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.models import LogEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
STATION = {
    "code": "vms-1", "kind": "vessel_station", "name_zh": "调楼船管站", "name_en": "Diaolou",
    "township": "调楼镇", "lat": 19.95, "lon": 109.54, "source": "test", "valid_from": date(2020, 1, 1),
}  # fmt: skip
LIN = BoatFacts(
    "琼临渔11479", "row 2", township="调楼镇", home_port="临高", station="vms-1", length_m=11.5,
    engine_kw=58.8, owner="王某某", gear="刺网", mmsi=412900001, beidou="423001",
)  # fmt: skip


@pytest.fixture
def stations(db: None) -> None:
    assert acts.load_stations([STATION], by=OPERATOR) == 1


def enter(*rows: BoatFacts, version: str = "1") -> tuple[dict[str, int], list[Any]]:
    return acts.import_boats(rows, register="县名册", version=version, by=OPERATOR)


def test_the_same_list_again_changes_nothing(stations: None) -> None:
    assert enter(LIN) == ({"new": 1, "changed": 0, "same": 0}, [])
    entries = LogEntry.objects.count()
    assert enter(LIN) == ({"new": 0, "changed": 0, "same": 1}, [])
    assert acts.load_stations([STATION], by=OPERATOR) == 0
    assert LogEntry.objects.count() == entries
    assert enter(replace(LIN, engine_kw=60.0), version="2")[0]["changed"] == 1
    boat = Boat.objects.get()
    assert (boat.engine_kw, boat.version, boat.number, boat.station.code) == (60.0, "2", "11479", "vms-1")


@pytest.mark.parametrize(
    "typed", ["琼临渔11479", "临渔11479", "QIONGLINYU11479", "qiong lin yu 11479", "11479"]
)
def test_she_is_found_however_her_name_is_typed(stations: None, officer: Any, typed: str) -> None:
    enter(LIN, BoatFacts("琼文昌渔20001", "row 3"))
    found = shore_access.access_boats(officer, typed, now=NOW)
    assert [f.row.name for f in found] == ["琼临渔11479"]
    assert [h.row.name for h in search(typed)] == ["琼临渔11479"]


def test_her_hull_is_the_vessel_that_was_heard(stations: None) -> None:
    acts.ensure_vessels([412900001], by=SYSTEM)
    enter(LIN)
    assert Vessel.objects.count() == 1
    devices = Device.objects.order_by("kind").values_list("kind", "ident", "valid_to")
    assert list(devices) == [("ais", "412900001", None), ("beidou", "423001", None)]
    # A device that the list gives later was heard on a hull of its own until now.
    acts.ensure_vessels([412900777], by=SYSTEM)
    enter(replace(LIN, mmsi=412900777), version="2")
    carried = {
        d.ident: d.vessel.boat.name for d in Device.objects.filter(valid_to=None) if hasattr(d.vessel, "boat")
    }
    assert carried["412900777"] == "琼临渔11479"
    assert Device.objects.filter(ident="412900777").count() == 2
    assert Boat.objects.get().vessel.mmsi == 412900777


def test_what_cannot_be_is_not_taken_and_the_rest_is(stations: None) -> None:
    good = BoatFacts("琼临渔11480", "row 9")
    did, problems = enter(
        LIN,
        BoatFacts("  ", "row 3"),
        BoatFacts("QIONGLINYU1", "row 4", length_m=-2.0),
        BoatFacts("琼临渔 11479", "row 5"),
        BoatFacts("琼临渔3", "row 6", station="none"),
        BoatFacts("琼临渔4", "row 7", mmsi=412900001),
        BoatFacts("琼临渔5", "row 8", mmsi=99),
        good,
    )
    assert did == {"new": 2, "changed": 0, "same": 0}
    assert [p.where for p in problems] == [f"row {n}" for n in range(3, 9)]
    assert all(p.remedy for p in problems)
    assert "琼临渔11479" in problems[4].cause


def test_who_leaves_the_register_stays_found(stations: None, officer: Any) -> None:
    other = BoatFacts("琼文昌渔20001", "row 3")
    enter(LIN, other)
    enter(LIN, version="2")
    assert acts.leave_register("县名册", "2", by=OPERATOR) == 1
    assert acts.leave_register("县名册", "2", by=OPERATOR) == 0
    assert shore_access.access_boats_counted(officer) == 1
    found = shore_access.access_boats(officer, "20001", now=NOW)
    assert found[0].row.gone_at is not None
    enter(other, version="3")
    assert shore_access.access_boats(officer, "20001", now=NOW)[0].row.gone_at is None


def test_an_owner_is_in_no_list_and_not_in_the_log(stations: None, officer: Any) -> None:
    enter(LIN)
    code = Boat.objects.get().code
    assert shore_access.access_boats(officer, now=NOW)[0].row.owner is None
    assert shore_access.access_boat(officer, code, now=NOW).row.owner is None
    assert shore_access.access_boat_people(officer, code, now=NOW).row.owner == "王某某"
    assert not LogEntry.objects.filter(body__contains="王某某").exists()


def test_a_station_is_of_a_kind_and_wholly_placed(stations: None) -> None:
    with pytest.raises(UsageError, match="kind"):
        acts.load_stations([STATION | {"code": "x", "kind": "pub"}], by=OPERATOR)
    with pytest.raises(UsageError, match="latitude and longitude"):
        acts.load_stations([STATION | {"code": "x", "lon": None}], by=OPERATOR)
    assert Station.objects.count() == 1


def test_whoever_may_not_see_the_register_gets_nothing(stations: None, person: Any) -> None:
    auditor = person("shen", "auditor")
    for ask in (
        lambda: shore_access.access_stations(auditor, now=NOW),
        lambda: shore_access.access_boats(auditor, now=NOW),
        lambda: shore_access.access_boats_counted(auditor),
        lambda: shore_access.access_boats_out(auditor, now=NOW),
        lambda: shore_access.access_boat(auditor, "x", now=NOW),
        lambda: shore_access.access_boat_people(auditor, "x", now=NOW),
        lambda: shore_access.access_own_stations(auditor),
        lambda: shore_access.access_station_copy(auditor, "vms-1", now=NOW),
        lambda: shore_access.access_boat_of_vessel(auditor, "v-x"),
    ):
        with pytest.raises(RefusedError):
            ask()
