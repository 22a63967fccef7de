"""The duty log: written once, corrected by addition, tied to an alert or starting one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust import reads as trust_reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.duty import DutyQuery, Words, duty_entries, duty_entry
from huanqiong.desk.watch.models import DutyEntry
from huanqiong.desk.watch.verdict_table import events_table

pytestmark = pytest.mark.django_db
NOW = at(10)
CALLED = Words(
    "呼叫三次无应答",
    at(9),
    how="radio",
    who="琼海值班室",
    call="no_answer",
    channel="VHF 16",
    where="铜鼓岭外 3 海里",
)


def entry(entry_id: int) -> Any:
    found = duty_entry(entry_id)
    assert found is not None
    return found


def test_an_entry_keeps_what_was_said_and_who_wrote_it(officer: Any) -> None:
    also = (("phone", "渔政"), ("seen", "岸台"))
    pk = acts.write_entry(replace(CALLED, also=also, lat=19.6, lon=111.1), by=officer, now=NOW)
    e = entry(pk)
    assert (e.what, e.who, e.call, e.channel, e.also) == (
        CALLED.what,
        CALLED.who,
        "no_answer",
        "VHF 16",
        also,
    )
    assert (e.happened_at, e.lat, e.lon, e.by) == (at(9), 19.6, 111.1, officer.display_name)
    assert (e.alert_id, e.about, e.corrected_by, e.added) == (None, None, None, ())
    logged = trust_reads.audit(limit=1)[0]
    assert (logged.act, logged.subject, logged.details["call"]) == ("duty.write", f"duty:{pk}", "no_answer")
    assert CALLED.what not in str(logged.details)  # the log proves it and does not repeat it


def test_it_is_corrected_by_addition_only(officer: Any) -> None:
    first = acts.write_entry(CALLED, by=officer, now=NOW)
    before = DutyEntry.objects.filter(pk=first).values().get()
    second = acts.correct_entry(
        first, replace(CALLED, what="第四次应答", call="answered"), by=officer, now=NOW
    )
    assert DutyEntry.objects.filter(pk=first).values().get() == before
    assert (entry(first).corrected_by, entry(second).about, entry(second).relation) == (
        second,
        first,
        "corrects",
    )
    with pytest.raises(StateError, match=f"corrected by entry {second}"):
        acts.correct_entry(first, CALLED, by=officer, now=NOW)
    third = acts.add_to_entry(first, Words("渔政来电证实", at(9.5), how="phone"), by=officer, now=NOW)
    assert entry(first).added == (third,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"what": "  "}, "needs words"),
        ({"how": "telepathy"}, "How"),
        ({"also": (("pigeon", "x"),)}, "How"),
        ({"call": "perhaps"}, "A call was"),
        ({"lat": 19.0}, "latitude and longitude"),
        ({"lat": 91.0, "lon": 110.0}, "no position"),
        ({"happened_at": at(9).replace(tzinfo=None)}, "time zone"),
        ({"who": "x" * 121}, "121 characters"),
    ],
)
def test_what_cannot_be_is_refused(officer: Any, change: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        acts.write_entry(replace(CALLED, **change), by=officer, now=NOW)
    assert not DutyEntry.objects.exists()


def test_nothing_is_told_of_the_time_to_come(officer: Any) -> None:
    with pytest.raises(StateError, match="ahead of the clock"):
        acts.write_entry(replace(CALLED, happened_at=NOW + timedelta(minutes=1)), by=officer, now=NOW)


def test_it_is_filed_once_however_often_it_is_sent(officer: Any) -> None:
    sent = {acts.write_entry(CALLED, by=officer, now=NOW, request_id="tablet-1") for _ in range(3)}
    assert len(sent) == 1
    assert DutyEntry.objects.count() == 1


def test_it_is_tied_to_an_alert(officer: Any) -> None:
    alert = acts.raise_alerts([event()], by=SYSTEM)["alerts"][0]
    tied = acts.write_entry(CALLED, by=officer, now=NOW, alert=alert)
    later = acts.add_to_entry(tied, Words("靠港", at(9.8)), by=officer, now=NOW)
    acts.write_entry(CALLED, by=officer, now=NOW)
    assert [e.id for e in duty_entries(DutyQuery(alert=alert))] == [later, tied]
    with pytest.raises(MissingError):
        acts.write_entry(CALLED, by=officer, now=NOW, alert=999)
    with pytest.raises(MissingError):
        acts.add_to_entry(999, CALLED, by=officer, now=NOW)


@pytest.mark.parametrize("mmsi", [None, 412000321])
def test_an_alert_starts_from_an_entry(officer: Any, mmsi: int | None) -> None:
    pk = acts.write_entry(replace(CALLED, lat=19.6, lon=111.1), by=officer, now=NOW)
    alert = acts.start_alert(pk, 3, by=officer, mmsi=mmsi)
    d = reads.alert_detail(alert)
    assert (d.row.kind, d.row.severity, d.row.mmsi, d.row.lat, d.row.state) == (
        "report",
        3,
        mmsi,
        19.6,
        "open",
    )
    assert d.verdicts[0].reasons[0]["code"] == "report_radio"
    assert entry(pk).alert_id == alert
    assert alert in [a.id for a in reads.queue()]
    with pytest.raises(StateError, match="tied to alert"):
        acts.start_alert(pk, 2, by=officer)
    assert events_table().num_rows == 0  # no detector found it
    # A detection run over the same hours withdraws nothing of it, nor joins it.
    acts.withdraw_missing([], "hainan", at(-50), at(50), by=SYSTEM, reason="complete run")
    acts.raise_alerts([event(mmsi=412000321, start_h=9, lat=19.6, lon=111.1)], by=SYSTEM)
    assert [v.kind for v in reads.alert_detail(alert).verdicts] == ["report"]
    acts.claim(alert, by=officer)
    acts.judge(alert, "true", "巡逻艇证实", by=officer)


def test_an_alert_needs_a_severity(officer: Any) -> None:
    pk = acts.write_entry(CALLED, by=officer, now=NOW)
    with pytest.raises(UsageError, match="1, 2 or 3"):
        acts.start_alert(pk, 4, by=officer)


def test_who_may_not_write_reads_only(person: Callable[..., Any]) -> None:
    with pytest.raises(RefusedError):
        acts.write_entry(CALLED, by=person("an", "analyst"), now=NOW)


def test_entries_are_found_by_time_call_and_words(officer: Any) -> None:
    a = acts.write_entry(CALLED, by=officer, now=NOW)
    b = acts.write_entry(Words("三亚湾见小艇靠岸", at(5), how="seen", who="林场"), by=officer, now=NOW)
    assert [e.id for e in duty_entries()] == [a, b]
    assert [e.id for e in duty_entries(DutyQuery(unanswered=True))] == [a]
    assert [e.id for e in duty_entries(DutyQuery(words="小艇"))] == [b]
    assert [e.id for e in duty_entries(DutyQuery(words="林场"))] == [b]
    assert [e.id for e in duty_entries(DutyQuery(since=at(4), until=at(6)))] == [b]
    assert [e.id for e in duty_entries(DutyQuery(limit=1, offset=1))] == [b]
