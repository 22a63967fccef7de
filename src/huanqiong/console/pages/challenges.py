"""A passkey's ceremony over two requests: the challenge kept in the browser's session, used once."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse

_STATE = "hq_challenge"


def challenge(request: HttpRequest, begun: tuple[dict[str, Any], dict[str, Any]]) -> JsonResponse:
    """The browser's options, while the state is remembered; `begun` comes from `desk.trust.ceremony`."""
    options, request.session[_STATE] = begun
    return JsonResponse(options)


def answered(request: HttpRequest) -> tuple[Any, dict[str, Any] | None]:
    """(answer of the form, None where it is no JSON; state of its challenge, None where there is none)."""
    state = request.session.pop(_STATE, None)
    try:
        answer = json.loads(request.POST.get("credential", ""))
    except (ValueError, RecursionError):
        answer = None
    return answer, state if isinstance(state, dict) else None
