"""Several units on one vessel: named commanders, one outcome for all, not possible for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads as trust_reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.watch import access, acts, reads
from huanqiong.desk.watch.rows import OrderQuery
from huanqiong.desk.watch.tasking import Part, Scene

pytestmark = pytest.mark.django_db
MEETING = {"t": "2026-11-22T04:00:00Z", "lat": 19.5, "lon": 111.2}
COAST = Part("cg-1", "王艇长", "13800000001", in_command=True, meeting=MEETING)
CUSTOMS = Part("hg-1", "李关长", "13800000002")


@pytest.fixture
def alert(db: None) -> int:
    units = [
        {"code": c, "name_zh": c, "name_en": c, "kind": "patrol_boat", "agency": agency, "speed_kn": 30.0}
        for c, agency in (("cg-1", "海警"), ("hg-1", "海关"), ("hj-1", "海警"))
    ]
    registry.load_units(units, by=SYSTEM)
    return int(acts.raise_alerts([event()], by=SYSTEM)["alerts"][0])


@pytest.fixture
def sent(alert: int, officer: Any) -> tuple[int, int]:
    """The orders of the coast guard, in command, and of customs."""
    acts.intercept(alert, [CUSTOMS, COAST], "stop her", at(5), by=officer, now=at(1))
    coast, customs = access.access_together(officer, access.access_orders(officer)[0].id)
    return coast.id, customs.id


def test_two_agencies_stand_under_their_commanders_one_in_command(
    sent: tuple[int, int], officer: Any, alert: int
) -> None:
    coast, customs = access.access_together(officer, sent[1])
    assert (coast.agency, coast.commander, coast.phone) == ("海警", "王艇长", "13800000001")
    assert (coast.in_command, customs.in_command) == (True, False)
    assert (coast.meeting, customs.meeting) == (MEETING, None)
    assert coast.interception == customs.interception is not None
    assert customs.agency == "海关"
    assert access.access_alert(officer, alert).row.state == "claimed"
    registry.add_unit("cg-1", "艇", "boat", "patrol_boat", agency="别处", by=OPERATOR)
    assert access.access_order(officer, sent[0]).agency == "海警", "an order keeps whose unit it went to"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "needs a unit"),
        ([COAST, COAST], "stands twice"),
        ([replace(COAST, commander=" ")], "under nobody"),
        ([replace(COAST, phone="")], "under nobody"),
        ([CUSTOMS], "in command"),
        ([COAST, replace(CUSTOMS, in_command=True)], "in command"),
    ],
)
def test_an_interception_without_its_commanders_is_refused(
    parts: list[Part], words: str, alert: int, officer: Any
) -> None:
    with pytest.raises(UsageError, match=words):
        acts.intercept(alert, parts, "x", at(5), by=officer, now=at(1))
    assert access.access_orders(officer) == []


def test_sent_twice_it_is_ordered_once_and_a_missing_unit_orders_nobody(alert: int, officer: Any) -> None:
    first = acts.intercept(alert, [COAST], "x", at(5), by=officer, request_id="r")
    assert acts.intercept(alert, [COAST], "x", at(5), by=officer, request_id="r") == first
    with pytest.raises(MissingError):
        acts.intercept(alert, [COAST, replace(CUSTOMS, unit="none")], "x", at(5), by=officer)
    assert len(access.access_orders(officer)) == 1


def test_not_possible_for_one_leaves_the_other_and_one_outcome_ends_all(
    sent: tuple[int, int], officer: Any
) -> None:
    coast, customs = sent
    acts.join_interception(
        access.access_order(officer, coast).interception or 0,
        Part("hj-1", "赵艇长", "13800000003"),
        "follow",
        at(6),
        by=officer,
        now=at(2),
    )
    acts.record_outcome(customs, "not_possible", cause="weather", by=officer)
    rows = access.access_together(officer, coast)
    assert [(r.unit_code, r.result, r.state) for r in rows] == [
        ("cg-1", "", "issued"), ("hg-1", "not_possible", "done"), ("hj-1", "", "issued"),
    ]  # fmt: skip
    acts.record_outcome(coast, "hit", note="40 kg", name="王艇长", by=officer)
    rows = access.access_together(officer, coast)
    assert [(r.unit_code, r.result, r.shared) for r in rows] == [
        ("cg-1", "hit", False), ("hg-1", "not_possible", False), ("hj-1", "hit", True),
    ]  # fmt: skip
    assert {r.outcome_name for r in rows if r.result == "hit"} == {"王艇长"}
    assert {r.note for r in rows if r.result == "hit"} == {"40 kg"}
    with pytest.raises(StateError, match="its outcome already"):
        acts.record_outcome(rows[2].id, "no_hit", by=officer)
    with pytest.raises(StateError, match="has ended"):
        acts.join_interception(rows[0].interception or 0, CUSTOMS, "x", at(9), by=officer)
    # One hit is one hit, of the detector and on the lists, and no order is overdue any more.
    assert [d.hit for d in reads.outcomes()] == [1]
    units = {u.code: (u.answered, u.overdue) for u in access.access_unit_orders(officer, now=at(99))}
    assert units == {"cg-1": (1, 0), "hg-1": (1, 0), "hj-1": (1, 0)}
    found = access.access_orders(officer, OrderQuery(result="hit"))
    assert {r.unit_code for r in found} == {"cg-1", "hj-1"}
    assert not acts.expire_orders(at(99), by=SYSTEM)


def test_a_unit_on_its_way_is_not_sent_again_but_after_not_possible(
    sent: tuple[int, int], officer: Any
) -> None:
    tie = access.access_order(officer, sent[0]).interception or 0
    with pytest.raises(StateError, match="on its way"):
        acts.join_interception(tie, CUSTOMS, "x", at(9), by=officer)
    with pytest.raises(UsageError, match="in command"):
        acts.join_interception(tie, replace(CUSTOMS, in_command=True), "x", at(9), by=officer)
    with pytest.raises(MissingError):
        acts.join_interception(tie + 1, CUSTOMS, "x", at(9), by=officer)
    acts.record_outcome(sent[1], "not_possible", cause="no_unit", by=officer)
    made = acts.join_interception(tie, CUSTOMS, "again", at(9), by=officer, request_id="j")
    assert acts.join_interception(tie, CUSTOMS, "again", at(9), by=officer, request_id="j") == made
    assert len(access.access_together(officer, made)) == 3


def test_reports_are_one_timeline_corrected_by_addition(
    sent: tuple[int, int], officer: Any, alert: int
) -> None:
    coast, customs = sent
    first = acts.report_scene(customs, Scene("sighted", at(2)), by=officer, now=at(3), request_id="s")
    again = acts.report_scene(customs, Scene("sighted", at(2.5)), by=officer, now=at(3), request_id="s")
    assert again == first
    acts.report_scene(coast, Scene("alongside", at(1.5), lat=19.5, lon=111.2), by=officer, now=at(3))
    better = acts.report_scene(
        customs, Scene("sighted", at(2.2), words="两艘"), by=officer, now=at(3), corrects=first
    )
    for order in sent:
        told = [(r.what, r.unit_code, r.corrected_by) for r in access.access_scene(officer, order)]
        assert told == [
            ("alongside", "cg-1", None), ("sighted", "hg-1", better), ("sighted", "hg-1", None),
        ]  # fmt: skip
    assert len(access.access_alert(officer, alert).scene) == 3
    with pytest.raises(StateError, match="correct that one"):
        acts.report_scene(customs, Scene("lost", at(2)), by=officer, now=at(3), corrects=first)
    with pytest.raises(MissingError):
        acts.report_scene(coast, Scene("lost", at(2)), by=officer, now=at(3), corrects=first)


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (Scene("nonsense", at(2)), "say sighted"),
        (Scene("other", at(2)), "needs words"),
        (Scene("lost", at(3.1)), "ahead of the clock"),
        (Scene("lost", at(0.5)), "given later"),
        (Scene("lost", at(2), lat=19.0), "latitude and longitude"),
        (Scene("lost", at(2), lat=91.0, lon=1.0), "no position"),
    ],
)
def test_a_report_of_no_sense_is_refused(
    sent: tuple[int, int], officer: Any, scene: Scene, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        acts.report_scene(sent[0], scene, by=officer, now=at(3))
    assert access.access_scene(officer, sent[0]) == []


def test_only_who_may_speak_for_the_unit_reports_and_ends(
    sent: tuple[int, int], person: Callable[..., Any]
) -> None:
    person("station")
    trust.grant_role("station", "coast_station", by=OPERATOR, units=("hg-1",))
    station = trust_reads.person("station")
    with pytest.raises(RefusedError):
        acts.report_scene(sent[0], Scene("lost", at(2)), by=station, now=at(3))
    acts.report_scene(sent[1], Scene("boarded", at(2)), by=station, now=at(3))
    acts.record_outcome(sent[1], "no_hit", by=station)
    assert [r.result for r in access.access_together(station, sent[0])] == ["no_hit", "no_hit"]


def test_words_and_names_stay_out_of_the_log(sent: tuple[int, int], officer: Any) -> None:
    acts.report_scene(sent[0], Scene("other", at(2), words="秘密"), by=officer, now=at(3))
    acts.record_outcome(sent[0], "no_hit", name="王艇长", by=officer)
    from huanqiong.desk.trust.models import LogEntry

    bodies = "".join(LogEntry.objects.values_list("body", flat=True))
    assert "watch.intercept" in bodies
    assert not [w for w in ("王艇长", "李关长", "13800000001", "秘密", "stop her") if w in bodies]


def test_a_sealed_alert_takes_orders_and_reports_along(
    sent: tuple[int, int], officer: Any, supervisor: Any, alert: int
) -> None:
    acts.report_scene(sent[0], Scene("lost", at(2)), by=officer, now=at(3))
    acts.record_outcome(sent[0], "no_hit", by=officer)
    acts.judge(alert, "true", "seen", by=officer)
    acts.close(alert, by=officer)
    acts.seal_alert(alert, "治安处罚", by=supervisor)
    assert access.access_scene(officer, sent[0]) == []
    with pytest.raises(MissingError):
        access.access_together(officer, sent[0])
    with pytest.raises(MissingError):
        acts.join_interception(1, CUSTOMS, "x", at(9), by=officer)
