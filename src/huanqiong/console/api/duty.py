"""The duty log: written once, corrected and added to by later entries."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import duty_words
from huanqiong.console.api.bounds import Code, Count, Id, Mmsi, Moment, Name, Request, Text
from huanqiong.console.house import at_of, clock
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_duty
from huanqiong.desk.watch.duty import DutyQuery, Words

router = Router()
Degrees = Annotated[float, Field(ge=-180, le=180)]
Place = Annotated[str, Field(max_length=200)]
Teller = Annotated[str, Field(max_length=120)]


class Source(Schema):
    how: Code
    who: Teller = ""


class Entry(Schema):
    what: Text
    when: Name = ""
    how: Code = "radio"
    who: Teller = ""
    also: Annotated[list[Source], Field(max_length=20)] = []
    where: Place = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    call: Code = ""
    channel: Annotated[str, Field(max_length=30)] = ""
    alert: Id | None = None
    request_id: Request | None = None


class Start(Schema):
    severity: Annotated[int, Field(ge=1, le=3)] = 2
    mmsi: Mmsi | None = None
    request_id: Request | None = None


@router.get("")
def entries(
    request: HttpRequest,
    since: Moment = "",
    until: Moment = "",
    alert: Id | None = None,
    unanswered: bool = False,
    limit: Annotated[int, Field(ge=1, le=1000)] = 100,
    offset: Count = 0,
) -> list[dict[str, Any]]:
    """Entries, newest first by what happened."""
    query = DutyQuery(
        since=at_of(since) if since else None,
        until=at_of(until) if until else None,
        alert=alert,
        unanswered=unanswered,
        limit=limit,
        offset=offset,
    )
    return [duty_words.row(e) for e in access_duty(request.user, query)]


def _words(body: Entry) -> Words:
    return duty_words.words_of(
        what=body.what,
        when=body.when,
        how=body.how,
        who=body.who,
        also=[(s.how, s.who) for s in body.also],
        where=body.where,
        call=body.call,
        channel=body.channel,
        now=clock().at,
        lat=body.lat,
        lon=body.lon,
    )


@router.post("")
def write(request: HttpRequest, body: Entry) -> dict[str, int]:
    """Files an entry, tied to an alert or not. `when` as typed: `0230`, `17日0230`, in full, "" = now."""
    made = acts.write_entry(
        _words(body), by=request.user, now=clock().at, alert=body.alert, request_id=body.request_id
    )
    return {"id": made}


@router.post("/{entry_id}/correct")
def correct(request: HttpRequest, entry_id: Id, body: Entry) -> dict[str, int]:
    """Writes what should have stood there; the first entry stays."""
    made = acts.correct_entry(
        entry_id, _words(body), by=request.user, now=clock().at, request_id=body.request_id
    )
    return {"id": made}


@router.post("/{entry_id}/add")
def add(request: HttpRequest, entry_id: Id, body: Entry) -> dict[str, int]:
    """What came after, or another source of the same report."""
    made = acts.add_to_entry(
        entry_id, _words(body), by=request.user, now=clock().at, request_id=body.request_id
    )
    return {"id": made}


@router.post("/{entry_id}/alert")
def start(request: HttpRequest, entry_id: Id, body: Start) -> dict[str, int]:
    """Starts an alert from the entry, on a vessel or on nobody known."""
    made = acts.start_alert(
        entry_id, body.severity, by=request.user, mmsi=body.mmsi, request_id=body.request_id
    )
    return {"alert": made}
