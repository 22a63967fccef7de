"""A hit proposes to preserve its context in the transaction of its outcome; nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.box import box_around
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.models import Hold
from huanqiong.desk.watch import acts, reads
from huanqiong.desk.watch.acts import orders
from huanqiong.desk.watch.models import Alert, Order, Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(officer: Any) -> int:
    """An order to inspect an alert of two verdicts, an hour and some miles apart."""
    registry.add_unit("hk-1", "海口一号", "Haikou 1", "patrol_boat", by=OPERATOR)
    acts.raise_alerts([event(), event(start_h=2, lat=20.1)], by=SYSTEM)
    [alert] = Alert.objects.all()
    assert alert.verdicts.count() == 2
    return acts.order(alert.pk, "hk-1", "look", at(50), by=officer)


def test_a_hit_proposes_its_context_and_says_so(given: int, officer: Any) -> None:
    acts.record_outcome(given, "hit", by=officer, request_id="r1")
    acts.record_outcome(given, "hit", by=officer, request_id="r1")
    [hold] = trust.holds()
    alert = Alert.objects.get()
    found = list(alert.verdicts.all())
    assert (hold.state, hold.cause, hold.subject) == ("proposed", f"order:{given}", f"alert:{alert.pk}")
    assert hold.since == min(v.t0 for v in found) - timedelta(hours=24)
    assert hold.until == max(v.t1 for v in found) + timedelta(hours=24)
    assert hold.box == box_around([(x.lat, x.lon) for x in (alert, *found)], 20 * 1852)
    proposed = next(e for e in trust.audit(limit=20) if e.act == "hold.propose")
    outcome = next(e for e in trust.audit(limit=20) if e.act == "watch.outcome")
    assert (proposed.actor, proposed.subject) == ("system", f"hold:{hold.id}")
    assert outcome.details["hold"] == hold.id
    [order] = reads.alert_detail(alert.pk).orders
    assert order.hold == hold
    assert acts.preserve_hits(by=SYSTEM) == []


@pytest.mark.parametrize(("result", "cause"), [("no_hit", ""), ("not_possible", "weather")])
def test_what_is_no_hit_proposes_nothing(given: int, officer: Any, result: str, cause: str) -> None:
    acts.record_outcome(given, result, cause=cause, by=officer)
    assert not trust.holds()
    assert reads.orders()[0].hold is None
    assert acts.preserve_hits(by=SYSTEM) == []


def test_outcome_and_proposal_stand_or_fall_together(
    given: int, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = trust.log_end().waiting

    def fail(*_: Any) -> None:
        assert Hold.objects.count() == 1
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(orders, "touch", fail)
        with pytest.raises(KeyboardInterrupt):
            acts.record_outcome(given, "hit", by=officer)
    assert not Hold.objects.exists()
    assert not Outcome.objects.exists()
    assert trust.log_end().waiting == size


def test_hits_from_before_are_proposed_once(given: int, officer: Any) -> None:
    order = Order.objects.get(pk=given)
    Outcome(order=order, kind="loitering", detector="d", result="hit", by=officer, at=at(2)).save()
    [hold] = acts.preserve_hits(by=SYSTEM)
    assert trust.holds(causes=[f"order:{given}"])[0].id == hold
    assert acts.preserve_hits(by=SYSTEM) == []
    assert trust.holds(causes=[]) == []
