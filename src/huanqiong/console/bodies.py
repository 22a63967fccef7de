"""What a request may carry: so many bytes, and text that every database can keep.

The bytes are counted where they arrive, before Django writes them to a temporary file; a body that grows too
large is dropped there, and the page behind it never sees it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse

from huanqiong import data
from huanqiong.console.refusing import malformed, too_large

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_MARK = "huanqiong.too_large"


@cache
def _wider() -> tuple[tuple[re.Pattern[str], int], ...]:
    rows = data.toml("limits.toml")["body"]["wider"]
    return tuple((re.compile("|".join(row["paths"])), int(row["most"])) for row in rows)


def most_of(path: str) -> int:
    """Bytes that a body sent to this path may have."""
    for paths, most in _wider():
        if paths.fullmatch(path):
            return most
    return int(data.toml("limits.toml")["body"]["most"])


def bounded(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The ASGI application behind a count of bytes."""

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        most, seen, ended = most_of(scope["path"]), 0, False
        length = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not (length.isdigit() and len(length) < 16 and int(length) <= most):
            scope[_MARK] = most

        async def counted() -> dict[str, Any]:
            nonlocal seen, ended
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return message
                seen += len(message.get("body", b""))
                if seen > most:
                    scope[_MARK] = most
                if _MARK not in scope:
                    return message
                if not ended:  # what is refused ends here; the rest is let fall until the answer is out
                    ended = True
                    return {"type": "http.request", "body": b"", "more_body": False}

        await app(scope, counted, send)

    return inner


def _texts(request: HttpRequest) -> bool:
    """Whether every text of the request is one that a database can keep: no NUL, no half a character."""
    query = request.META.get("QUERY_STRING", "")
    if "\0" in request.path or (("%" in query or "\0" in query) and b"\0" in unquote_to_bytes(query)):
        return False
    if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
        fields: Mapping[str, list[str]] = dict(request.POST.lists())
        return not any("\0" in text for key, values in fields.items() for text in (key, *values))
    return True


class BodiesMiddleware:
    """Answers 413 for what `bounded` dropped and 400 for text that cannot be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = getattr(request, "scope", {}).get(_MARK)
        if most is None and request.META.get("CONTENT_LENGTH"):
            allowed = most_of(request.path)  # under another server than ours nobody has counted yet
            length = str(request.META["CONTENT_LENGTH"])
            most = None if length.isdecimal() and int(length[:16]) <= allowed else allowed
        if most is not None:
            response = too_large(request, most)
            response["Connection"] = "close"
            return response
        return self.get_response(request) if _texts(request) else malformed(request)
