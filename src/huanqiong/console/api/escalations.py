"""The chain of escalation: steps that were climbed, their acknowledgement, the calls made for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from huanqiong.console import escalation_words
from huanqiong.console.api.bounds import Code, Id, Name, Request
from huanqiong.console.house import clock
from huanqiong.core.time import parse_typed
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_escalations

router = Router()


class Wish(Schema):
    request_id: Request | None = None


class Call(Schema):
    call: Code
    name: Name = ""
    when: Name = ""
    request_id: Request | None = None


@router.get("")
def escalations(
    request: HttpRequest, mine: bool = False, running: bool | None = None
) -> list[dict[str, Any]]:
    """Steps, newest first; `mine`: those told to the person that wait for an answer; `running`: of items that
    still wait, or that do not."""
    found = access_escalations(request.user, running=running, own=mine)
    return [escalation_words.row(e) for e in found]


@router.post("/{step_id}/acknowledge")
def acknowledge(request: HttpRequest, step_id: Id, body: Wish) -> dict[str, Any]:
    """ "I have it", by one of those who were told."""
    acts.acknowledge_step(step_id, by=request.user, request_id=body.request_id)
    return {"id": step_id}


@router.post("/{step_id}/call")
def call(request: HttpRequest, step_id: Id, body: Call) -> dict[str, Any]:
    """The call that a step asks for: `answered` by `name` or `no_answer`; `when` as typed, "" = now."""
    now = clock().at
    at = parse_typed(body.when, now) if body.when.strip() else now
    acts.note_call(step_id, body.call, body.name, at, by=request.user, now=now, request_id=body.request_id)
    return {"id": step_id}
