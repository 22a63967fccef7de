"""Receipts with their time, and how each unit's orders went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import MissingError, RefusedError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import access, acts
from huanqiong.desk.watch.rows import OrderQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(person: Callable[..., Any]) -> Any:
    return person("lin", "duty_officer")


@pytest.fixture
def give(officer: Any) -> Callable[..., int]:
    """give("a") is a new order to that unit, given at hour 1, due at hour 5."""
    made = iter(range(412000100, 412000200))
    units = [{"code": c, "name_zh": f"{c} 艇", "name_en": c, "kind": "patrol_boat"} for c in "ab"]
    registry.load_units(units, by=SYSTEM)

    def order(unit: str = "a", deadline_h: float = 5) -> int:
        alert = acts.raise_alerts([event(mmsi=next(made))], by=SYSTEM)["alerts"][0]
        return acts.order(alert, unit, "look", at(deadline_h), by=officer, now=at(1))

    return order


def test_a_receipt_keeps_the_time_it_was_told_beside_the_real_one(give: Any, officer: Any) -> None:
    o, began = give(), datetime.now(UTC)
    acts.acknowledge_order(o, by=officer, name="王艇长", received_at=at(1.5), now=at(2), request_id="r")
    acts.acknowledge_order(o, by=officer, name="王艇长", received_at=at(1.6), now=at(3), request_id="r")
    row = access.access_order(officer, o)
    assert (row.issued_at, row.received_at) == (at(1), at(1.5))
    assert row.acknowledged_at is not None
    assert began <= row.acknowledged_at <= datetime.now(UTC)
    assert (row.acknowledged_name, row.acknowledged_by) == ("王艇长", officer.display_name)


@pytest.mark.parametrize(
    ("received_h", "now_h", "words"),
    [(2.1, 2.0, "still to come"), (2.0, None, "still to come"), (0.9, 2.0, "given later")],
)
def test_a_receipt_to_come_or_before_the_order_is_refused(
    give: Any, officer: Any, received_h: float, now_h: float | None, words: str
) -> None:
    o = give()
    now = None if now_h is None else at(now_h)
    with pytest.raises(UsageError, match=words):
        acts.acknowledge_order(o, by=officer, received_at=at(received_h), now=now)
    with pytest.raises(UsageError, match="time zone"):
        acts.acknowledge_order(o, by=officer, received_at=at(2).replace(tzinfo=None), now=at(3))
    assert access.access_order(officer, o).state == "issued"


def test_each_units_orders_are_counted_and_the_rows_found(give: Any, officer: Any) -> None:
    gone, weather, late, hit, running = give(), give(), give("b", 2), give("b"), give("b")
    acts.record_outcome(gone, "not_possible", cause="gone", by=officer)
    acts.record_outcome(weather, "not_possible", cause="weather", by=officer)
    acts.record_outcome(hit, "hit", by=officer)
    a, b = access.access_unit_orders(officer, now=at(3))
    assert (a.code, a.orders, a.answered, a.overdue, a.not_possible) == ("a", 2, 2, 0, 2)
    assert a.causes == {"no_unit": 0, "weather": 1, "gone": 1, "other": 0}
    assert (b.code, b.orders, b.answered, b.overdue, b.not_possible) == ("b", 3, 1, 1, 0)

    def ids(**query: Any) -> list[int]:
        return sorted(o.id for o in access.access_orders(officer, OrderQuery(**query), now=at(3)))

    assert ids(unit="a", result="not_possible") == [gone, weather]
    assert ids(cause="weather") == [weather]
    assert ids(unit="b", overdue=True) == [late]
    assert ids(unit="b", overdue=False) == sorted([hit, running])
    # What was marked as expired stays overdue, at whatever time one asks, until it has an outcome.
    assert acts.expire_orders(at(2.5), by=SYSTEM) == [late]
    assert [u.overdue for u in access.access_unit_orders(officer, now=at(0))] == [0, 1]
    acts.record_outcome(late, "no_hit", by=officer)
    assert ids(overdue=True) == []


def test_one_order_is_for_who_may_see_it(give: Any, person: Callable[..., Any], officer: Any) -> None:
    o = give()
    stranger = person("chen", "auditor")
    with pytest.raises(RefusedError):
        access.access_order(stranger, o)
    with pytest.raises(RefusedError):
        access.access_unit_orders(stranger, now=at(3))
    with pytest.raises(MissingError, match="no order"):
        access.access_order(officer, o + 1)
