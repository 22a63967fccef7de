"""Several units sent together under named commanders, a further one added, and reports from the scene."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.trust.access import allow_at
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.acts.handling import Shown
from huanqiong.desk.watch.acts.orders import give_order, given
from huanqiong.desk.watch.models import Alert, Interception, Order, SceneReport
from huanqiong.desk.watch.standing import locked_alert, locked_order, require
from huanqiong.desk.watch.tasking import (
    Part,
    Scene,
    minute_of,
    require_commander,
    require_deadline,
    require_parts,
    together,
)


def intercept(
    alert_id: int,
    parts: Sequence[Part],
    text: str,
    deadline: datetime,
    *,
    by: Actor,
    now: datetime | None = None,
    shown: Shown = None,
    request_id: str | None = None,
) -> int:
    """Orders several units to one vessel, each under its commander, one in command. Returns its id.

    `deadline` and `now` are in the store's time. An open alert is claimed by it; a withdrawn or closed one
    refuses (StateError).
    """
    asked = [alert_id, [_asked(p) for p in parts], text, deadline]
    with act("watch.intercept", by=by, permission="watch.order", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        require_parts(parts)
        require_deadline(deadline, now)
        alert = locked_alert(alert_id)
        require(alert, "open", "claimed", "judged")
        row = Interception(alert=alert, by=by, at=a.at, issued_at=now)
        row.save()
        orders = [_part(a, alert, row, p, text, deadline, now) for p in parts]
        given(a, alert, orders, shown)
        a.subject = f"interception:{row.pk}"
        a.details |= {
            "alert": alert_id, "units": [p.unit for p in parts], "deadline": deadline, "text": Private(text),
            "orders": [o.pk for o in orders], "in_command": next(p.unit for p in parts if p.in_command),
            "commanders": [Private(f"{p.commander} {p.phone}") for p in parts],
        }  # fmt: skip
        a.result = row.pk
    return int(a.result)


def join_interception(
    interception_id: int,
    part: Part,
    text: str,
    deadline: datetime,
    *,
    by: Actor,
    now: datetime | None = None,
    shown: Shown = None,
    request_id: str | None = None,
) -> int:
    """Sends a further unit to an interception that runs. Returns its order's id.

    StateError where it ended, or where the unit has an order in it that runs; in command stays who is.
    """
    asked = [interception_id, _asked(part), text, deadline]
    with act("watch.join", by=by, permission="watch.order", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        require_commander(part)
        if part.in_command:
            raise UsageError("Another unit is in command of the scene already.")
        require_deadline(deadline, now)
        row = Interception.objects.select_for_update(of=("self",)).filter(pk=interception_id).first()
        if row is None:
            raise MissingError(f"There is no interception {interception_id}. It may be of another store.")
        running = list(row.orders.exclude(state="done").select_related("unit"))
        if not running:
            raise StateError(f"Interception {interception_id} has ended. Give a new order from the alert.")
        if part.unit in {o.unit.code for o in running}:
            raise StateError(f"Unit {part.unit} is on its way already.")
        alert = locked_alert(row.alert_id)
        require(alert, "open", "claimed", "judged")
        order = _part(a, alert, row, part, text, deadline, now)
        given(a, alert, [order], shown)
        a.subject = f"interception:{row.pk}"
        a.details |= {
            "alert": alert.pk, "unit": part.unit, "deadline": deadline, "text": Private(text),
            "orders": [order.pk], "commanders": [Private(f"{part.commander} {part.phone}")],
        }  # fmt: skip
        a.tell("order", ids=[o.pk for o in running])
        a.result = order.pk
    return int(a.result)


def _asked(p: Part) -> list[object]:
    return [p.unit, p.commander, p.phone, p.in_command, p.meeting is not None]


def _part(
    a: Act, alert: Alert, row: Interception, p: Part, text: str, deadline: datetime, now: datetime | None
) -> Order:
    """Saves one unit's order of it."""
    order = give_order(a, alert, p.unit, text, deadline, now, p.meeting)
    order.interception, order.in_command = row, p.in_command
    order.commander, order.phone = p.commander.strip(), p.phone.strip()
    order.save()
    return order


def report_scene(
    order_id: int,
    scene: Scene,
    *,
    by: Actor,
    now: datetime,
    corrects: int | None = None,
    request_id: str | None = None,
) -> int:
    """What a tasked unit saw. `now`: the store's time, past which nothing can have happened. Its id.

    `corrects`: an earlier report of the same order, which stays as it is; StateError where another corrects
    it already. RefusedError where the person's role does not hold at that unit. A report may still come when
    the order has ended: it is told late, not lost.
    """
    with act(
        "watch.report_scene",
        by=by,
        subject=f"order:{order_id}",
        permission="watch.outcome",
        asked=[scene.what, scene.words, scene.where, corrects],  # sent again, it happened no later
        request_id=request_id,
    ) as a:
        if a.repeated:
            return int(a.result)
        scene.require()
        if scene.happened_at > now:
            raise UsageError("A report tells what happened: its time lies ahead of the clock.")
        order = locked_order(order_id)
        allow_at(by, "watch.outcome", unit=order.unit.code)
        if order.issued_at is not None and scene.happened_at < minute_of(order.issued_at):
            raise UsageError(f"Order {order_id} was given later than that. Give the time on scene.")
        if corrects is not None:
            _require_open(order_id, corrects)
        row = SceneReport(
            order=order, what=scene.what, words=scene.words.strip(), happened_at=scene.happened_at,
            made_at=a.at, where=scene.where.strip(), lat=scene.lat, lon=scene.lon, by=by,
            corrects_id=corrects,
        )  # fmt: skip
        row.save()
        a.details |= {
            "report": row.pk, "scene": row.what, "at": row.happened_at, "words": Private(row.words),
            "corrects": corrects,
        }  # fmt: skip
        a.tell("order", ids=together(order_id))
        a.tell("alert", ids=[order.alert_id])
        a.result = row.pk
    return int(a.result)


def _require_open(order_id: int, corrects: int) -> None:
    """StateError, MissingError: the report cannot be corrected."""
    first = SceneReport.objects.filter(pk=corrects, order=order_id).first()
    if first is None:
        raise MissingError(f"There is no report {corrects} of order {order_id}.")
    if later := first.corrected_by.first():
        raise StateError(f"Report {corrects} was corrected by report {later.pk}: correct that one.")
