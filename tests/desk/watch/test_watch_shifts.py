"""Shifts: claims begin one, a handover takes two signatures, nothing stays owned by who is absent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads as trust_reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.duty import Words
from huanqiong.desk.watch.models import Handover, Release, Shift
from huanqiong.desk.watch.shifts import handovers, on_duty, shift_of, to_hand_over

pytestmark = pytest.mark.django_db
NOW = at(10)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], datetime]:
    """clock(5) sets the real time five minutes after the first."""
    start = datetime.fromisoformat("2026-11-24T00:00:00+00:00")

    def set_to(minutes: float) -> datetime:
        when = start + timedelta(minutes=minutes)
        for module in ("huanqiong.desk.trust.act.now", "huanqiong.desk.watch.acts.shifts.real_now"):
            monkeypatch.setattr(module, lambda: when)
        return when

    set_to(0)
    return set_to


def raised(n: int = 1) -> list[int]:
    return [acts.raise_alerts([event(mmsi=412000100 + i)], by=SYSTEM)["alerts"][0] for i in range(n)]


def held(who: Any) -> list[int]:
    return sorted(a.id for a in reads.queue() if a.claimed_by_code == who.code)


def test_a_claim_begins_a_shift_once(officer: Any) -> None:
    for alert in raised(2):
        acts.claim(alert, by=officer)
    acts.begin_shift(by=officer)
    assert Shift.objects.filter(person=officer).count() == 1
    assert [(d.code, d.held) for d in on_duty()] == [(officer.code, 2)]
    assert on_duty()[0].name == officer.display_name


def test_a_handover_takes_two_signatures(officer: Any, supervisor: Any) -> None:
    first, second, other = raised(3)
    acts.claim(first, by=officer)
    acts.claim(second, by=officer)
    acts.claim(other, by=supervisor)
    handed = acts.give_handover(supervisor.code, "盯住 412000100", by=officer, clock_at=NOW)
    assert held(officer) == [first, second]  # until the other signs
    assert [h.id for h in handovers(waiting_for=supervisor.pk)] == [handed]
    with pytest.raises(RefusedError, match="another person"):
        acts.take_handover(handed, by=officer)
    assert acts.take_handover(handed, by=supervisor, note="收到") == [first, second]
    assert held(supervisor) == [first, second, other]
    assert shift_of(officer.pk) is None
    assert shift_of(supervisor.pk) is not None
    done = handovers(person_pk=officer.pk)[0]
    assert (done.state, done.note, done.taker_note) == ("taken", "盯住 412000100", "收到")
    assert [a["id"] for a in done.shown["alerts"]] == [first, second]
    with pytest.raises(StateError, match="signed already"):
        acts.take_handover(handed, by=supervisor)
    assert not handovers(waiting_for=supervisor.pk)
    entry = trust_reads.audit(act="watch.take_handover", limit=1)[0]
    assert (entry.subject, entry.details["alerts"]) == (f"handover:{handed}", [first, second])
    assert "收到" not in str(entry.details)


def test_the_page_writes_itself(officer: Any, supervisor: Any) -> None:
    unit = {"code": "u1", "name_zh": "艇", "name_en": "Boat", "kind": "patrol_boat"}
    registry.load_units([unit], by=SYSTEM)
    alert, silenced = raised(2)
    acts.claim(alert, by=officer)
    order = acts.order(alert, "u1", "查", NOW + timedelta(hours=1), by=supervisor)
    acts.silence_alert(silenced, NOW + timedelta(days=1), "拖轮作业", by=officer)
    missed = Words("无应答", at(9), call="no_answer", channel="VHF 16")
    call = acts.write_entry(missed, by=officer, now=NOW, alert=alert)
    wrong = acts.write_entry(missed, by=officer, now=NOW)
    acts.correct_entry(wrong, Words("已应答", at(9), call="answered"), by=officer, now=NOW)
    found = to_hand_over(officer.pk, NOW)
    assert [a["id"] for a in found["alerts"]] == [alert]
    assert [(o["id"], o["unit_en"], o["overdue"]) for o in found["orders"]] == [(order, "Boat", False)]
    assert [s["reason"] for s in found["silences"]] == ["拖轮作业"]
    assert [c["id"] for c in found["calls"]] == [call]
    assert found["entries"] == 3
    assert to_hand_over(officer.pk, NOW + timedelta(hours=2))["orders"][0]["overdue"]


def test_what_was_signed_stays_as_it_was(officer: Any, supervisor: Any) -> None:
    (alert,) = raised()
    acts.claim(alert, by=officer)
    handed = acts.give_handover(supervisor.code, "", by=officer, clock_at=NOW)
    before = Handover.objects.filter(pk=handed).values("shown", "sha256", "note").get()
    acts.judge(alert, "false", "拖轮", by=officer)
    assert acts.take_handover(handed, by=supervisor) == []  # judged meanwhile: nobody's any more
    assert Handover.objects.filter(pk=handed).values("shown", "sha256", "note").get() == before


def test_a_handover_is_refused_where_it_cannot_be(
    officer: Any, supervisor: Any, person: Callable[..., Any]
) -> None:
    with pytest.raises(StateError, match="not on duty"):
        acts.give_handover(supervisor.code, "", by=officer, clock_at=NOW)
    acts.begin_shift(by=officer)
    for wrong in (officer.code, "p-none"):
        with pytest.raises(UsageError, match="another person"):
            acts.give_handover(wrong, "", by=officer, clock_at=NOW)
    with pytest.raises(RefusedError, match="no role"):
        acts.give_handover(person("an", "analyst").code, "", by=officer, clock_at=NOW)
    handed = acts.give_handover(supervisor.code, "", by=officer, clock_at=NOW)
    with pytest.raises(StateError, match="waits already"):
        acts.give_handover(supervisor.code, "", by=officer, clock_at=NOW)
    with pytest.raises(StateError, match="waits for its second"):
        acts.end_shift(by=officer)
    with pytest.raises(RefusedError, match="Only who wrote"):
        acts.withdraw_handover(handed, by=supervisor)
    acts.withdraw_handover(handed, by=officer)
    with pytest.raises(StateError, match="taken back"):
        acts.take_handover(handed, by=supervisor)
    acts.give_handover(supervisor.code, "", by=officer, clock_at=NOW)


def test_who_leaves_gives_back_what_they_hold(officer: Any) -> None:
    (alert,) = raised()
    acts.claim(alert, by=officer)
    assert acts.end_shift(by=officer) == [alert]
    assert reads.alert_detail(alert).row.state == "open"
    assert Release.objects.get(alert=alert).why == "left without a handover"
    with pytest.raises(StateError, match="not on duty"):
        acts.end_shift(by=officer)


@pytest.mark.parametrize(("minutes", "back"), [(0, False), (9.9, False), (10, True), (600, True)])
def test_nothing_stays_owned_by_the_absent_for_longer(
    officer: Any, supervisor: Any, clock: Callable[[float], datetime], minutes: float, back: bool
) -> None:
    mine, theirs = raised(2)
    acts.claim(mine, by=officer)
    acts.claim(theirs, by=supervisor)
    clock(100)
    assert acts.release_off_shift([officer.pk, supervisor.pk], by=SYSTEM) == []
    assert acts.release_off_shift([supervisor.pk], by=SYSTEM) == []  # the shift ends here
    assert Shift.objects.get(person=officer).ended_why == "absent"
    clock(100 + minutes)
    assert acts.release_off_shift([supervisor.pk], by=SYSTEM) == ([mine] if back else [])
    assert held(supervisor) == [theirs]
    assert reads.alert_detail(mine).row.state == ("open" if back else "claimed")


def test_who_returns_in_time_keeps_what_they_hold(officer: Any, clock: Callable[[float], datetime]) -> None:
    first, second = raised(2)
    acts.claim(first, by=officer)
    clock(100)
    acts.release_off_shift([], by=SYSTEM)
    clock(105)
    acts.claim(second, by=officer)  # begins a shift again
    clock(200)
    assert acts.release_off_shift([officer.pk], by=SYSTEM) == []
    assert held(officer) == [first, second]


def test_an_idle_round_writes_nothing(officer: Any) -> None:
    acts.begin_shift(by=officer)
    before = len(trust_reads.audit(limit=1000))
    acts.release_off_shift([officer.pk], by=SYSTEM)
    acts.begin_shift(by=officer)
    assert len(trust_reads.audit(limit=1000)) == before
