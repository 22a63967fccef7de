"""Inspection orders: given to a unit with a deadline, acknowledged, ended by an outcome or expired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.registry.reads import unit_key
from huanqiong.desk.trust.access import allow_at
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import SYSTEM, Actor
from huanqiong.desk.trust.acts.retention import lock_holds
from huanqiong.desk.watch.acts.frozen import freeze
from huanqiong.desk.watch.acts.handling import Shown, touch
from huanqiong.desk.watch.acts.preserving import propose_context
from huanqiong.desk.watch.acts.shifts import on_shift
from huanqiong.desk.watch.models import CAUSES, OUTCOMES, Alert, Interception, Order, Outcome
from huanqiong.desk.watch.standing import detector, locked_alert, locked_order, require
from huanqiong.desk.watch.tasking import minute_of, require_deadline


def order(
    alert_id: int,
    unit_code: str,
    text: str,
    deadline: datetime,
    *,
    by: Actor,
    now: datetime | None = None,
    shown: Shown = None,
    meeting: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> int:
    """Orders a unit to inspect. `deadline` and `now` are in the store's time. Returns the order's id.

    `meeting`: where and when it is to meet her, as counted then; kept as it is. An open alert is claimed by
    it; a withdrawn or closed one refuses (StateError).
    """
    require_deadline(deadline, now)
    asked = [alert_id, unit_code, text, deadline]
    with act("watch.order", by=by, permission="watch.order", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        alert = locked_alert(alert_id)
        require(alert, "open", "claimed", "judged")
        row = give_order(a, alert, unit_code, text, deadline, now, meeting)
        row.save()
        given(a, alert, [row], shown)
        a.subject = f"order:{row.pk}"
        a.details |= {"alert": alert_id, "unit": unit_code, "deadline": deadline, "text": Private(text)}
        a.result = row.pk
    return int(a.result)


def give_order(
    a: Act,
    alert: Alert,
    unit_code: str,
    text: str,
    deadline: datetime,
    now: datetime | None,
    meeting: Mapping[str, Any] | None,
) -> Order:
    """An order of the act under way, not saved yet; MissingError where there is no such unit."""
    key, agency = unit_key(unit_code)
    row = Order(alert=alert, unit_id=key, text=text, deadline=deadline, by_id=a.by.pk, at=a.at)
    row.issued_at, row.agency = now, agency
    row.meeting = dict(meeting) if meeting else None
    return row


def given(a: Act, alert: Alert, orders: Sequence[Order], shown: Shown) -> None:
    """What follows every order: what was shown is frozen, an open alert is claimed, the news are told."""
    freeze(a, alert, "order", shown)
    if alert.state == "open":
        alert.state, alert.claimed_by_id, alert.claimed_at = "claimed", a.by.pk, a.at
        on_shift(a)
    touch(a, alert)
    a.tell("order", ids=[o.pk for o in orders])


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
        row = locked_order(order_id)
        allow_at(by, "watch.outcome", unit=row.unit.code)
        if row.state not in ("issued", "expired") or row.acknowledged_at is not None:
            raise StateError(f"Order {order_id} is {row.state} and was acknowledged or ended already.")
        if received_at is not None and row.issued_at is not None and received_at < minute_of(row.issued_at):
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


def record_outcome(
    order_id: int,
    result: str,
    *,
    by: Actor,
    cause: str = "",
    note: str = "",
    name: str = "",
    request_id: str | None = None,
) -> int:
    """How the inspection ended: hit, no_hit, or not_possible with its cause. Once per order.

    `name`: who said so, where `by` only noted it. Of an interception a hit or no hit ends every unit's order;
    not possible ends that unit's alone. A hit proposes in the same transaction to preserve its context.
    RefusedError where the person's role does not hold at that unit.
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
        details={"result": result, "cause": cause, "note": Private(note), "name": Private(name)},
        asked=[result, cause, note],
        request_id=request_id,
    ) as a:
        if a.repeated:
            return order_id
        if result == "hit":
            lock_holds(a)  # before any row: whoever destroys takes it first too, and none waits for the other
        row, others = _locked_together(order_id)
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
            name=name,
            by=by,
            at=a.at,
        ).save()
        ended = [row] if result == "not_possible" else [row, *(o for o in others if o.state != "done")]
        for one in ended:
            one.state = "done"
            one.save(update_fields=["state"])
        if len(ended) > 1:
            a.details |= {"orders": [o.pk for o in ended]}
        if result == "hit":
            a.details |= {"hold": propose_context(row, by=SYSTEM)}
        a.tell("order", ids=[row.pk, *(o.pk for o in others)])
        touch(a, alert)
        a.tell("record", kind=alert.kind)
    return order_id


def _locked_together(order_id: int) -> tuple[Order, list[Order]]:
    """(the order, the others of its interception), locked until the act ends."""
    tied = Order.objects.filter(pk=order_id).values_list("interception_id", flat=True).first()
    if tied is None:
        return locked_order(order_id), []
    Interception.objects.select_for_update(of=("self",)).get(pk=tied)  # two units that end it: one after one
    rows = Order.objects.select_for_update(of=("self",)).select_related("unit").filter(interception=tied)
    found = {o.pk: o for o in rows.order_by("pk")}
    return found.pop(order_id), list(found.values())


def expire_orders(now: datetime, *, by: Actor) -> list[int]:
    """Marks orders whose deadline passed at `now` (the store's time) without an outcome; returns their ids.

    An expired order still takes its outcome.
    """
    with act("watch.expire_orders", by=by, permission="watch.raise") as a:
        rows = list(
            Order.objects.select_for_update()
            .filter(state__in=("issued", "acknowledged"), deadline__lte=now)
            .order_by("pk")
        )
        a.idle = not rows
        for row in rows:
            row.state, row.expired_at = "expired", now
            a.tell("order", ids=[row.pk])
            a.tell("alert", ids=[row.alert_id])
        Order.objects.bulk_update(rows, ["state", "expired_at"])
        a.details = {"orders": [r.pk for r in rows], "now": now}
    return [r.pk for r in rows]
