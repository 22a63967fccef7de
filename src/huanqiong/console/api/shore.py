"""The log of sailings: what a clerk's device keeps of its station, and the entries it sends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import shore_words
from huanqiong.console.api.bounds import Code, Id, Moment, Name, Request
from huanqiong.console.house import at_of, clock
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.registry.shore_access import access_station_copy
from huanqiong.desk.registry.shore_rules import shore_rules

router = Router()
Crew = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)]


class SailingEntry(Schema):
    kind: Code
    station: Code
    at: Moment
    request_id: Request
    boat: Code = ""
    name: Name = ""
    due_at: Moment = ""
    crew: Crew = []
    purpose: Code = ""
    note: Annotated[str, Field(max_length=500)] = ""
    sent_at: Annotated[float, Field(ge=0, le=4_102_444_800)] | None = None


class SailingCorrection(SailingEntry):
    void: bool = False


@router.get("/stations/{code}")
def station(request: HttpRequest, code: Code) -> dict[str, Any]:
    """What a device keeps of a station: boats, how each may be typed, her crew of last time, trips."""
    now = clock()
    rules = shore_rules()
    return shore_words.copy(access_station_copy(request.user, code, now=now.at), now.at) | {
        "person": request.user.code,
        "server_t": datetime.now(UTC).timestamp(),
        "clock": {"mode": now.mode, "t": now.at.timestamp()},
        "rules": {"due_h": list(rules.due_h), "last": rules.last, "crew_most": rules.crew_most},
    }


def _words(body: SailingEntry) -> Sailing:
    skew = body.sent_at - datetime.now(UTC).timestamp() if body.sent_at is not None else None
    return Sailing(
        kind=body.kind,
        station=body.station,
        at=at_of(body.at),
        boat=body.boat,
        name=body.name,
        due_at=at_of(body.due_at) if body.due_at else None,
        crew=tuple(body.crew),
        purpose=body.purpose,
        note=body.note,
        skew_s=skew,
    )


@router.post("/sailings")
def log(request: HttpRequest, body: SailingEntry) -> dict[str, int]:
    """Files a departure or a return; with the same `request_id` again it gives the first entry."""
    made = acts.log_sailing(_words(body), by=request.user, now=clock().at, request_id=body.request_id)
    return {"id": made}


@router.post("/sailings/{entry_id}/correct")
def correct(request: HttpRequest, entry_id: Id, body: SailingCorrection) -> dict[str, int]:
    """Writes what should have stood there; `void` takes the entry back. The first stays."""
    made = acts.correct_sailing(
        entry_id, _words(body), by=request.user, now=clock().at, request_id=body.request_id, void=body.void
    )
    return {"id": made}
