"""Two-person acts and purposes: refused where they must be, logged either way, used once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import access_approvals, access_looks
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.purposes import purpose_book, within

pytestmark = pytest.mark.django_db
SCOPE = {"rows": 800, "filters": {"kind": "gap"}}


@pytest.fixture
def pair(person: Callable[..., Any]) -> tuple[Any, Any]:
    """(who asks, who decides): both might decide."""
    return person("li", "supervisor"), person("zhang", "supervisor")


def ask(by: Any, scope: dict[str, Any] = SCOPE) -> int:
    return acts.request_approval("export.bulk", "list:alerts", scope, "周报", by=by)


def take(by: Any, approval: int | None, rows: int = 800, filters: dict[str, str] | None = None) -> None:
    given = {"kind": "gap"} if filters is None else filters
    acts.export_rows(
        *("alert.rows", "list:alerts", "report", rows, given),
        by=by, permission="watch.view", approval=approval,
    )  # fmt: skip


def last() -> dict[str, Any]:
    return reads.audit(limit=1)[0].details


def test_one_asks_another_grants_and_it_is_used_once(pair: tuple[Any, Any]) -> None:
    li, zhang = pair
    wish = ask(li)
    assert [r.id for r in access_approvals(zhang, waiting=True)] == [wish]
    with pytest.raises(RefusedError, match="not decided"):
        take(li, wish)
    acts.decide_approval(wish, True, "可以", by=zhang)
    take(li, wish)
    assert last() == {
        "class": "alert.rows", "purpose": "report", "rows": 800, "approval": wish
    }  # fmt: skip
    with pytest.raises(RefusedError, match="was used"):
        take(li, wish)
    assert last()["refused"] == "approval"
    row = access_approvals(li, own=True)[0]
    assert (row.state, row.decided_by_name, row.decision_reason) == ("used", "zhang员", "可以")
    with pytest.raises(StateError):
        acts.withdraw_approval(wish, by=li)


def test_nobody_decides_their_own_wish(pair: tuple[Any, Any]) -> None:
    li, _ = pair
    wish = ask(li)
    with pytest.raises(RefusedError, match="another person"):
        acts.decide_approval(wish, True, "", by=li)
    assert last() == {"refused": "own"}
    with pytest.raises(RefusedError):
        acts.decide_approval(wish, True, "", by=OPERATOR)
    with pytest.raises(RefusedError):
        acts.decide_approval(wish, True, "", by=SYSTEM)
    with pytest.raises(RefusedError):
        take(li, wish)


def test_wider_other_anothers_and_no_wishes_are_refused(pair: tuple[Any, Any]) -> None:
    li, zhang = pair
    wish = ask(li)
    acts.decide_approval(wish, True, "", by=zhang)
    for by, approval, rows, filters in (
        (li, None, 800, None),
        (li, 9999, 800, None),
        (li, wish, 801, None),
        (li, wish, 800, {}),
        (li, wish, 800, {"kind": "gap", "state": "open"}),
        (li, wish, 800, {"kind": "encounter"}),
        (zhang, wish, 800, None),
    ):
        with pytest.raises(RefusedError):
            take(by, approval, rows, filters)
    with pytest.raises(RefusedError):
        acts.export_rows(
            *("audit.rows", "list:audit", "oversight", 6000, {"kind": "gap"}),
            by=li, permission="watch.view", approval=wish,
        )  # fmt: skip
    take(li, wish, 700)
    take(li, None, 500)  # not bulk: no second person


def test_refused_withdrawn_and_decided_wishes_stay_so(pair: tuple[Any, Any]) -> None:
    li, zhang = pair
    refused, taken, granted = ask(li), ask(li), ask(li)
    acts.decide_approval(refused, False, "太多", by=zhang)
    acts.withdraw_approval(taken, by=li)
    acts.decide_approval(granted, True, "", by=zhang)
    for wish in (refused, taken, granted):
        with pytest.raises(StateError):
            acts.decide_approval(wish, True, "", by=zhang)
    for wish in (refused, taken):
        with pytest.raises(RefusedError):
            take(li, wish)
    with pytest.raises(RefusedError, match="Only who asked"):
        acts.withdraw_approval(granted, by=zhang)
    acts.withdraw_approval(granted, by=li)
    with pytest.raises(RefusedError):
        take(li, granted)
    states = [r.state for r in access_approvals(li, own=True)]
    assert states == ["withdrawn", "withdrawn", "refused"]


def test_wishes_expire(pair: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    li, zhang = pair
    early, late = ask(li), ask(li)
    acts.decide_approval(early, True, "", by=zhang)
    then = datetime.now(UTC) + timedelta(hours=purpose_book().approvals["export.bulk"].hours, seconds=1)
    monkeypatch.setattr("huanqiong.desk.trust.act.now", lambda: then)
    monkeypatch.setattr(sys.modules["huanqiong.desk.trust.reads.approvals"], "now", lambda: then)
    with pytest.raises(RefusedError, match="expired"):
        take(li, early)
    with pytest.raises(StateError, match="expired"):
        acts.decide_approval(late, True, "", by=zhang)
    assert {r.state for r in access_approvals(li, own=True)} == {"expired"}
    assert access_approvals(zhang, waiting=True) == []


def test_a_wish_needs_its_right_a_reason_and_a_person(
    pair: tuple[Any, Any], person: Callable[..., Any]
) -> None:
    li, _ = pair
    with pytest.raises(UsageError, match="reason"):
        acts.request_approval("export.bulk", "list:alerts", {}, " ", by=li)
    with pytest.raises(MissingError, match=r"export\.bulk"):
        acts.request_approval("export.all", "list:alerts", {}, "x", by=li)
    with pytest.raises(RefusedError):
        acts.request_approval("export.bulk", "list:alerts", {}, "x", by=person("wang", "coast_station"))
    with pytest.raises(RefusedError):
        ask(SYSTEM)
    with pytest.raises(RefusedError, match=r"approvals\.decide"):
        acts.decide_approval(ask(li), True, "", by=person("chen", "duty_officer"))
    assert acts.request_approval(
        "export.bulk", "list:alerts", {}, "x", by=li, request_id="t"
    ) == acts.request_approval("export.bulk", "list:alerts", {}, "x", by=li, request_id="t")


VALUES = st.recursive(
    st.integers(0, 9) | st.text("ab", max_size=2) | st.booleans(),
    lambda v: (
        st.dictionaries(st.sampled_from("xyz"), v, max_size=3) | st.lists(st.integers(0, 3), max_size=3)
    ),
    max_leaves=6,
)
SCOPES = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3)


@given(SCOPES, SCOPES, SCOPES)
def test_within_is_an_order(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    assert within(a, a)
    if within(a, b) and within(b, c):
        assert within(a, c)


@given(SCOPES, st.data())
def test_nothing_wider_is_within(scope: dict[str, Any], data: st.DataObject) -> None:
    numbers = [k for k, v in scope.items() if isinstance(v, int) and not isinstance(v, bool)]
    assert not within(scope | {"more": 1}, scope)
    assert not within(scope, scope | {"more": 1})
    for key in numbers:
        assert not within(scope | {key: scope[key] + 1}, scope)
        assert within(scope | {key: scope[key] - 1}, scope)


def test_a_wrong_or_missing_purpose_gives_nothing_and_an_entry(person: Callable[..., Any]) -> None:
    chen = person("chen", "auditor")
    for purpose in ("", "research", "curiosity" * 20):
        before = len(reads.audit(act="record.read"))
        with pytest.raises(RefusedError, match="named purpose only"):
            acts.open_record("person.account", "person:p-1", purpose, by=chen, permission="users.view")
        assert len(reads.audit(act="record.read")) == before + 1
        assert last()["refused"] == "purpose"
    acts.open_record("person.account", "person:p-1", "oversight", by=chen, permission="users.view")
    assert last() == {"class": "person.account", "purpose": "oversight"}
    with pytest.raises(MissingError):
        acts.open_record("person.secret", "person:p-1", "oversight", by=chen, permission="users.view")


def test_a_persons_file_shows_who_looked(person: Callable[..., Any]) -> None:
    chen, li = person("chen", "auditor"), person("li", "duty_officer")
    subject = f"person:{li.code}"
    acts.open_record("person.account", subject, "complaint", by=chen, permission="users.view")
    with pytest.raises(RefusedError):
        acts.open_record("person.account", subject, "research", by=chen, permission="users.view")
    seen = [(x.actor, x.purpose, x.refused) for x in access_looks(li, subject)]
    assert seen == [(chen.code, "research", True), (chen.code, "complaint", False)]
    with pytest.raises(RefusedError):
        access_looks(li, f"person:{chen.code}")
    assert access_looks(chen, subject) == access_looks(li, subject)


def test_every_class_has_purposes_and_a_basis() -> None:
    book = purpose_book()
    for rule in (*book.classes.values(), *book.approvals.values()):
        assert rule.basis
        assert rule.zh
        assert rule.en
