"""`GET /api/store`: what is open, where its clock stands, how old its sources are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from huanqiong.console.house import described

router = Router()


@router.get("/store")
def store(request: HttpRequest) -> dict[str, Any]:
    """Name, kind, clock, sources and neighbours of the store."""
    return described()
