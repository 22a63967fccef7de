"""The boarding record of an order: read, filed once, corrected by addition."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import boarding_words
from huanqiong.console.api.bounds import Code, Id, Name, Request
from huanqiong.console.house import clock, house
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_boardings
from huanqiong.desk.watch.boarding import IncompleteError, Record, Waters
from huanqiong.flows.sea_waters import waters_at

router = Router()
Line = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=4000)]


class Ground(Schema):
    law: Name
    version: Code
    article: Annotated[int, Field(ge=0, le=10_000)]


class Badge(Schema):
    name: Name = ""
    badge: Code = ""


class Person(Schema):
    name: Name = ""
    role: Code = ""
    document: Name = ""
    nationality: Code = ""
    note: Line = ""


class Boarding(Schema):
    result: Code
    cause: Code = ""
    agency: Name = ""
    began: Name = ""
    ended: Name = ""
    where: Name = ""
    flag: Annotated[str, Field(pattern=r"^([A-Z]{2}|none|unknown|)$")] = ""
    basis: Annotated[list[Ground], Field(max_length=10)] = []
    consent: Code = ""
    consent_who: Line = ""
    consent_at: Name = ""
    consent_ref: Line = ""
    officers: Annotated[list[Badge], Field(max_length=20)] = []
    aboard: Annotated[int, Field(ge=0, le=10_000)] | None = None
    crew: Annotated[list[Person], Field(max_length=100)] = []
    papers: Words = ""
    searched: Words = ""
    found: Words = ""
    for_crew: Words = ""
    recording: Line = ""
    present: Line = ""
    absent_why: Line = ""
    clock_offset_s: Annotated[float, Field(ge=-1e7, le=1e7)] | None = None
    clock_at: Name = ""
    note: Words = ""
    waited_s: Annotated[float, Field(ge=0, le=7 * 86400)] = 0
    request_id: Request | None = None


class Correction(Boarding):
    why: Line


@router.get("/{order_id}/boarding")
def boardings(request: HttpRequest, order_id: Id) -> list[dict[str, Any]]:
    """Every version of the record, oldest first; names are blanked for who need not see them."""
    return [boarding_words.row(b) for b in access_boardings(request.user, order_id)]


@router.post("/{order_id}/boarding")
def file(request: HttpRequest, order_id: Id, body: Boarding) -> dict[str, int]:
    """Files the record and with it the order's outcome. Times as typed (`0230`); 422 names all that lacks."""
    record, waters, now = _told(body)
    try:
        made = acts.file_boarding(
            order_id, record, waters, by=request.user, now=now, request_id=body.request_id
        )
    except IncompleteError as error:
        raise boarding_words.lacking(error) from error
    return {"id": made}


@router.post("/{order_id}/boarding/correct")
def correct(request: HttpRequest, order_id: Id, body: Correction) -> dict[str, int]:
    """Adds a version beside those before; `why` says what it corrects."""
    record, waters, now = _told(body)
    try:
        made = acts.correct_boarding(
            order_id, record, waters, body.why, by=request.user, now=now, request_id=body.request_id
        )
    except IncompleteError as error:
        raise boarding_words.lacking(error) from error
    return {"id": made}


def _told(body: Boarding) -> tuple[Record, Waters, datetime]:
    """The record, its waters, the store's time. What waited for the network is read by the clock of then."""
    c = clock()
    typed_at = c.at if c.mode == "as_of" else c.at - timedelta(seconds=body.waited_s)
    record = boarding_words.record_of_form(body.dict(), typed_at)
    return record, waters_at(house().store, record.lat, record.lon), c.at
