"""Silences: ended before their time by someone who may silence."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from huanqiong.console.api.bounds import Id
from huanqiong.desk.watch import acts

router = Router()


@router.post("/{silence_id}/lift")
def lift(request: HttpRequest, silence_id: Id) -> dict[str, Any]:
    """Ends it now; what it held back stays counted under it."""
    acts.lift_silence(silence_id, by=request.user)
    return {"id": silence_id}
