"""The log of sailings against clock and tracks: raised once, graver with time, withdrawn when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from huanqiong.core.schema import POSITIONS, conform
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.registry.models import Boat
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.desk.watch.verdict_table import events_table
from huanqiong.flows.shore.watch import Checked, check, check_live
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store, create_store

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
STATION = {
    "code": "vms-1",
    "kind": "vessel_station",
    "source": "test",
    "name_zh": "潭门",
    "name_en": "Tanmen",
}
MMSI = 412900001


def h(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.fixture
def store(hq_home: Path) -> Store:
    return create_store("s", kind="live", title_zh="x", title_en="x")


@pytest.fixture
def clerk(db: None) -> Any:
    registry.load_stations([STATION | {"lat": 19.24, "lon": 110.63}], by=OPERATOR)
    rows = [BoatFacts("琼临渔11479", station="vms-1", mmsi=MMSI), BoatFacts("琼临渔20002", station="vms-1")]
    registry.import_boats(rows, register="r", version="1", by=OPERATOR)
    trust.create_person("mei", by=OPERATOR)
    trust.grant_role("mei", "station_clerk", by=OPERATOR)
    return reads.person("mei")


def log(clerk: Any, n: int, kind: str, name: str, at: datetime, **more: Any) -> None:
    boat = Boat.objects.filter(name=name).values_list("code", flat=True).first() or ""
    said = Sailing(kind, "vms-1", at, boat=boat, name=name, **more)
    registry.log_sailing(said, by=clerk, now=max(at, NOW), request_id=f"r{n}")


def fix(store: Store, at: datetime, lat: float, lon: float, sog: float) -> None:
    row = {"source": ["ais"], "device": [str(MMSI)], "mmsi": [MMSI], "t": [at], "lat": [lat], "lon": [lon]}
    row |= {"sog_kn": [sog], "cog_deg": [90.0]}
    Lake(store.lake).append(conform(pa.table(row), POSITIONS), source_id=f"test:{at}")


def test_an_overdue_boat_is_one_alert_that_grows_and_goes_when_she_is_back(store: Store, clerk: Any) -> None:
    log(clerk, 1, "departure", "琼临渔11479", h(-12), due_at=h(-3), crew=("甲", "乙"))
    log(clerk, 2, "departure", "琼临渔20002", h(-12), due_at=h(-1))  # within the grace
    log(clerk, 3, "departure", "琼临渔99999", h(-12))  # nobody said when
    assert check(store, NOW) == Checked(out=3, holding=1, alerts=1, withdrawn=0)
    assert check(store, h(0.5)).alerts == 0
    assert Verdict.objects.count() == 1
    alert = Alert.objects.get()
    assert (alert.kind, alert.mmsi, alert.severity, alert.lat) == ("overdue", MMSI, 1, 19.24)
    assert {r["code"]: r["value"] for r in alert.lead.reasons} == {
        "sailing_boat": "琼临渔11479", "sailing_late": 2.0, "sailing_crew": 2, "sailing_station": "潭门",
    }  # fmt: skip
    assert check(store, h(6)) == Checked(out=3, holding=2, alerts=1, withdrawn=0)
    alert.refresh_from_db()
    assert alert.severity == 2
    no_device = Alert.objects.exclude(pk=alert.pk).get()
    assert no_device.mmsi is None
    assert no_device.subject.startswith("boat:b-")
    log(clerk, 4, "return", "琼临渔11479", h(6))
    assert check(store, h(6.1)).withdrawn == 1
    alert.refresh_from_db()
    assert alert.state == "withdrawn"
    assert events_table().num_rows == 0  # no detector found any of it


def test_what_a_person_judged_stays_judged(store: Store, clerk: Any) -> None:
    trust.create_person("li", by=OPERATOR)
    trust.grant_role("li", "duty_officer", by=OPERATOR)
    li = reads.person("li")
    log(clerk, 1, "departure", "琼临渔11479", h(-12), due_at=h(-5))
    check(store, NOW)
    alert = Alert.objects.get()
    watch.claim(alert.pk, by=li)
    watch.judge(alert.pk, "true", "no answer on VHF 16", by=li)
    log(clerk, 2, "return", "琼临渔11479", h(0))
    check(store, h(0.1))
    alert.refresh_from_db()
    assert (alert.state, alert.changed_since) == ("judged", True)


def test_a_boat_logged_as_in_that_moves_at_sea(store: Store, clerk: Any) -> None:
    log(clerk, 1, "departure", "琼临渔11479", h(-12))
    log(clerk, 2, "return", "琼临渔11479", h(-3))
    fix(store, h(-0.2), 19.3, 111.4, 7.5)
    assert check(store, NOW).alerts == 1
    alert = Alert.objects.get()
    assert (alert.kind, alert.mmsi, alert.lat) == ("log_against_track", MMSI, 19.3)
    fix(store, h(0.2), 19.3, 111.5, 7.5)
    assert check(store, h(0.3)) == Checked(out=0, holding=1, alerts=0, withdrawn=0)
    assert Verdict.objects.count() == 1
    log(clerk, 3, "departure", "琼临渔11479", h(0))  # what was forgotten is logged
    assert check(store, h(0.4)).withdrawn == 1


@pytest.mark.parametrize(
    ("at", "lat", "lon", "sog"),
    [
        (-0.2, 19.24, 110.63, 7.5),  # at the quay
        (-0.2, 19.3, 111.4, 0.4),  # drifting
        (-0.2, 19.3, 111.4, float("nan")),  # says no speed
        (-2.5, 19.3, 111.4, 7.5),  # soon after: a slip of the clock
    ],
)
def test_what_is_no_contradiction(
    store: Store, clerk: Any, at: float, lat: float, lon: float, sog: float
) -> None:
    log(clerk, 1, "return", "琼临渔11479", h(-3))
    fix(store, h(at), lat, lon, sog)
    assert check(store, NOW).holding == 0


def test_a_store_whose_clock_stands_is_not_checked_by_the_clock(hq_home: Path) -> None:
    assert check_live(create_store("d", kind="drill", title_zh="x", title_en="x")) is None
