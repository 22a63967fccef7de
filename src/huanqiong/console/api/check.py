"""Whom to check first, with reasons; who is near a zone or a unit."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from huanqiong.console import checking
from huanqiong.console.api.bounds import Code, Id
from huanqiong.core.time import iso
from huanqiong.flows.who_to_check import weights

router = Router()


@router.get("")
def check(
    request: HttpRequest,
    zone: Id | None = None,
    unit: Code = "",
    only: bool = False,
    limit: Annotated[int, Field(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Ranked vessels in the theatre or heading to it. `zone`, `unit`: those near, with distance and
    bearing from the unit, else from the zone's middle; `only`: those over the line."""
    found = checking.who(request.user, zone=zone, unit=unit, only=only, limit=limit)
    book = weights()
    return {
        "at": iso(found.at),
        "line": book["line"],
        "version": book["version"],
        "found": found.found,
        "selected": found.selected,
        "rows": found.rows,
    }
