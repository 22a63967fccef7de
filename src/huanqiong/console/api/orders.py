"""Inspection orders: receipt and outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import reach, rows, scene_words
from huanqiong.console.api.bounds import Code, Id, Name, Request, Shown, Text
from huanqiong.console.house import Clock, clock
from huanqiong.core.errors import UsageError
from huanqiong.core.time import parse_typed
from huanqiong.desk.trust.access import allow
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_order, access_orders
from huanqiong.desk.watch.rows import OrderQuery
from huanqiong.desk.watch.tasking import Part

router = Router()


class Outcome(Schema):
    result: Code
    cause: Code = ""
    note: Text = ""
    name: Name = ""
    request_id: Request | None = None


class Report(Schema):
    what: Code
    words: Text = ""
    when: Name = ""
    where: Annotated[str, Field(max_length=200)] = ""
    corrects: Id | None = None
    waited_s: Annotated[float, Field(ge=0, le=7 * 86400)] = 0
    request_id: Request | None = None


class Joining(Schema):
    """A further unit. `meeting`: as the page got it signed, kept with the order; "": none."""

    unit: Code
    commander: Name
    phone: Code
    deadline: datetime
    text: Text
    meeting: Shown = ""
    request_id: Request | None = None


class Receipt(Schema):
    name: Name = ""
    when: Name = ""
    waited_s: Annotated[float, Field(ge=0, le=7 * 86400)] = 0
    request_id: Request | None = None


@router.get("/")
@router.get("")
def orders(request: HttpRequest, state: Name = "") -> list[dict[str, Any]]:
    """Orders, nearest deadline first."""
    states = tuple(s for s in state.split(",") if s)
    return [rows.order(o) for o in access_orders(request.user, OrderQuery(states=states), now=clock().at)]


@router.post("/{order_id}/acknowledge")
def acknowledge(request: HttpRequest, order_id: Id, body: Receipt) -> dict[str, Any]:
    """The unit has it; `name` says who answered, `when` at what time as typed (`0230`, "" = now).

    `waited_s`: how long the wish waited for the network since it was told.
    """
    now = clock()
    acts.acknowledge_order(
        order_id,
        by=request.user,
        name=body.name,
        received_at=_received(body, now),
        now=now.at,
        request_id=body.request_id,
    )
    return {"id": order_id}


def _received(body: Receipt | Report, now: Clock) -> datetime:
    """When it was received or seen, by the store's clock; an archive's stands while the network is away."""
    if body.when.strip():
        return parse_typed(body.when, now.at)
    return now.at if now.mode == "as_of" else now.at - timedelta(seconds=body.waited_s)


@router.post("/{order_id}/outcome")
def outcome(request: HttpRequest, order_id: Id, body: Outcome) -> dict[str, Any]:
    """How it ended: no_hit, or not_possible with its cause. A hit is filed with its boarding record."""
    if body.result == "hit":
        raise UsageError("A hit is filed with its boarding record, which names what it rests on.")
    acts.record_outcome(
        order_id,
        body.result,
        by=request.user,
        cause=body.cause,
        note=body.note,
        name=body.name,
        request_id=body.request_id,
    )
    return {"id": order_id}


@router.post("/{order_id}/report")
def report(request: HttpRequest, order_id: Id, body: Report) -> dict[str, Any]:
    """What the unit saw on scene: `when` as typed (`0230`, "" = now), `where` in words or degrees."""
    now = clock()
    scene = scene_words.scene_of(body.what, body.words, _received(body, now), body.where)
    made = acts.report_scene(
        order_id, scene, by=request.user, now=now.at, corrects=body.corrects, request_id=body.request_id
    )
    return {"id": made}


@router.post("/{order_id}/join")
def join(request: HttpRequest, order_id: Id, body: Joining) -> dict[str, Any]:
    """Sends a further unit to the interception that the order belongs to."""
    allow(request.user, "watch.order")
    row = access_order(request.user, order_id)
    if row.interception is None:
        raise UsageError(f"Order {order_id} is no interception: give another order from the alert.")
    met = reach.chosen(body.meeting, f"alert:{row.alert_id}", body.unit)
    made = acts.join_interception(
        row.interception,
        Part(body.unit, body.commander, body.phone, meeting=met),
        body.text,
        body.deadline,
        by=request.user,
        now=clock().at,
        request_id=body.request_id,
    )
    return {"id": made}
