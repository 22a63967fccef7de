"""Standing alerts: what they ask for, what they raise, that they end unless somebody looks at them again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_events import at, event
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.core.time import SHANGHAI
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.models import Vessel
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.models import LogEntry
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.models import Alert, Standing, Verdict
from huanqiong.desk.watch.wished import counted, occasions, standing_rows
from huanqiong.desk.watch.wishes import Wish, in_hours

SQUARE = {"type": "Polygon", "coordinates": [[[109, 19], [111, 19], [111, 21], [109, 21], [109, 19]]]}
FAR = {"type": "Polygon", "coordinates": [[[119, 19], [121, 19], [121, 21], [119, 21], [119, 19]]]}
NIGHT = Wish("夜航", kinds=("port_visit",), reason="x", severity=3)


def quiet(mmsi: int = 412000777, **more: Any) -> dict[str, Any]:
    """An event of a kind that raises nothing by itself."""
    return event(mmsi=mmsi, kind="port_visit", severity=1) | more


def on(wish: Wish, by: Any) -> int:
    made = acts.make_standing(wish, {"alerts": 0, "events": 0, "days": {}, "kinds": {}}, by=by)
    acts.switch_on(made, by=by)
    return made


@pytest.mark.django_db
def test_a_quiet_event_raises_an_alert_only_while_it_is_asked_for(supervisor: Any) -> None:
    assert acts.raise_alerts([quiet()], by=SYSTEM)["alerts"] == []
    made = on(NIGHT, supervisor)
    (alert,) = acts.raise_alerts([quiet(412000778)], by=SYSTEM)["alerts"]
    row = next(a for a in reads.queue() if a.id == alert)
    assert (row.standing, row.severity, row.kind) == ("夜航", 3, "port_visit")
    assert standing_rows()[0].raised == 1
    acts.switch_off(made, "no longer", by=supervisor)
    assert acts.raise_alerts([quiet(412000779)], by=SYSTEM)["alerts"] == []
    assert standing_rows()[0].state == "off"


@pytest.mark.django_db
def test_it_lapses_unless_it_is_reviewed(supervisor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = on(NIGHT, supervisor)
    end = Standing.objects.get(pk=made).review_by
    assert end is not None
    monkeypatch.setattr("huanqiong.desk.watch.wished.real_now", lambda: end + timedelta(seconds=1))
    assert acts.raise_alerts([quiet()], by=SYSTEM)["alerts"] == []
    assert standing_rows()[0].state == "lapsed"
    monkeypatch.setattr("huanqiong.desk.trust.act.now", lambda: end + timedelta(seconds=1))
    acts.review_standing(made, by=supervisor)
    assert standing_rows()[0].state == "on"
    assert len(acts.raise_alerts([quiet(412000781)], by=SYSTEM)["alerts"]) == 1


@pytest.mark.django_db
def test_an_alert_of_its_own_right_is_named_and_weighs_as_asked(supervisor: Any) -> None:
    on(Wish("x", vessels=(412000790,), severity=3, reason="x"), supervisor)
    ships = (412000790, 412000791)
    low, other = (acts.raise_alerts([event(mmsi=m, severity=1)], by=SYSTEM)["alerts"][0] for m in ships)
    assert {a.id: (a.standing, a.severity) for a in reads.queue()} == {low: ("x", 3), other: ("", 1)}


@pytest.mark.django_db
def test_a_silence_still_holds(supervisor: Any) -> None:
    on(NIGHT, supervisor)
    e = quiet()
    acts.silence(e["subject"], "port_visit", at(-100), at(100), "x", by=supervisor)
    assert acts.raise_alerts([e], by=SYSTEM)["held"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("shape", "count"), [(SQUARE, 1), (FAR, 0)])
def test_a_zone_is_where_the_event_lies_or_the_zone_it_names(supervisor: Any, shape: Any, count: int) -> None:
    zone = registry.draw_zone("z", shape, by=supervisor)
    on(Wish("z", zone=zone, reason="x"), supervisor)
    assert len(acts.raise_alerts([quiet(lat=20.0, lon=110.0)], by=SYSTEM)["alerts"]) == count
    named = [{"code": "zone_id", "value": str(zone), "limit": None, "unit": None, "source": ""}]
    visit = event(mmsi=412000795, kind="zone_visit", severity=1, lat=0.0, lon=0.0, reasons=named)
    assert len(acts.raise_alerts([visit], by=SYSTEM)["alerts"]) == 1


@pytest.mark.django_db
def test_a_ships_type_is_what_she_says(supervisor: Any) -> None:
    on(Wish("f", kinds=("port_visit",), ships=("fishing",), reason="x"), supervisor)
    registry.ensure_vessels({412000801, 412000802}, by=SYSTEM)
    Vessel.objects.filter(mmsi=412000801).update(said_type=30)
    Vessel.objects.filter(mmsi=412000802).update(said_type=70)
    raised = acts.raise_alerts([quiet(412000801), quiet(412000802), quiet(412000803)], by=SYSTEM)["alerts"]
    assert [Alert.objects.get(pk=a).mmsi for a in raised] == [412000801]


@pytest.mark.django_db
def test_a_trial_counts_what_then_is_raised(supervisor: Any) -> None:
    events = [quiet(412000810 + i, t0=at(60 * i), t1=at(60 * i + 20)) for i in range(5)]
    events += [quiet(412000810, t0=at(21), t1=at(22))]  # the same episode as the first
    acts.raise_alerts(events, by=SYSTEM)
    found = occasions(NIGHT, at(-1), at(1000))
    trial = counted(found, at(-1), at(1000))
    assert (trial["events"], trial["alerts"], trial["already"]) == (6, 5, 0)
    assert sum(trial["days"].values()) == 6
    Verdict.everything.all().delete()
    on(NIGHT, supervisor)
    assert len(acts.raise_alerts(events, by=SYSTEM)["alerts"]) == trial["alerts"]


@pytest.mark.django_db
def test_a_sealed_alert_leaves_the_examples_of_a_trial(supervisor: Any) -> None:
    (alert,) = acts.raise_alerts([event(mmsi=412000830)], by=SYSTEM)["alerts"]
    wish = Wish("x", vessels=(412000830,), reason="x")
    acts.make_standing(wish, counted(occasions(wish, at(-1), at(90)), at(-1), at(90)), by=supervisor)
    assert [e["alert"] for e in standing_rows()[0].trial["examples"]] == [alert]
    acts.claim(alert, by=supervisor)
    acts.judge(alert, "true", "x", by=supervisor)
    acts.close(alert, by=supervisor)
    acts.seal_alert(alert, "x", by=supervisor)
    assert standing_rows()[0].trial["examples"] == []


@pytest.mark.django_db
def test_who_may_and_what_is_refused(officer: Any, supervisor: Any) -> None:
    with pytest.raises(RefusedError):
        acts.make_standing(NIGHT, {}, by=officer)
    made = on(NIGHT, supervisor)
    with pytest.raises(StateError):
        acts.switch_on(made, by=supervisor)
    with pytest.raises(UsageError):
        acts.switch_off(made, " ", by=supervisor)
    acts.switch_off(made, "x", by=supervisor)
    with pytest.raises(StateError):
        acts.review_standing(made, by=supervisor)
    zone = registry.draw_zone("z", SQUARE, by=supervisor)
    registry.archive_zone(zone, by=supervisor)
    with pytest.raises(StateError):
        acts.make_standing(Wish("z", zone=zone, reason="x"), {}, by=supervisor)
    assert LogEntry.objects.filter(act="watch.make_standing").count() == 1


@pytest.mark.parametrize(
    "wish",
    [
        Wish("", kinds=("gap",), reason="x"),
        Wish("x", kinds=("gap",)),
        Wish("x", reason="x"),
        Wish("x", kinds=("nothing",), reason="x"),
        Wish("x", ships=("rafts",), reason="x"),
        Wish("x", vessels=(0,), reason="x"),
        Wish("x", from_min=5, reason="x"),
        Wish("x", from_min=5, to_min=5, reason="x"),
        Wish("x", from_min=5, to_min=1440, reason="x"),
        Wish("x", kinds=("gap",), severity=4, reason="x"),
    ],
)
def test_a_wish_that_says_nothing_or_too_much_is_refused(wish: Wish) -> None:
    with pytest.raises(UsageError):
        wish.require()


@given(
    st.integers(0, 2880),
    st.integers(0, 1600),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_hours_hold_exactly_when_a_minute_of_the_event_lies_in_them(
    start: int, length: int, a: int, b: int
) -> None:
    if a == b:
        return
    t0 = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    minutes = ((t0 + timedelta(minutes=m)).astimezone(SHANGHAI) for m in range(length + 1))
    day = (m.hour * 60 + m.minute for m in minutes)
    slow = any((a <= m <= b) if a < b else (m >= a or m <= b) for m in day)
    assert in_hours(t0, t0 + timedelta(minutes=length), a, b) == slow
