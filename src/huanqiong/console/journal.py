"""Log lines as JSON objects, one a line, each with its request and the person's code; secrets never get in.

A line carries no name, cookie, token, password or query string: `scrub` takes out what libraries or errors
put into their words. The request's id is the proxy's (`X-Request-ID`) or made here, and goes back with the
answer.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from huanqiong.console.secrets_filter import without_secrets

_request: ContextVar[HttpRequest | None] = ContextVar("_request", default=None)
_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUERY: Final = re.compile(r"([?&][\w.%-]+=)[^\s&\"'#)]+")
_ROW: Final = re.compile(r"(?m)^(?:DETAIL|CONTEXT|HINT|LINE \d+|\s*\^):?.*\n?")
"""What a database adds about the row it refused: names and numbers of people."""


def scrub(text: str) -> str:
    """The text without what must not stand in a log: secrets, values of queries, rows of people."""
    return _ROW.sub("", _QUERY.sub(r"\1***", without_secrets(text)))


def person_code(request: HttpRequest | None) -> str | None:
    """The code of who asks; None for nobody, or where nothing asked yet. Never a query."""
    if request is None:
        return None
    user = getattr(request, "_cached_user", None) or getattr(request, "_acached_user", None)
    return getattr(user, "code", None) or None


class JsonLine(logging.Formatter):
    """One JSON object a line: at, level, logger, message; request, person, and what the line brings."""

    def format(self, record: logging.LogRecord) -> str:
        request = _request.get()
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
            "process": os.environ.get("HUANQIONG_PROCESS") or str(record.process),
        }
        if request is not None:
            line["request"] = getattr(request, "id", None)
            line["person"] = person_code(request)
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            line["trace"] = scrub("".join(traceback.format_exception(error, limit=-20)))
        return json.dumps(line, ensure_ascii=False, default=str)


class JournalMiddleware:
    """Gives each request its id, for every line logged while it is answered, and puts it on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _ID.fullmatch(given) else secrets.token_hex(8)  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            return response
        finally:
            _request.reset(token)
