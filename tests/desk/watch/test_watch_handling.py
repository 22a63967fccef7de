"""What people do with an alert: claim, judge, close, reopen, order, distress."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry_acts
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.rows import KindRecord, QueueQuery

pytestmark = pytest.mark.django_db
A, B = 412000001, 412000002


@pytest.fixture
def alert(db: None) -> int:
    return int(acts.raise_alerts([event(mmsi=A)], by=SYSTEM)["alerts"][0])


@pytest.fixture
def boat(db: None) -> str:
    return registry_acts.add_unit("hk-1", "海警一艇", "Patrol 1", "patrol_boat", by=OPERATOR)


def state(alert_id: int) -> str:
    return reads.alert_detail(alert_id).row.state


def test_claim_judge_close_reopen(alert: int, officer: Any, supervisor: Any) -> None:
    acts.claim(alert, by=officer, shown={"rows": [{"raw_offset": 12}]})
    assert reads.queue()[0].claimed_by == "li员"
    with pytest.raises(StateError, match="claimed"):
        acts.close(alert, by=officer)
    acts.judge(alert, "true", "boarded", by=officer)
    assert reads.queue() == []
    acts.close(alert, by=officer)
    assert state(alert) == "closed"
    with pytest.raises(RefusedError):
        acts.reopen(alert, "new film", by=officer)
    with pytest.raises(UsageError):
        acts.reopen(alert, " ", by=supervisor)
    acts.reopen(alert, "new film", by=supervisor)
    detail = reads.alert_detail(alert)
    assert (detail.row.state, detail.row.judgement, detail.row.claimed_by) == ("open", "", "")
    assert detail.judgements[0].set_aside_why == "new film"
    names = [r.act for r in trust.audit(subject=f"alert:{alert}")]
    assert names == ["watch.reopen", "watch.close", "watch.judge", "watch.claim"]


def test_what_was_shown_is_frozen_with_its_hash_in_the_log(alert: int, officer: Any) -> None:
    acts.claim(alert, by=officer, shown={"rows": [{"raw_sha256": "ab", "raw_offset": 12}], "geography": "g1"})
    [frozen] = reads.alert_detail(alert).frozen
    content = json.loads(frozen.shown)
    assert content["shown"]["rows"] == [{"raw_offset": 12, "raw_sha256": "ab"}]
    assert content["verdicts"][0]["version"] == "2026.1"
    assert content["code"]
    assert hashlib.sha256(frozen.shown.encode()).hexdigest() == frozen.sha256
    assert trust.audit(act="watch.claim")[0].details["frozen_sha256"] == frozen.sha256


def test_another_officer_waits_for_a_release_and_a_supervisor_does_not(
    alert: int, officer: Any, supervisor: Any, person: Callable[..., Any]
) -> None:
    wang = person("wang", "duty_officer")
    acts.claim(alert, by=officer)
    for refused in (acts.claim, acts.release):
        with pytest.raises(StateError, match="li员"):
            refused(alert, by=wang)
    with pytest.raises(StateError, match="li员"):
        acts.judge(alert, "true", "x", by=wang)
    size = trust.log_end().waiting
    acts.claim(alert, by=officer)
    assert trust.log_end().waiting == size
    acts.release(alert, by=supervisor, why="off shift")
    acts.claim(alert, by=wang)
    assert reads.queue()[0].claimed_by == "wang员"


def test_an_open_alert_is_claimed_by_judging_it(alert: int, officer: Any) -> None:
    acts.judge(alert, "unclear", "too far off", by=officer)
    row = reads.queue(QueueQuery(states=("judged",)))[0]
    assert (row.claimed_by, row.judgement) == ("li员", "unclear")
    with pytest.raises(StateError):
        acts.judge(alert, "true", "again", by=officer)


@pytest.mark.parametrize(("judgement", "reason"), [("maybe", "x"), ("true", ""), ("true", "  ")])
def test_a_judgement_is_one_of_three_and_has_a_reason(
    alert: int, officer: Any, judgement: str, reason: str
) -> None:
    with pytest.raises(UsageError):
        acts.judge(alert, judgement, reason, by=officer)
    assert state(alert) == "open"


def test_a_repeated_request_is_answered_and_not_done_again(alert: int, officer: Any) -> None:
    acts.judge(alert, "true", "seen", by=officer, request_id="r1")
    assert acts.judge(alert, "true", "seen", by=officer, request_id="r1") == alert
    assert len(reads.alert_detail(alert).judgements) == 1
    with pytest.raises(StateError):
        acts.judge(alert, "false", "seen", by=officer, request_id="r1")


def test_a_kinds_record_counts_its_last_judgements(officer: Any, supervisor: Any) -> None:
    ids = acts.raise_alerts([event(mmsi=A + n) for n in range(4)], by=SYSTEM)["alerts"]
    [gap] = acts.raise_alerts([event("gap", A + 9)], by=SYSTEM)["alerts"]
    for n, alert_id in enumerate(ids):
        acts.judge(alert_id, "true" if n < 3 else "false", "seen", by=officer)
    assert reads.kind_record("loitering") == KindRecord("loitering", judged=4, true=3, false=1)
    assert reads.alert_detail(gap).row.record == KindRecord("gap")
    acts.reopen(ids[0], "wrong ship", by=supervisor)
    assert reads.kind_record("loitering").judged == 3
    assert reads.kind_record("encounter") == KindRecord("encounter")


def test_the_record_looks_at_fifty_only(officer: Any) -> None:
    ids = acts.raise_alerts([event(mmsi=A + n) for n in range(53)], by=SYSTEM)["alerts"]
    for n, alert_id in enumerate(ids):
        acts.judge(alert_id, "false" if n < 3 else "true", "seen", by=officer)
    assert reads.kind_record("loitering") == KindRecord("loitering", 50, 50, 0, 0)


def test_an_order_from_deadline_to_outcome(alert: int, officer: Any, boat: str) -> None:
    with pytest.raises(MissingError, match="hk-1"):
        acts.order(alert, "nobody", "look", at(5), by=officer)
    with pytest.raises(UsageError, match="passed"):
        acts.order(alert, boat, "look", at(5), by=officer, now=at(6))
    o = acts.order(alert, boat, "Board and inspect", at(5), by=officer, now=at(1), request_id="o1")
    assert acts.order(alert, boat, "Board and inspect", at(5), by=officer, now=at(1), request_id="o1") == o
    row = reads.queue()[0]
    assert (row.state, row.order_state, row.outcome) == ("claimed", "issued", "")
    acts.acknowledge_order(o, by=officer, name="王艇长")
    with pytest.raises(StateError):
        acts.acknowledge_order(o, by=officer)
    [listed] = reads.orders(now=at(6))
    assert (listed.state, listed.overdue, listed.acknowledged_name) == ("acknowledged", True, "王艇长")
    for result, cause in (("not_possible", ""), ("hit", "weather"), ("won", ""), ("not_possible", "tired")):
        with pytest.raises(UsageError):
            acts.record_outcome(o, result, by=officer, cause=cause)
    acts.record_outcome(o, "hit", by=officer, note="12 kg")
    row = reads.queue()[0]
    assert (row.order_state, row.outcome) == ("done", "hit")
    with pytest.raises(StateError):
        acts.record_outcome(o, "no_hit", by=officer)
    [tally] = reads.outcomes()
    assert (tally.detector, tally.hit, tally.no_hit) == ("loitering hainan 2026.1", 1, 0)


def test_an_expired_order_says_so_and_still_takes_its_outcome(alert: int, officer: Any, boat: str) -> None:
    o = acts.order(alert, boat, "look", at(5), by=officer)
    assert acts.expire_orders(at(4), by=SYSTEM) == []
    assert acts.expire_orders(at(5), by=SYSTEM) == [o]
    assert reads.queue()[0].order_state == "expired"
    acts.record_outcome(o, "not_possible", cause="weather", by=officer)
    assert reads.alert_detail(alert).orders[0].cause == "weather"


def signal(mmsi: int = 970123456, hours: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"mmsi": mmsi, "t": at(hours), "lat": 20.1, "lon": 110.2, "signal": "beacon", **more}


def test_distress_tops_the_queue_until_acknowledged(alert: int, officer: Any) -> None:
    acts.raise_alerts([event("gap", B, severity=3)], by=SYSTEM)
    [d] = acts.raise_distress([signal(), signal(hours=0.1, lat=20.2)], by=SYSTEM)["alerts"]
    top = reads.queue()[0]
    assert (top.id, top.distress, top.tier, top.lat, top.acknowledged_at) == (d, True, 0, 20.2, None)
    assert acts.raise_distress([signal()], by=SYSTEM) == {"alerts": [], "changed": []}
    assert acts.raise_distress([signal(hours=1)], by=SYSTEM)["changed"] == [d]
    with pytest.raises(StateError, match="no silence"):
        acts.silence_alert(d, at(9), "noise", by=officer)
    acts.judge(d, "true", "raft seen", by=officer)
    with pytest.raises(StateError, match="Acknowledge"):
        acts.close(d, by=officer)
    acts.acknowledge_distress(d, by=officer)
    size = trust.log_end().waiting
    acts.acknowledge_distress(d, by=officer)
    assert trust.log_end().waiting == size
    assert reads.alert_detail(d).row.acknowledged_at is not None
    acts.close(d, by=officer)
    with pytest.raises(StateError):
        acts.acknowledge_distress(alert, by=officer)


@pytest.mark.parametrize("mark", [{"nav_status": 15}, {"text": "SART TEST"}, {"test": True}])
def test_a_beacon_under_test_is_marked_and_does_not_hide_a_real_call(mark: dict[str, Any]) -> None:
    [t] = acts.raise_distress([signal(**mark)], by=SYSTEM)["alerts"]
    row = reads.queue()[0]
    assert (row.test, row.tier) == (True, 3)
    [real] = acts.raise_distress([signal(hours=0.2, nav_status=14)], by=SYSTEM)["alerts"]
    assert real != t
    assert reads.queue()[0].id == real


def test_a_call_without_a_position_is_raised_without_one() -> None:
    acts.raise_distress([signal(lat=None, lon=None, text="MAYDAY")], by=SYSTEM)
    row = reads.queue()[0]
    assert (row.lat, row.lon, row.reasons[0]["value"]) == (None, None, "MAYDAY")
    acts.raise_distress([signal(hours=0.1)], by=SYSTEM)
    assert reads.queue()[0].lat == 20.1


def test_a_gap_offers_possible_distress(officer: Any) -> None:
    [g] = acts.raise_alerts([event("gap", B)], by=SYSTEM)["alerts"]
    assert reads.queue()[0].possible_distress
    acts.declare_distress(g, "she reported a list", by=officer)
    row = reads.queue()[0]
    assert (row.distress, row.tier, row.possible_distress) == (True, 0, False)
    acts.raise_alerts([event("gap", B, hours=3)], by=SYSTEM)
    assert (reads.queue()[0].id, reads.queue()[0].tier) == (g, 0)


def test_silencing_an_alert_takes_its_vessel_and_kind(alert: int, officer: Any) -> None:
    acts.silence_alert(alert, at(30), "survey work", by=officer)
    [s] = reads.alert_detail(alert).silences
    assert (s.subject, s.kind, s.since, s.until) == (f"ais:{A}", "loitering", at(1), at(30))
    for until, why in ((at(0), "x"), (at(24 * 60), "x"), (at(30), "")):
        with pytest.raises(UsageError):
            acts.silence_alert(alert, until, why, by=officer)
    assert acts.raise_alerts([event(mmsi=A, start_h=20)], by=SYSTEM)["held"] == 1


def test_a_beacon_that_was_judged_false_and_calls_again_sounds_again(officer: Any) -> None:
    [d] = acts.raise_distress([signal()], by=SYSTEM)["alerts"]
    acts.judge(d, "false", "on deck for service", by=officer)
    [again] = acts.raise_distress([signal(hours=0.5)], by=SYSTEM)["alerts"]
    assert reads.queue()[0].id == again
    assert reads.alert_detail(again).follows == d
    acts.judge(again, "true", "raft seen", by=officer)
    assert acts.raise_distress([signal(hours=0.6)], by=SYSTEM) == {"alerts": [], "changed": [again]}


def test_a_request_s_lazy_person_acts_as_the_person(alert: int, officer: Any, boat: str) -> None:
    from django.utils.functional import SimpleLazyObject

    lazy = SimpleLazyObject(lambda: officer)
    acts.claim(alert, by=lazy)
    acts.order(alert, boat, "look", at(5), by=lazy)
    acts.silence_alert(alert, at(9), "x", by=lazy)
    acts.judge(alert, "true", "seen", by=lazy, shown={"at": at(1)})
    assert reads.alert_detail(alert).judgements[0].by == "li员"
