"""A passkey's ceremony over two requests: the challenge kept in the browser's session, used once."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse

_STATE = "hq_challenge"


def works_here(request: HttpRequest) -> bool:
    """Whether passkeys work at the address the browser asked: only at the name they are bound to."""
    name = request.get_host().rsplit(":", 1)[0]
    return name == settings.PASSKEY_HOST or name.endswith(f".{settings.PASSKEY_HOST}")


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
