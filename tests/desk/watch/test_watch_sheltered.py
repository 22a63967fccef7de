"""What rides out a period of weather in shelter raises no alert and is counted; everything else does."""

from __future__ import annotations

from typing import Any

import pytest
from desk_events import at, event

from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.periods import Shelter
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.models import Verdict
from huanqiong.desk.watch.sheltered import sheltered
from huanqiong.desk.watch.shifts import to_hand_over

pytestmark = pytest.mark.django_db
PORT = Shelter("清澜", 19.55, 110.83, 4000.0)
HERE = {"lat": 19.55, "lon": 110.83}


@pytest.fixture
def storm(supervisor: Any) -> int:
    """A typhoon from hour 0 to hour 24."""
    return registry.declare_period("typhoon", "摩羯", at(0), at(24), "x", [PORT], by=supervisor)


def raised(**more: Any) -> dict[str, Any]:
    return acts.raise_alerts([event(**({"t0": at(1), "t1": at(3), "severity": 3} | HERE | more))], by=SYSTEM)


def test_boats_that_loiter_in_harbour_are_counted_and_raise_nothing(storm: int) -> None:
    out = raised(kind="loitering", mmsi=412000001)
    assert (out["alerts"], out["sheltered"]) == ([], 1)
    raised(kind="encounter", mmsi=412000002, other_mmsi=412000003, other_subject="mmsi:412000003")
    raised(kind="drift", mmsi=412000004)
    found = sheltered(storm)
    assert (found.events, found.shelters) == (3, (("清澜", 3),))
    assert Verdict.objects.filter(period_id=storm).count() == 3


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "gap"},  # silence may be distress
        {"kind": "loitering", "lat": 19.65},  # outside the roads
        {"kind": "loitering", "t0": at(23), "t1": at(24)},  # it went on after the storm
        {"kind": "loitering", "t0": at(-3), "t1": at(-1)},
    ],
)
def test_what_the_storm_does_not_explain_is_raised(storm: int, more: dict[str, Any]) -> None:
    out = raised(mmsi=412000005, **more)
    assert (len(out["alerts"]), out["sheltered"]) == (1, 0)
    assert sheltered(storm).events == 0


def test_ended_early_it_explains_nothing_more(storm: int, supervisor: Any) -> None:
    registry.end_period(storm, at(2), by=supervisor)
    assert len(raised(kind="loitering", mmsi=412000006)["alerts"]) == 1


def test_an_alert_that_stands_keeps_its_later_version(storm: int) -> None:
    (alert,) = raised(kind="loitering", mmsi=412000007, t0=at(-2), t1=at(-1), provisional=True)["alerts"]
    out = raised(kind="loitering", mmsi=412000007, t0=at(-2), t1=at(3))
    assert (out["alerts"], out["changed"], out["sheltered"]) == ([], [alert], 0)


def test_the_handover_says_that_it_runs(storm: int, officer: Any) -> None:
    assert [p["name"] for p in to_hand_over(officer.pk, at(5))["periods"]] == ["摩羯"]
    assert to_hand_over(officer.pk, at(25))["periods"] == []
