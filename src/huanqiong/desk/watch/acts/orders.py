"""Inspection orders: given to a unit with a deadline, acknowledged, ended by an outcome or expired."""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.registry.reads import unit_id
from huanqiong.desk.trust.access import allow_at
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import SYSTEM, Actor
from huanqiong.desk.trust.acts.retention import lock_holds
from huanqiong.desk.watch.acts.frozen import freeze
from huanqiong.desk.watch.acts.handling import Shown, touch
from huanqiong.desk.watch.acts.preserving import propose_context
from huanqiong.desk.watch.acts.shifts import on_shift
from huanqiong.desk.watch.models import CAUSES, OUTCOMES, Order, Outcome
from huanqiong.desk.watch.standing import detector, locked_alert, require


def _locked(order_id: int) -> Order:
    row = Order.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=order_id).first()
    if row is None:
        raise MissingError(f"There is no order {order_id}. It may be of another store.")
    return row


def order(
    alert_id: int,
    unit_code: str,
    text: str,
    deadline: datetime,
    *,
    by: Actor,
    now: datetime | None = None,
    shown: Shown = None,
    request_id: str | None = None,
) -> int:
    """Orders a unit to inspect. `deadline` and `now` are in the store's time. Returns the order's id.

    An open alert is claimed by it; a withdrawn or closed one refuses (StateError).
    """
    if deadline.tzinfo is None:
        raise UsageError("The deadline has no time zone. Give it with one.")
    if now is not None and deadline <= now:
        raise UsageError("The deadline has passed already. Choose a later one.")
    asked = [alert_id, unit_code, text, deadline]
    with act("watch.order", by=by, permission="watch.order", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        alert = locked_alert(alert_id)
        require(alert, "open", "claimed", "judged")
        row = Order(alert=alert, unit_id=unit_id(unit_code), text=text, deadline=deadline, by=by, at=a.at)
        row.issued_at = now
        row.save()
        freeze(a, alert, "order", shown)
        if alert.state == "open":
            alert.state, alert.claimed_by, alert.claimed_at = "claimed", by, a.at
            on_shift(a)
        touch(a, alert)
        a.subject = f"order:{row.pk}"
        a.details |= {"alert": alert_id, "unit": unit_code, "deadline": deadline, "text": Private(text)}
        a.tell("order", ids=[row.pk])
        a.result = row.pk
    return int(a.result)


def acknowledge_order(
    order_id: int,
    *,
    by: Actor,
    name: str = "",
    received_at: datetime | None = None,
    now: datetime | None = None,
    request_id: str | None = None,
) -> int:
    """The unit has the order. `name`: who answered, where the receipt came by voice; `by` noted it.

    `received_at`: when, in the store's time, whose clock stands at `now`; None: not told. It is kept beside
    the real time of writing. RefusedError where the person's role does not hold at that unit; UsageError for
    a time to come, or before the order was given.
    """
    if received_at is not None:
        if received_at.tzinfo is None:
            raise UsageError("The time of receipt has no time zone. Give it with one.")
        if now is None or received_at > now:
            raise UsageError("That time of receipt is still to come. Give one up to now.")
    subject = f"order:{order_id}"
    with act(
        "watch.acknowledge_order",
        by=by,
        subject=subject,
        permission="watch.outcome",
        details={"name": Private(name)},
        asked=name,  # the time is not of the wish: what is sent again was received no later
        request_id=request_id,
    ) as a:
        if a.repeated:
            return order_id
        row = _locked(order_id)
        allow_at(by, "watch.outcome", unit=row.unit.code)
        if row.state not in ("issued", "expired") or row.acknowledged_at is not None:
            raise StateError(f"Order {order_id} is {row.state} and was acknowledged or ended already.")
        if received_at is not None and row.issued_at is not None and received_at < _minute(row.issued_at):
            raise UsageError(f"Order {order_id} was given later than that. Give the time of its receipt.")
        row.acknowledged_at, row.acknowledged_by, row.acknowledged_name = a.at, by, name
        if received_at is not None:
            row.received_at = received_at
            a.details |= {"received_at": received_at}
        if row.state == "issued":
            row.state = "acknowledged"
        row.save()
        a.tell("order", ids=[row.pk])
        a.tell("alert", ids=[row.alert_id])
    return order_id


def _minute(t: datetime) -> datetime:
    """The start of its minute: times are typed to the minute."""
    return t.replace(second=0, microsecond=0)


def record_outcome(
    order_id: int,
    result: str,
    *,
    by: Actor,
    cause: str = "",
    note: str = "",
    request_id: str | None = None,
) -> int:
    """How the inspection ended: hit, no_hit, or not_possible with its cause. Once per order.

    A hit proposes in the same transaction to preserve its context. RefusedError where the person's role
    does not hold at that unit.
    """
    if result not in OUTCOMES:
        raise UsageError(f"Outcome {result!r}: say {', '.join(OUTCOMES)}.")
    if (result == "not_possible") != bool(cause) or (cause and cause not in CAUSES):
        raise UsageError(f"'not_possible', and only that, needs a cause: {', '.join(CAUSES)}.")
    with act(
        "watch.outcome",
        by=by,
        subject=f"order:{order_id}",
        permission="watch.outcome",
        details={"result": result, "cause": cause, "note": Private(note)},
        asked=[result, cause, note],
        request_id=request_id,
    ) as a:
        if a.repeated:
            return order_id
        if result == "hit":
            lock_holds(a)  # before any row: whoever destroys takes it first too, and none waits for the other
        row = _locked(order_id)
        allow_at(by, "watch.outcome", unit=row.unit.code)
        if row.state == "done":
            raise StateError(f"Order {order_id} has its outcome already.")
        alert = locked_alert(row.alert_id)
        Outcome(
            order=row,
            kind=alert.kind,
            detector=detector(alert),
            result=result,
            cause=cause,
            note=note,
            by=by,
            at=a.at,
        ).save()
        row.state = "done"
        row.save()
        if result == "hit":
            a.details |= {"hold": propose_context(row, by=SYSTEM)}
        a.tell("order", ids=[row.pk])
        touch(a, alert)
        a.tell("record", kind=alert.kind)
    return order_id


def expire_orders(now: datetime, *, by: Actor) -> list[int]:
    """Marks orders whose deadline passed at `now` (the store's time) without an outcome; returns their ids.

    An expired order still takes its outcome.
    """
    with act("watch.expire_orders", by=by, permission="watch.raise") as a:
        rows = list(
            Order.objects.select_for_update().filter(state__in=("issued", "acknowledged"), deadline__lte=now)
        )
        a.idle = not rows
        for row in rows:
            row.state, row.expired_at = "expired", now
            a.tell("order", ids=[row.pk])
            a.tell("alert", ids=[row.alert_id])
        Order.objects.bulk_update(rows, ["state", "expired_at"])
        a.details = {"orders": [r.pk for r in rows], "now": now}
    return [r.pk for r in rows]
