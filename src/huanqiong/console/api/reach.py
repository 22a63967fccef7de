"""Where a vessel can be, from what somebody told: a place, a time, and what else was said."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from huanqiong.console import reach, reach_words
from huanqiong.console.api.bounds import Moment, Name
from huanqiong.console.api.sea import bulk
from huanqiong.console.house import at_of
from huanqiong.core.coordinates import parse_coordinates
from huanqiong.core.time import parse_typed
from huanqiong.desk.trust.access import allow

router = Router()
Knots = Annotated[float, Field(ge=0, le=102)]
Course = Annotated[float, Field(ge=0, le=360)]
ShipType = Annotated[int, Field(ge=0, le=99)]


def sent(request: HttpRequest, found: Any, of: str) -> HttpResponse:
    """An answer about `of`, packed: outlines are long."""
    return bulk(request, reach_words.answer(found, of))


@router.get("")
def told(
    request: HttpRequest,
    where: Annotated[str, Field(max_length=200)],
    when: Name = "",
    sog: Knots | None = None,
    cog: Course | None = None,
    ship_type: ShipType | None = None,
    at: Moment | None = None,
) -> HttpResponse:
    """From a typed place (degrees in any usual form) and time (`0230`, "" = now), with what else was told."""
    allow(request.user, "registry.view")
    moment = at_of(at)
    lat, lon = parse_coordinates(where)
    t = parse_typed(when, moment) if when.strip() else moment
    return sent(request, reach.of_clue(request.user, moment, lat, lon, t, sog, cog, ship_type), "clue")
