"""What the API's description says beyond its routes: refusals, kinds of content, the queue's filters.

The description is what a partner programs against and what fuzzing is held to; so it tells every status.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

MESSAGE = {
    "type": "object",
    "properties": {"message": {"type": "string", "description": "in the page's language"}},
    "required": ["message"],
}
REFUSALS = {
    400: "The request is malformed: no JSON, or text that no record can keep (NUL, half a character).",
    401: "Nobody is signed in.",
    403: "The person's role does not allow it.",
    404: "There is no such record in this store.",
    409: "The record's state has changed meanwhile.",
    413: "The body is too large.",
    422: "A value is missing or not understood; the message says which.",
    429: "Too many requests; `Retry-After` says when to come again.",
}
TIME = "ISO 8601 with or without a zone (UTC without one), or seconds since 1970."
QUEUE = {
    "state": ("string", "open,claimed,judged,closed,withdrawn: some of them, with commas"),
    "kind": ("string", "kinds of events, with commas"),
    "severity": ("integer", "the least severity, 1 to 3"),
    "mmsi": ("integer", "alerts of this vessel, alone or in a pair"),
    "mine": ("string", "not empty: those the person has claimed"),
    "at": ("string", f"what was known at this moment. {TIME}"),
    "since": ("string", f"episodes that ended before are left out. {TIME}"),
    "limit": ("integer", "at most so many rows, 1000 at most"),
    "offset": ("integer", "from this row on"),
}
"""The filters that `alerts.query_of` reads."""
FILES = {"/evidence": "application/zip", "/visits.csv": "text/csv"}
SHAPES = {"list": {"type": "array", "items": {"type": "object"}}, "dict": {"type": "object"}}


class Described(NinjaAPI):
    """The API with its description told in full."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The description; a path that is another's with a slash behind it is not told twice."""
        schema = super().get_openapi_schema(**given)
        paths = schema["paths"]
        for path in [p for p in paths if p.endswith("/") and p.rstrip("/") in paths]:
            del paths[path]
        views = {(m, p): view for m, p, view in _views(self)}
        for path, operations in paths.items():
            for method, told in operations.items():
                _tell(path, method, told, views.get((method, path)))
        return schema


def _views(api: NinjaAPI) -> Iterator[tuple[str, str, Any]]:
    for prefix, router in api._routers:
        for route, view in router.path_operations.items():
            whole = "/".join(p.strip("/") for p in ("api", prefix, route) if p.strip("/"))
            for operation in view.operations:
                for method in operation.methods:
                    yield method.lower(), f"/{whole}", operation.view_func


def _tell(path: str, method: str, told: dict[str, Any], view: Any) -> None:
    if path in ("/api/alerts", "/api/alerts/counts"):
        told["parameters"] = [
            {"name": n, "in": "query", "required": False, "schema": {"type": kind}, "description": text}
            for n, (kind, text) in QUEUE.items()
        ]
    ends = next((kind for end, kind in FILES.items() if path.endswith(end)), None)
    if ends:
        content = {ends: {"schema": {"type": "string", "format": "binary"}}}
    else:
        returns = str(getattr(view, "__annotations__", {}).get("return", ""))
        shape = SHAPES["list" if returns.startswith("list") else "dict"]
        content = {"application/json": {"schema": copy.deepcopy(shape)}}
    responses = told["responses"]
    responses[200] = {"description": "Done.", "content": content}
    for status, text in REFUSALS.items():
        responses[status] = {
            "description": text,
            "content": {"application/json": {"schema": copy.deepcopy(MESSAGE)}},
        }
    responses[429]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}


class CleanParser(Parser):
    """Takes JSON that every database can keep: no NUL, no half a character, no number beyond measure."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. ValueError: not such JSON, or nested too deep to be read (ninja answers 400)."""
        try:
            found = json.loads(request.body, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("nested too deep") from None
        # A value within JSON's text is clean if the text written anew is: that escapes what is not.
        _check(found)
        return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _check(root: Any) -> None:
    """ValueError at the first text or number that cannot be kept; no recursion, however deep."""
    left = [root]
    while left:
        value = left.pop()
        if isinstance(value, str):
            if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError("a text holds NUL or half a character")
        elif isinstance(value, dict):
            left.extend(value)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError("a number is beyond measure")
