"""Acts of the boarding record. Filing one ends its order by the same outcome act, in the same transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.trust.access import allow_at
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import SYSTEM, Actor
from huanqiong.desk.trust.acts.retention import lock_holds
from huanqiong.desk.trust.canonical import canonical, plain
from huanqiong.desk.watch.acts.orders import record_outcome
from huanqiong.desk.watch.acts.preserving import propose_sailing
from huanqiong.desk.watch.boarding import Record, Waters, boarding_book, require
from huanqiong.desk.watch.models import Boarding, Order, Outcome


def file_boarding(
    order_id: int,
    record: Record,
    waters: Waters,
    *,
    by: Actor,
    now: datetime,
    request_id: str | None = None,
) -> int:
    """Files the record of an order's boarding and with it the order's outcome; returns the record's id.

    `waters`: what the deployment's layer says of the place; `now`: the store's time. A hit proposes to
    preserve its whole context in the same transaction. IncompleteError: everything that lacks. StateError:
    it has a record, or its outcome was recorded before as another. RefusedError: not at that unit.
    """
    with act(
        "watch.board",
        by=by,
        subject=f"order:{order_id}",
        permission="watch.outcome",
        asked=record.told(),
        request_id=request_id,
    ) as a:
        if a.repeated:
            return int(a.result)
        require(record, waters, now)
        if record.result == "hit":
            lock_holds(a)  # before any row, as the outcome does
        order = _order(order_id, by)
        if order.boardings(manager="everything").exists():
            raise StateError(f"Order {order_id} has its boarding record: correct that one.")
        _same_outcome(order, record)
        if order.state != "done":  # locks what it ends in its own order, an interception's orders together
            # What was found stands in the record alone: a correction there leaves no other text behind.
            record_outcome(order_id, record.result, by=by, cause=record.cause, note=record.note)
        if record.result == "hit" and record.began is not None and record.ended is not None:
            days = int(boarding_book()["sailing_d"])
            propose_sailing(order, record.began, record.ended, days, by=SYSTEM)
        _write(a, order, record, waters, 1, "")
    return int(a.result)


def correct_boarding(
    order_id: int,
    record: Record,
    waters: Waters,
    why: str,
    *,
    by: Actor,
    now: datetime,
    request_id: str | None = None,
) -> int:
    """Adds a version of the record; those before stay beside it. `why`: what it corrects. Returns its id.

    StateError: there is none yet, or it names another outcome than the order's: that one stands.
    """
    asked = [record.told(), why]
    with act(
        "watch.correct_boarding",
        by=by,
        subject=f"order:{order_id}",
        permission="watch.outcome",
        asked=asked,
        request_id=request_id,
    ) as a:
        if a.repeated:
            return int(a.result)
        if not why.strip():
            raise UsageError("A correction of a boarding record says what it corrects.")
        require(record, waters, now)
        order = _order(order_id, by)
        last = order.boardings(manager="everything").order_by("-number").first()
        if last is None:
            raise StateError(f"Order {order_id} has no boarding record yet: file one.")
        _same_outcome(order, record)
        _write(a, order, record, waters, last.number + 1, why.strip())
    return int(a.result)


def _order(order_id: int, by: Actor) -> Order:
    row = Order.objects.select_related("unit", "alert__vessel").filter(pk=order_id).first()
    if row is None:
        raise MissingError(f"There is no order {order_id}. It may be of another store.")
    allow_at(by, "watch.outcome", unit=row.unit.code)
    return row


def _same_outcome(order: Order, record: Record) -> None:
    """StateError where the order ended otherwise, by its own outcome or by its interception's."""
    own = Outcome.objects.filter(order=order)
    shared = Outcome.objects.filter(order__interception=order.interception_id).exclude(result="not_possible")
    stands = own.values_list("result", "cause").first()
    if stands is None and order.interception_id is not None:
        stands = shared.values_list("result", "cause").first()
    if stands is not None and stands != (record.result, record.cause):
        raise StateError(
            f"Order {order.pk} ended as {stands[0]}: its outcome stands and the record cannot say otherwise."
        )


def _write(a: Act, order: Order, record: Record, waters: Waters, number: int, why: str) -> None:
    told: dict[str, Any] = record.told()
    Order.objects.select_for_update(of=("self",)).get(pk=order.pk)  # one version after another
    row = Boarding(
        order=order,
        number=number,
        why=why,
        result=record.result,
        began_at=record.began,
        told=told,
        waters=plain(asdict(waters)),
        by_id=a.by.pk,
        made_at=a.at,
    )
    row.save()
    a.details = {
        "result": record.result,
        "number": number,
        "waters": waters.code or "not_determined",
        "layer_sha256": waters.sha256,
        "agency": record.agency,
        "laws": [f"{b.law} {b.version} {b.article}" for b in record.basis],
        "record": Private(canonical(told)),
        "correction": Private(why),
    }
    a.tell("order", ids=[order.pk])
    a.tell("alert", ids=[order.alert_id])
    a.result = row.pk
