"""Holds need two people; a proposal lapses unless two confirm it; destroying leaves proof and no contents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.models import Receipt
from huanqiong.desk.trust.retention import hold_scope, retention_book

pytestmark = pytest.mark.django_db
T = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def pair(person: Callable[..., Any]) -> tuple[Any, Any]:
    return person("li", "supervisor"), person("zhang", "privacy_officer")


def granted(pair: tuple[Any, Any], code: str, subject: str, scope: dict[str, Any]) -> int:
    wish = acts.request_approval(code, subject, scope, "案件需要", by=pair[0])
    acts.decide_approval(wish, True, "可以", by=pair[1])
    return wish


def last() -> Any:
    return reads.audit(limit=1)[0]


def proposed(cause: str = "order:1") -> int:
    hold = acts.propose_hold(
        cause, "alert:1", "查获", by=SYSTEM, since=T, until=T + timedelta(hours=2), box=(110, 19, 111, 20)
    )
    assert hold is not None
    return hold


def test_a_hold_is_set_and_lifted_by_two(pair: tuple[Any, Any]) -> None:
    scope = hold_scope("device:412000001", None, None, None)
    wish = acts.request_approval("hold.set", "device:412000001", scope, "案件", by=pair[0])
    with pytest.raises(RefusedError, match="not decided"):
        acts.set_hold("device:412000001", "案件", by=pair[0], approval=wish)
    with pytest.raises(RefusedError, match="another person"):
        acts.decide_approval(wish, True, "", by=pair[0])
    assert not reads.holds()
    acts.decide_approval(wish, True, "", by=pair[1])
    with pytest.raises(RefusedError):
        acts.set_hold("device:412000002", "案件", by=pair[0], approval=wish)
    before = reads.holds_mark()
    hold = acts.set_hold("device:412000001", "案件", by=pair[0], approval=wish)
    assert reads.holds_mark() != before
    assert (last().act, last().subject, last().details["approval"]) == ("hold.set", f"hold:{hold}", wish)
    with pytest.raises(RefusedError, match="second person"):
        acts.lift_hold(hold, "结案", by=pair[0], approval=None)
    assert reads.holds(protecting=True)
    acts.lift_hold(hold, "结案", by=pair[0], approval=granted(pair, "hold.lift", f"hold:{hold}", {}))
    assert [h.state for h in reads.holds()] == ["lifted"]
    assert not reads.holds(protecting=True)
    with pytest.raises(StateError):
        acts.lift_hold(hold, "结案", by=pair[0], approval=None)


def test_a_wider_hold_than_granted_is_refused(pair: tuple[Any, Any]) -> None:
    box = (110.0, 19.0, 111.0, 20.0)
    wish = granted(pair, "hold.set", "waters", hold_scope("", T, T + timedelta(hours=1), box))
    with pytest.raises(RefusedError, match="granted for less"):
        acts.set_hold("", "x", by=pair[0], approval=wish, since=T, until=T + timedelta(hours=2), box=box)
    acts.set_hold("", "x", by=pair[0], approval=wish, since=T, until=T + timedelta(hours=1), box=box)


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("boat", {}),
        ("", {}),
        ("", {"box": (110, 19, 111, 20)}),
        ("alert:1", {"since": T, "until": T}),
        ("alert:1", {"since": datetime(2026, 1, 1)}),  # noqa: DTZ001
        ("alert:1", {"box": (111, 19, 110, 20)}),
    ],
)
def test_a_hold_that_says_nothing_clear_is_no_hold(
    pair: tuple[Any, Any], subject: str, more: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        acts.set_hold(subject, "x", by=pair[0], approval=None, **more)


def test_a_proposal_lapses_visibly_or_is_confirmed_by_two(pair: tuple[Any, Any]) -> None:
    first, second = proposed(), proposed("order:2")
    assert (
        acts.propose_hold("order:1", "alert:1", "x", by=SYSTEM, since=T, until=T + timedelta(1), box=None)
        is None
    )
    assert [h.state for h in reads.holds()] == ["proposed", "proposed"]
    with pytest.raises(RefusedError):
        acts.confirm_hold(first, by=pair[0], approval=None)
    acts.confirm_hold(first, by=pair[0], approval=granted(pair, "hold.confirm", f"hold:{first}", {}))
    ends = reads.holds()[1].provisional_until
    assert ends is not None
    assert acts.lapse_holds(ends - timedelta(seconds=1), by=SYSTEM) == []
    assert acts.lapse_holds(ends, by=SYSTEM) == [second]
    assert last().details == {"holds": [second]}
    assert [h.state for h in reads.holds()] == ["standing", "lapsed"]
    with pytest.raises(StateError):
        acts.confirm_hold(second, by=pair[0], approval=None)


def test_destroying_leaves_counts_and_a_digest() -> None:
    Receipt(request_id="r-secret", act="x", actor="system", asked_sha256="0" * 64, at=T).save()
    assert acts.destroy_rows("receipt", lambda: [("trust.receipt", ["r-secret"])], by=OPERATOR) == {
        "trust.receipt": 1
    }
    assert not Receipt.objects.exists()
    entry = last()
    assert (entry.act, entry.subject) == ("retention.destroy", "class:receipt")
    assert entry.details["tables"] == {"trust.receipt": 1}
    assert len(entry.details["keys_sha256"]) == 64
    assert "r-secret" not in str(entry.details)
    size = len(reads.audit(limit=100))
    assert acts.destroy_rows("receipt", list, by=OPERATOR) == {}
    assert len(reads.audit(limit=100)) == size


@pytest.mark.parametrize(
    ("code", "label"),
    [("receipt", "trust.person"), ("receipt", "trust.logentry"), ("alert.hit", "watch.alert")],
)
def test_no_class_destroys_what_is_not_its_own(code: str, label: str) -> None:
    with pytest.raises(StateError):
        acts.destroy_rows(code, lambda: [(label, [1])], by=OPERATOR)


def test_an_entry_for_the_lake_stands_once_and_only_under_the_same_holds() -> None:
    mark = reads.holds_mark()
    for _ in range(2):
        acts.log_destroyed("raw.file", "objects", 2, "ab" * 32, mark, by=OPERATOR)
    assert [e.act for e in reads.audit(limit=10)].count("retention.destroy") == 1
    proposed()
    with pytest.raises(StateError, match="run `hq retention apply` again"):
        acts.log_destroyed("raw.file", "objects", 3, "cd" * 32, mark, by=OPERATOR)
    assert retention_book().provisional == timedelta(days=30)


def test_numbers_granted_for_one_box_are_no_other_box(pair: tuple[Any, Any]) -> None:
    """West, south, east and north are not a bag of numbers."""
    more = {"since": T, "until": T + timedelta(hours=1)}
    wish = granted(pair, "hold.set", "waters", hold_scope("", *more.values(), (19.0, 19.0, 20.0, 20.0)))
    with pytest.raises(RefusedError, match="granted for less"):
        acts.set_hold("", "x", by=pair[0], approval=wish, box=(19.0, 19.0, 19.0, 20.0), **more)
    narrow = granted(pair, "hold.set", "waters", hold_scope("", *more.values(), (19.0, 18.0, 20.0, 20.5)))
    with pytest.raises(RefusedError, match="granted for less"):
        acts.set_hold("", "x", by=pair[0], approval=narrow, box=(18.0, 18.0, 20.5, 20.5), **more)
