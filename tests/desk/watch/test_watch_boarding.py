"""The boarding record: what a hit needs, all at once; the outcome in the same act; corrected by addition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.watch import access, acts, boarded, reads
from huanqiong.desk.watch.acts import boarding as boarding_acts
from huanqiong.desk.watch.boarding import (
    Basis,
    Hand,
    IncompleteError,
    Officer,
    Record,
    Waters,
    boarding_book,
    record_of,
)
from huanqiong.desk.watch.models import Boarding, Outcome
from huanqiong.desk.watch.rows import QueueQuery
from huanqiong.desk.watch.tasking import Part

pytestmark = pytest.mark.django_db
OWN = Waters("territorial", True, "领海", "territorial sea", 4000, "", "layer office")
LAW = Basis("海警法", "2021-01-22", 18)
HIT = Record(
    "hit",
    agency="海警",
    began=at(20),
    ended=at(21),
    lat=19.5,
    lon=110.9,
    flag="CN",
    basis=(LAW,),
    officers=(Officer("王海", "B1001"), Officer("李澜", "B1002")),
    aboard=3,
    crew=(Hand("陈船长", "master", "460000190001010011"), Hand("吴水手", "deck", "", "XX")),
    papers="船舶国籍证书齐全",
    searched="机舱、前舱夹层",
    found="前舱夹层内 12 包，净重待称",
    for_crew="船长主动打开夹层，称受人之托，不知内物",
    recording="REC-20261122-07",
    present="陈船长在场",
    note="移交缉毒部门",
    clock_offset_s=1.5,
    clock_at=at(19),
)
NOW = at(22)


@pytest.fixture
def given(officer: Any) -> int:
    """An order on a vessel, in force."""
    registry.add_unit("hk-1", "海警一艇", "Patrol 1", "patrol_boat", by=OPERATOR)
    acts.raise_alerts([event("gap", 412000001, 10)], by=SYSTEM)
    return acts.order(reads.queue()[0].id, "hk-1", "look", at(30), by=officer)


def lacks(record: Record, waters: Waters, given: int, by: Any) -> set[str]:
    """What filing it is refused for; {} where it was filed."""
    try:
        acts.file_boarding(given, record, waters, by=by, now=NOW)
    except IncompleteError as e:
        return {code for code, _ in e.lacks}
    return set()


def test_a_hit_ends_its_order_and_proposes_to_preserve_in_one_act(given: int, officer: Any) -> None:
    first = acts.file_boarding(given, HIT, OWN, by=officer, now=NOW, request_id="b-1")
    assert acts.file_boarding(given, HIT, OWN, by=officer, now=NOW, request_id="b-1") == first
    order = reads.orders()[0]
    assert (order.state, order.result, order.note) == ("done", "hit", HIT.note)
    assert order.hold is not None
    assert order.hold.state == "proposed"
    [context, sailing] = trust.holds()
    assert context.cause == f"order:{given}"
    assert sailing.subject == f"vessel:{reads.queue(QueueQuery(states=()))[0].vessel_code}"
    assert (sailing.since, sailing.until) == (at(20) - timedelta(days=14), at(21 + 24))
    assert Boarding.objects.count() == Outcome.objects.count() == 1
    [row] = boarded.boardings([given])
    assert (row.record, row.waters, row.number, row.by) == (HIT, OWN, 1, officer.display_name)
    assert record_of(HIT.told()) == HIT
    [entry] = trust.audit(act="watch.board")
    text = str(entry.details)
    assert entry.details["waters"] == "territorial"
    assert entry.details["laws"] == ["海警法 2021-01-22 18"]
    assert not [w for w in ("陈船长", "4600001900", "王海", "夹层", "B1001") if w in text]


def test_an_empty_hit_is_refused_with_all_that_lacks_and_nothing_changes(given: int, officer: Any) -> None:
    found = lacks(Record("hit"), Waters(why="no_layer"), given, officer)
    assert found == {
        "agency", "began", "ended", "flag", "searched", "found", "recording", "for_crew", "officers", "basis",
        "present", "clock",
    }  # fmt: skip
    assert not Boarding.objects.exists()
    assert not Outcome.objects.exists()
    assert trust.holds() == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"officers": (Officer("王海", "B1001"),)}, "officers"),
        ({"officers": (Officer("王海", "B1001"), Officer("王 海", "B1002"))}, "officers"),
        ({"officers": (Officer("王海", "B1001"), Officer("李澜", "b1001"))}, "officers"),
        ({"officers": (Officer("王海", "B1001"), Officer("李澜", " "))}, "officers"),
        ({"basis": ()}, "basis"),
        ({"basis": (Basis("治安管理处罚法", "2012-10-26", 87),)}, "law"),
        ({"basis": (Basis("治安管理处罚法", "1999-01-01", 87),)}, "law"),
        ({"basis": (LAW, Basis("海警法", "2021-01-22", 0))}, "law"),
        ({"basis": (Basis("禁毒法", "2007-12-29", 72),)}, "law"),  # it has 71
        ({"basis": (Basis("禁毒法", "2007-12-29", 71),)}, ""),
        ({"recording": " "}, "recording"),
        ({"present": ""}, "present"),
        ({"clock_offset_s": None}, "clock"),
        ({"clock_at": None, "clock_offset_s": None}, "clock"),
        ({"clock_at": at(20) - timedelta(hours=25)}, "clock_when"),
        ({"clock_at": at(21.5)}, "clock_when"),
        ({"for_crew": ""}, "for_crew"),
        ({"ended": at(19.5)}, "order"),
        ({"ended": at(23)}, "ahead"),
        ({"lon": None}, "position"),
        ({"lat": 91.0}, "position"),
        ({"cause": "weather"}, "cause"),
        ({"flag": "PA"}, ""),  # in waters that are known to be our own
    ],
)
def test_each_part_of_a_hit_is_asked_for(
    change: dict[str, Any], missing: str, given: int, officer: Any
) -> None:
    assert lacks(replace(HIT, **change), OWN, given, officer) == ({missing} if missing else set())


def test_the_offset_of_a_right_clock_is_zero_and_that_is_told(given: int, officer: Any) -> None:
    assert lacks(replace(HIT, clock_offset_s=0.0), OWN, given, officer) == set()


def test_why_nobody_was_present_stands_for_presence(given: int, officer: Any) -> None:
    assert lacks(replace(HIT, present="", absent_why="无人在船"), OWN, given, officer) == set()


OUTSIDE = Waters("high_seas", False, "公海", "high seas", 90_000, "", "layer office")
UNKNOWN = Waters(why="no_layer")
GIVEN = {"consent": "given", "consent_who": "MSA Panama", "consent_at": at(19.5), "consent_ref": "PA-77"}


@pytest.mark.parametrize(
    ("flag", "waters", "more", "missing"),
    [
        ("PA", OUTSIDE, {}, "consent"),
        ("PA", UNKNOWN, {}, "consent"),  # not determined is never our own
        ("unknown", UNKNOWN, {}, "consent"),
        ("PA", OUTSIDE, GIVEN, ""),
        ("PA", OUTSIDE, GIVEN | {"consent_who": ""}, "consent_whole"),
        ("PA", OUTSIDE, GIVEN | {"consent_at": None}, "consent_whole"),
        ("PA", OUTSIDE, GIVEN | {"consent_ref": ""}, "consent_whole"),
        ("PA", OUTSIDE, GIVEN | {"consent": "refused"}, "consent_refused"),
        ("PA", OUTSIDE, {"consent": "not_needed"}, "consent_whole"),
        ("PA", OUTSIDE, {"consent": "not_needed", "consent_ref": "双边协定第三条"}, ""),
        ("PA", OUTSIDE, {"consent": "perhaps"}, "consent"),
        ("CN", OUTSIDE, {}, ""),
        ("none", OUTSIDE, {}, ""),
    ],
)
def test_a_foreign_flag_outside_our_own_waters_needs_consent(
    flag: str, waters: Waters, more: dict[str, Any], missing: str, given: int, officer: Any
) -> None:
    assert lacks(replace(HIT, flag=flag, **more), waters, given, officer) == ({missing} if missing else set())


def test_the_law_is_that_of_the_day_of_the_boarding(given: int, officer: Any) -> None:
    old, new = Basis("治安管理处罚法", "2012-10-26", 87), Basis("治安管理处罚法", "2025-06-27", 100)
    assert at(20).year == 2026
    assert lacks(replace(HIT, basis=(old,)), OWN, given, officer) == {"law"}
    back = timedelta(days=400)
    assert HIT.began is not None
    assert HIT.ended is not None
    before = replace(HIT, began=HIT.began - back, ended=HIT.ended - back, clock_at=at(19) - back)
    assert lacks(replace(before, basis=(new,)), OWN, given, officer) == {"law"}
    assert lacks(replace(before, basis=(old,)), OWN, given, officer) == set()


@pytest.mark.parametrize(
    "record",
    [
        Record("no_hit", agency="渔政", began=at(20), flag="CN", searched="全船", basis=(LAW,),
               officers=(Officer("王海", "B1001"),)),
        Record("not_possible", cause="weather", agency="海警", began=at(20)),
    ],
)  # fmt: skip
def test_other_outcomes_need_less(record: Record, given: int, officer: Any) -> None:
    assert lacks(record, UNKNOWN, given, officer) == set()
    order = reads.orders()[0]
    assert (order.result, order.cause, order.hold) == (record.result, record.cause, None)


def test_a_record_is_corrected_by_another_beside_it(given: int, officer: Any) -> None:
    with pytest.raises(StateError, match="no boarding record"):
        acts.correct_boarding(given, HIT, OWN, "x", by=officer, now=NOW)
    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    better = replace(HIT, found="前舱夹层内 13 包")
    with pytest.raises(StateError, match="has its boarding record"):
        acts.file_boarding(given, better, OWN, by=officer, now=NOW)
    with pytest.raises(UsageError, match="what it corrects"):
        acts.correct_boarding(given, better, OWN, " ", by=officer, now=NOW)
    with pytest.raises(IncompleteError):
        acts.correct_boarding(given, replace(better, recording=""), OWN, "x", by=officer, now=NOW)
    other = Record("not_possible", cause="gone", agency="海警", began=at(20))
    with pytest.raises(StateError, match="ended as hit"):
        acts.correct_boarding(given, other, OWN, "x", by=officer, now=NOW)
    for _ in range(2):
        acts.correct_boarding(given, better, OWN, "复点", by=officer, now=NOW, request_id="c-1")
    first, second = boarded.boardings([given])
    assert (first.record, first.why) == (HIT, "")
    assert (second.record, second.number, second.why) == (better, 2, "复点")
    assert Outcome.objects.count() == 1
    assert len(trust.holds()) == 2


def test_the_whole_sailing_begins_with_her_last_port_call(given: int, officer: Any) -> None:
    calls = [event("port_visit", 412000001, start) for start in (-60, -40, 25)]
    acts.raise_alerts([*calls, event("port_visit", 412000002, 5)], by=SYSTEM)
    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    assert trust.holds()[1].since == at(-40)


def test_outcome_holds_and_record_stand_or_fall_together(
    given: int, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the disk")

    monkeypatch.setattr(boarding_acts, "_write", broken)
    with pytest.raises(OSError, match="the disk"):
        acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    assert reads.orders()[0].state == "issued"
    assert trust.holds() == []
    assert trust.audit(act="watch.outcome") == []


def test_an_outcome_told_before_gets_its_record_later_and_no_second_outcome(given: int, officer: Any) -> None:
    acts.record_outcome(given, "hit", by=officer)
    with pytest.raises(StateError, match="ended as hit"):
        acts.file_boarding(given, Record("not_possible", cause="gone", agency="x", began=at(20)), OWN,
                           by=officer, now=NOW)  # fmt: skip
    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    assert Outcome.objects.count() == 1


def test_names_are_for_who_needs_them(given: int, officer: Any, person: Callable[..., Any]) -> None:
    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    viewer, exporter = person("wu", "coast_station"), person("an", "analyst")
    from huanqiong.desk.trust import acts as trust_acts

    trust_acts.revoke_role("wu", "coast_station", by=OPERATOR)
    trust_acts.grant_role("wu", "coast_station", by=OPERATOR, units=["elsewhere"])
    [hidden] = access.access_boardings(viewer, given)
    assert hidden.blanked
    assert not [w for w in ("陈船长", "4600", "王海", "夹层内", "受人之托") if w in str(hidden)]
    assert hidden.record.searched == HIT.searched
    for whole in (officer, exporter):
        assert access.access_boardings(whole, given)[0].record == HIT
    with pytest.raises(RefusedError):
        acts.file_boarding(given, HIT, OWN, by=viewer, now=NOW)


def test_under_a_seal_it_is_nowhere(given: int, officer: Any, supervisor: Any) -> None:
    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    alert = reads.orders()[0].alert_id
    acts.judge(alert, "true", "x", by=officer)
    acts.close(alert, by=officer)
    acts.seal_alert(alert, "decision", by=supervisor)
    assert boarded.boardings([given]) == []
    assert len(boarded.boardings([given], sealed=True)) == 1


def test_what_the_form_offers_is_law_of_today() -> None:
    from huanqiong.desk.trust.law import law_versions

    there = {(x.name, x.version): x for x in law_versions()}
    for b in boarding_book()["basis"]:
        assert there[b["law"], b["version"]].in_force(boarding_book()["valid_from"])


def test_a_boarding_ends_an_interception_for_all_and_the_other_unit_says_the_same(
    given: int, officer: Any
) -> None:
    registry.add_unit("hk-2", "海警二艇", "Patrol 2", "patrol_boat", by=OPERATOR)
    parts = [Part("hk-1", "王艇长", "1", in_command=True), Part("hk-2", "李艇长", "2")]
    acts.intercept(reads.orders()[0].alert_id, parts, "stop", at(30), by=officer, now=at(19))
    one, two = (o.id for o in reads.orders() if o.interception is not None)
    acts.file_boarding(one, HIT, OWN, by=officer, now=NOW)
    no_hit = replace(HIT, result="no_hit")
    with pytest.raises(StateError, match="ended as hit"):
        acts.file_boarding(two, no_hit, OWN, by=officer, now=NOW)
    acts.file_boarding(two, HIT, OWN, by=officer, now=NOW)
    assert Outcome.objects.count() == 1
    assert Boarding.objects.count() == 2


def test_retention_takes_a_record_with_its_alert(given: int, officer: Any) -> None:
    from huanqiong.flows.retention.alerts import bundles, rows_of

    acts.file_boarding(given, HIT, OWN, by=officer, now=NOW)
    going = dict(rows_of(bundles()))
    assert len(going["watch.boarding"]) == 1
    assert list(going).index("watch.boarding") < list(going).index("watch.order")
