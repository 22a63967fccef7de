"""Inspection orders: receipt and outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import rows
from huanqiong.console.api.bounds import Code, Id, Name, Request, Text
from huanqiong.console.house import Clock, clock
from huanqiong.core.errors import UsageError
from huanqiong.core.time import parse_typed
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_orders
from huanqiong.desk.watch.rows import OrderQuery

router = Router()


class Outcome(Schema):
    result: Code
    cause: Code = ""
    note: Text = ""
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


def _received(body: Receipt, now: Clock) -> datetime:
    """When it was received, by the store's clock; that of an archive stands while the network is away."""
    if body.when.strip():
        return parse_typed(body.when, now.at)
    return now.at if now.mode == "as_of" else now.at - timedelta(seconds=body.waited_s)


@router.post("/{order_id}/outcome")
def outcome(request: HttpRequest, order_id: Id, body: Outcome) -> dict[str, Any]:
    """How it ended: no_hit, or not_possible with its cause. A hit is filed with its boarding record."""
    if body.result == "hit":
        raise UsageError("A hit is filed with its boarding record, which names what it rests on.")
    acts.record_outcome(
        order_id, body.result, by=request.user, cause=body.cause, note=body.note, request_id=body.request_id
    )
    return {"id": order_id}
