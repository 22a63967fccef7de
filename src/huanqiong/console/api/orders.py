"""Inspection orders: receipt and outcome."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from huanqiong.console import rows
from huanqiong.console.api.bounds import Code, Id, Name, Request, Text
from huanqiong.console.house import clock
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_orders

router = Router()


class Outcome(Schema):
    result: Code
    cause: Code = ""
    note: Text = ""
    request_id: Request | None = None


class Receipt(Schema):
    name: Name = ""


@router.get("/")
@router.get("")
def orders(request: HttpRequest, state: Name = "") -> list[dict[str, Any]]:
    """Orders, nearest deadline first."""
    states = tuple(s for s in state.split(",") if s)
    return [rows.order(o) for o in access_orders(request.user, states=states, now=clock().at)]


@router.post("/{order_id}/acknowledge")
def acknowledge(request: HttpRequest, order_id: Id, body: Receipt) -> dict[str, Any]:
    """The unit has it; `name` says who answered."""
    acts.acknowledge_order(order_id, by=request.user, name=body.name)
    return {"id": order_id}


@router.post("/{order_id}/outcome")
def outcome(request: HttpRequest, order_id: Id, body: Outcome) -> dict[str, Any]:
    """How it ended: hit, no_hit or not_possible with its cause."""
    acts.record_outcome(
        order_id, body.result, by=request.user, cause=body.cause, note=body.note, request_id=body.request_id
    )
    return {"id": order_id}
