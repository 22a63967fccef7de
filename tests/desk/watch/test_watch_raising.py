"""From events to alerts: grouping, versions, silences; the same events again change nothing."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from desk_events import T0, at, event
from news import told

from huanqiong.core.errors import InputError, RefusedError
from huanqiong.desk.registry import reads as registry
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.found import found
from huanqiong.desk.watch.rows import QueueQuery

pytestmark = pytest.mark.django_db
ALL = QueueQuery(states=())
A, B, C = 412000001, 412000002, 412000003


def put(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return acts.raise_alerts(events, by=SYSTEM, **more)


def test_an_event_becomes_an_alert_with_its_reasons_and_vessel() -> None:
    out = put(event(mmsi=A, severity=3))
    [row] = reads.queue()
    assert out["alerts"] == [row.id]
    assert (row.state, row.kind, row.severity, row.tier, row.mmsi) == ("open", "loitering", 3, 1, A)
    assert row.reasons[0]["value"] == 1.0
    assert row.vessel_code == registry.vessel(A).row.code
    assert row.record.judged == 0
    assert [(t, p) for _, t, p, _ in told()] == [("alert", {"ids": [row.id]})]
    assert trust.audit(act="watch.raise")[0].details["verdicts"] == 1


def test_the_same_events_again_raise_nothing_and_log_nothing() -> None:
    events = [event(mmsi=A), event("gap", B, 3), event("encounter", A, 9, other=C)]
    put(*events)
    size = trust.log_end().waiting
    out = put(*reversed(events))
    assert (out["alerts"], out["verdicts"], out["again"]) == ([], 0, 3)
    assert trust.log_end().waiting == size
    out = put(*events, event(mmsi=B, start_h=40))
    assert (len(out["alerts"]), out["again"]) == (1, 3)


def test_one_episode_is_less_than_four_hours_and_twenty_kilometres_apart() -> None:
    put(
        event(mmsi=A, start_h=0, hours=1),
        event("gap", A, 4.9, severity=3),  # 3.9 h later: the same
        event(mmsi=A, start_h=9.95),  # 4.05 h after that: another
        event("drift", A, 10, lat=20.2),  # 22 km off: another
        event(mmsi=B, start_h=0, lat=20.17),  # another vessel
        event("drift", B, 1, lat=20.0),  # 18.9 km: the same
    )
    rows = {(r.mmsi, r.t0): r for r in reads.queue()}
    assert len(rows) == 4
    first = rows[(A, T0)]
    assert (first.kinds, first.kind, first.severity) == (("gap", "loitering"), "gap", 3)
    assert first.t1 == at(5.9)
    assert first.known_at == at(1)
    assert rows[(B, T0)].kinds == ("drift", "loitering")


def test_a_pair_is_one_alert_on_both_and_takes_in_their_own_events() -> None:
    put(
        event(mmsi=A, start_h=1),
        event("encounter", A, 2, other=B, severity=3),
        event("drift", B, 4),
        event("encounter", B, 5, other=A),
        event("encounter", A, 5, other=C),
    )
    rows = reads.queue()
    assert sorted((r.mmsi, r.other_mmsi) for r in rows) == [(A, B), (A, C)]
    pair = next(r for r in rows if r.other_mmsi == B)
    assert pair.kinds == ("drift", "encounter", "loitering")
    assert [r.id for r in reads.for_vessel(B)] == [pair.id]
    assert {r.id for r in reads.for_vessel(A)} == {r.id for r in rows}


def test_grouping_does_not_depend_on_the_order_within_a_batch() -> None:
    events = [event(mmsi=A + n % 3, start_h=n * 1.7, lat=20 + n % 5 / 50) for n in range(40)]
    events += [event("encounter", A, n * 9.0, other=B) for n in range(4)]
    random.Random(5).shuffle(events)
    put(*events)
    got = sorted((r.mmsi, r.other_mmsi or 0, r.t0, r.t1, r.kinds) for r in reads.queue(ALL))
    from huanqiong.desk.watch.models import Alert, Verdict

    Alert.objects.update(lead=None)
    Verdict.objects.all().delete()
    Alert.objects.all().delete()
    put(*sorted(events, key=lambda e: e["t0"]))
    assert got == sorted((r.mmsi, r.other_mmsi or 0, r.t0, r.t1, r.kinds) for r in reads.queue(ALL))


def test_later_batches_join_a_standing_episode_and_follow_a_judged_one(officer: Any) -> None:
    [first] = put(event(mmsi=A))["alerts"]
    assert put(event("drift", A, 2))["changed"] == [first]
    acts.judge(first, "false", "known", by=officer)
    out = put(event("gap", A, 4))
    assert out["changed"] == []
    assert reads.alert_detail(out["alerts"][0]).follows == first
    assert reads.alert_detail(first).followed_by == tuple(out["alerts"])


def test_a_final_verdict_replaces_its_provisional_in_the_same_alert() -> None:
    [one] = put(event(mmsi=A, hours=1), provisional=True)["alerts"]
    assert reads.queue()[0].provisional
    out = put(event(mmsi=A, hours=3, severity=3))
    assert (out["alerts"], out["changed"], out["replaced"]) == ([], [one], 1)
    [row] = reads.queue()
    assert (row.provisional, row.t1, row.severity) == (False, at(3), 3)
    old, new = sorted(reads.alert_detail(one).verdicts, key=lambda v: v.number)
    assert (old.current, old.replaced_by, new.number) == (False, new.id, 2)
    # A provisional that comes late finds its final form there and changes nothing.
    assert put(event(mmsi=A, hours=2), provisional=True)["verdicts"] == 0


def test_a_gap_replaces_its_open_gap() -> None:
    [one] = put(event("open_gap", A, 0, 5))["alerts"]
    out = put(event("gap", A, 0, 7))
    assert (out["alerts"], out["changed"]) == ([], [one])
    [row] = reads.queue()
    assert (row.kind, row.kinds) == ("gap", ("gap",))
    assert put(event("open_gap", A, 0, 6))["verdicts"] == 0


def test_late_data_stands_beside_what_was_acted_on(officer: Any) -> None:
    [one] = put(event("gap", A, 0, 7))["alerts"]
    acts.claim(one, by=officer)
    frozen = reads.alert_detail(one).frozen[0]
    put(event("gap", A, 0, 3, severity=1))
    detail = reads.alert_detail(one)
    assert (detail.row.changed_since, detail.row.severity) == (True, 1)
    assert [v.severity for v in detail.verdicts] == [2, 1]
    assert detail.frozen[0] == frozen


def test_zones_of_one_time_stay_apart() -> None:
    def visit(zone: str) -> dict[str, Any]:
        return event("zone_visit", A, reasons=[{"code": "zone_name", "value": zone, "limit": None}])

    out = put(visit("strait"), visit("port approach"))
    assert (out["verdicts"], out["replaced"]) == (2, 0)


def test_quiet_kinds_and_low_severity_are_kept_but_raise_nothing() -> None:
    out = put(event("port_visit", A), event(mmsi=B, severity=0))
    assert (out["alerts"], out["quiet"]) == ([], 2)
    assert [v.kind for v in reads.verdicts_of(A)] == ["port_visit"]
    assert reads.queue() == []


def test_a_withdrawn_verdict_takes_its_alert_along_unless_it_was_judged(officer: Any) -> None:
    first, second = event(mmsi=A), event(mmsi=B)
    one, two = sorted(put(first, second)["alerts"])
    acts.judge(two, "true", "seen", by=officer)
    keys = [found(first).key, found(second).key]
    acts.withdraw_verdicts(keys, reason="the receiver was down", by=SYSTEM)
    assert reads.alert_detail(one).row.state == "withdrawn"
    judged = reads.alert_detail(two)
    assert (judged.row.state, judged.row.changed_since) == ("judged", True)
    assert judged.verdicts[0].withdrawn_why == "the receiver was down"
    assert acts.withdraw_verdicts(keys, reason="again", by=SYSTEM)["verdicts"] == 0


def test_a_complete_run_withdraws_what_it_no_longer_finds() -> None:
    kept, gone, outside = event(mmsi=A), event(mmsi=B), event(mmsi=C, start_h=30)
    put(kept, gone, outside)
    out = acts.withdraw_missing(
        [found(kept).key], "hainan", T0, at(24), reason="late data filled it", by=SYSTEM
    )
    assert out["verdicts"] == 1
    assert {r.mmsi for r in reads.queue()} == {A, C}


def test_a_silence_holds_behaviour_that_ends_within_it_and_counts_it(officer: Any) -> None:
    s = acts.silence(f"ais:{A}", "loitering", at(0), at(12), "dredger at work", by=officer, mmsi=A)
    out = put(
        event(mmsi=A, start_h=1),
        event("gap", A, 1),  # another kind
        event(mmsi=B, start_h=1, lat=21.0),  # another vessel
        event(mmsi=A, start_h=11, hours=2, lat=19.0),  # outlasts the silence
        event(mmsi=A, start_h=-9, hours=2, lat=18.0),  # ended before
    )
    assert (out["held"], len(out["alerts"])) == (1, 4)
    [row] = reads.silences(at=at(6))
    assert (row.id, row.held, row.by) == (s, 1, "li员")
    assert reads.silences(at=at(13)) == []
    acts.lift_silence(s, by=officer)
    assert reads.silences(at=at(6)) == []
    out = put(event(mmsi=A, start_h=3, lat=22.0))
    assert len(out["alerts"]) == 1


def test_no_silence_holds_a_distress(officer: Any) -> None:
    acts.silence("ais:412000009", "", at(-1), at(100), "all of it", by=officer)
    signal = {"mmsi": 412000009, "t": at(1), "lat": 20.0, "lon": 110.0, "signal": "status_14"}
    assert len(acts.raise_distress([signal], by=SYSTEM)["alerts"]) == 1


@pytest.mark.parametrize(
    "broken",
    [{"t1": T0 - timedelta(hours=1)}, {"lat": 91.0}, {"t0": T0.replace(tzinfo=None)}, {"reasons": "{"}],
)
def test_an_unusable_event_is_named_and_nothing_is_stored(broken: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="ais:412000001"):
        put(event(mmsi=B), event(mmsi=A) | broken)
    assert reads.queue(ALL) == []


def test_people_do_not_raise_alerts(officer: Any) -> None:
    with pytest.raises(RefusedError):
        acts.raise_alerts([event()], by=officer)


def test_what_was_withdrawn_may_be_found_again() -> None:
    e = event(mmsi=A)
    [one] = put(e)["alerts"]
    acts.withdraw_verdicts([found(e).key], reason="no longer holds", by=SYSTEM)
    assert reads.queue() == []
    [two] = put(e)["alerts"]
    assert two != one
    assert put(e)["again"] == 1


def test_a_final_verdict_over_two_provisional_ones_keeps_the_alert_people_saw(officer: Any) -> None:
    [seen] = put(event(mmsi=A, start_h=8), provisional=True)["alerts"]
    acts.claim(seen, by=officer)
    early = event(mmsi=A, start_h=0, provisional=True)
    out = put(early, event(mmsi=A, start_h=0, hours=9))
    assert (out["alerts"], out["changed"], out["replaced"]) == ([], [seen], 2)
    detail = reads.alert_detail(seen)
    assert (detail.row.t0, detail.row.t1, detail.row.state) == (at(0), at(9), "claimed")
    assert [v.current for v in sorted(detail.verdicts, key=lambda v: v.id)] == [False, False, True]
