"""The chain of escalation: what waits climbs, each step logged, acknowledged or not, settled in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.models import LogEntry
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.chain import bundled_chain
from huanqiong.desk.watch.models import Alert, Escalation
from huanqiong.desk.watch.waits import escalations

pytestmark = pytest.mark.django_db
pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-24T00:00:00+00:00")
CHAIN = bundled_chain()
SIGNAL = {"mmsi": 970000001, "t": at(0), "lat": 20.0, "lon": 110.0, "signal": "beacon"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], datetime]:
    """clock(5) sets the real time five minutes after the first."""

    def set_to(minutes: float) -> datetime:
        when = START + timedelta(minutes=minutes)
        monkeypatch.setattr("huanqiong.desk.trust.act.now", lambda: when)
        return when

    set_to(0)
    return set_to


def unclaimed(mmsi: int = 412000100) -> int:
    return int(acts.raise_alerts([event(mmsi=mmsi)], by=SYSTEM)["alerts"][0])


def steps(**where: Any) -> list[tuple[str, int, list[str]]]:
    rows = Escalation.objects.filter(**where).order_by("number")
    return [(e.how, e.number, e.told) for e in rows]


def climb(*present: Any, clock_at: datetime | None = None) -> list[int]:
    return acts.climb(CHAIN, {p.pk: 1 for p in present}, by=SYSTEM, clock_at=clock_at)


def test_an_unclaimed_alert_climbs_step_by_step(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    alert = unclaimed()
    clock(9)
    assert climb(officer, supervisor) == []
    clock(10)
    assert len(climb(officer, supervisor)) == 1
    assert climb(officer, supervisor) == []
    assert steps(of="unclaimed") == [("screen", 1, [officer.code])]
    clock(21)
    climb(officer, supervisor)
    assert steps(of="unclaimed")[1:] == [("screen", 2, [supervisor.code])]
    acts.claim(alert, by=officer)
    assert climb(officer, supervisor) == []
    assert Escalation.objects.filter(settled_at=None).count() == 0
    clock(120)
    assert climb(officer, supervisor) == []


def test_an_alert_given_back_waits_anew(officer: Any, clock: Callable[[float], datetime]) -> None:
    alert = unclaimed()
    clock(10)
    climb(officer)
    acts.claim(alert, by=officer)
    clock(30)
    acts.release(alert, by=officer)
    assert climb(officer) == []
    clock(41)
    assert len(climb(officer)) == 1
    assert Escalation.objects.filter(number=1).count() == 2


def test_where_nobody_is_signed_in_the_next_step_comes_at_once(
    supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    unclaimed()
    clock(10)
    climb(supervisor)
    assert steps() == [("screen", 1, []), ("screen", 2, [supervisor.code])]


def test_an_acknowledged_step_holds_the_chain_for_a_while(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    unclaimed()
    clock(10)
    (first,) = climb(officer, supervisor)
    with pytest.raises(RefusedError):
        acts.acknowledge_step(first, by=supervisor)
    clock(12)
    acts.acknowledge_step(first, by=officer)
    acts.acknowledge_step(first, by=officer)
    assert LogEntry.objects.filter(act="watch.acknowledge_step").count() == 1
    assert escalations(person=officer.code) == []
    clock(26)
    assert climb(officer, supervisor) == []
    clock(27)
    assert len(climb(officer, supervisor)) == 1


def test_one_answer_is_enough_for_all_that_was_told_before_it(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    unclaimed()
    acts.raise_distress([SIGNAL], by=SYSTEM)
    acts.begin_shift(by=supervisor)
    clock(50)
    climb(supervisor)
    mine = escalations(person=supervisor.code)
    assert [e.of for e in mine] == ["distress", "distress", "unclaimed", "unclaimed"]
    seen = next(e for e in mine if e.of == "distress" and e.how == "screen")
    acts.acknowledge_step(seen.id, by=supervisor)
    assert {e.of for e in escalations(person=supervisor.code)} == {"unclaimed"}


def test_a_call_is_written_down_and_one_not_answered_climbs(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    acts.raise_distress([SIGNAL], by=SYSTEM)
    acts.begin_shift(by=officer)
    clock(4)
    ids = climb(officer, supervisor)
    assert [e.how for e in Escalation.objects.order_by("number")] == ["screen", "screen", "phone"]
    phone = ids[-1]
    assert steps(how="phone") == [("phone", 3, [officer.code])]  # who makes the call
    now = START + timedelta(minutes=5)
    with pytest.raises(UsageError):
        acts.note_call(phone, "answered", " ", now, by=officer, now=now)
    with pytest.raises(StateError):
        acts.note_call(phone, "no_answer", "", now + timedelta(minutes=1), by=officer, now=now)
    with pytest.raises(StateError):
        acts.note_call(ids[0], "answered", "王", now, by=officer, now=now)
    acts.note_call(phone, "no_answer", "", now, by=officer, now=now)
    assert Escalation.objects.get(pk=phone).acknowledged_at is None
    acts.note_call(phone, "answered", "王值班长", now, by=officer, now=now, request_id="c1")
    acts.note_call(phone, "answered", "王值班长", now, by=officer, now=now, request_id="c1")
    row = next(r for r in escalations() if r.id == phone)
    assert (row.call, row.call_name, row.acknowledged_by) == ("answered", "王值班长", officer.display_name)
    entry = LogEntry.objects.filter(act="watch.note_call").last()
    assert entry is not None
    assert "王" not in entry.body


def test_orders_climb_unanswered_in_real_time_and_overdue_in_the_stores(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    registry.add_unit("u-1", "艇", "Boat", "patrol_boat", by=supervisor)
    alert = unclaimed()
    acts.claim(alert, by=officer)
    order = acts.order(alert, "u-1", "核查", START + timedelta(minutes=30), by=officer, now=START)
    clock(10)
    climb(officer, supervisor)
    assert steps(of="unanswered") == [("screen", 1, [officer.code])]
    acts.acknowledge_order(order, by=officer, name="李", now=START)
    clock(31)
    climb(officer, supervisor)  # the store's clock stands: no deadline passes
    assert not Escalation.objects.filter(of="overdue").exists()
    climb(officer, supervisor, clock_at=START + timedelta(minutes=46))
    assert steps(of="overdue") == [("screen", 1, [officer.code]), ("screen", 2, [supervisor.code])]
    acts.record_outcome(order, "no_hit", by=officer)
    climb(officer, supervisor, clock_at=START + timedelta(minutes=50))
    assert not Escalation.objects.filter(settled_at=None).exists()


def test_a_sealed_alert_is_in_no_chain(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime]
) -> None:
    alert = unclaimed()
    clock(10)
    (step,) = climb(officer)
    Alert.everything.filter(pk=alert).update(sealed_at=START)
    assert escalations() == []
    assert escalations(person=officer.code) == []
    climb(officer)
    assert Escalation.everything.get(pk=step).settled_at is not None
