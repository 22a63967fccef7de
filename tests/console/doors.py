"""What stands at the console's addresses: every pattern, every call of the API, and how to ask for each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import plant
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from huanqiong.console.api import api
from huanqiong.core.time import iso
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR

SQUARE = {"type": "Polygon", "coordinates": [[[110, 20], [111, 20], [111, 21], [110, 20]]]}
BOARDING = {"result": "not_possible", "cause": "gone", "agency": "x", "began": "0100"}
BODIES: dict[str, dict[str, Any]] = {
    "/api/alerts/{alert_id}/judge": {"judgement": "true", "reason": "seen"},
    "/api/alerts/{alert_id}/reopen": {"reason": "new facts"},
    "/api/alerts/{alert_id}/distress": {"reason": "no answer"},
    "/api/alerts/{alert_id}/silence": {"hours": 1, "reason": "known"},
    "/api/alerts/{alert_id}/order": {"unit": "hp-46012", "deadline": "2099-01-01T00:00:00Z", "text": "look"},
    "/api/alerts/{alert_id}/intercept": {
        "units": [{"unit": "hp-46012", "commander": "x", "phone": "1", "in_command": True}],
        "deadline": "2099-01-01T00:00:00Z",
        "text": "look",
    },
    "/api/orders/{order_id}/report": {"what": "sighted"},
    "/api/orders/{order_id}/outcome": {"result": "no_hit"},
    "/api/shore/sailings": {
        "kind": "return",
        "station": "x",
        "at": iso(plant.T0),
        "name": "x",
        "request_id": "x",
    },
    "/api/shore/sailings/{entry_id}/correct": {
        "kind": "return",
        "station": "x",
        "at": iso(plant.T0),
        "name": "x",
        "request_id": "y",
        "void": True,
    },
    "/api/orders/{order_id}/boarding": BOARDING,
    "/api/orders/{order_id}/boarding/correct": BOARDING | {"why": "x"},
    "/api/zones": {"name": "z", "geometry": SQUARE},
}
"""Bodies that mean something; others are made from the description."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer: its status and where it leads; the body is not read, since a stream's never ends."""

    status: int
    leads_to: str


def patterns() -> Iterator[str]:
    """Every address pattern of the console, as the router writes it."""

    def walk(resolver: URLResolver, before: str) -> Iterator[str]:
        for one in resolver.url_patterns:
            path = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield path
            else:
                yield from walk(one, path)

    return walk(get_resolver(), "/")


@cache
def description() -> Mapping[str, Any]:
    """The OpenAPI description."""
    return dict(api.get_openapi_schema())


def calls() -> dict[str, dict[str, Any]]:
    """{"METHOD /path": operation} of the description."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


def page_patterns() -> set[str]:
    """Patterns that are no call of the API: a call's own, with or without its last slash, are left out."""
    described = set(description()["paths"])
    return {p for p in patterns() if re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", p).rstrip("/") not in described}


def sample(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """The smallest value a schema takes."""
    if "$ref" in schema:
        return sample(components[schema["$ref"].rsplit("/", 1)[1]], components)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], components)
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", ())
        return {k: sample(schema["properties"][k], components) for k in needed}
    if schema.get("format") == "date-time":
        return "2099-01-01T00:00:00Z"
    return {"integer": 1, "number": 1, "boolean": True, "array": [], "string": "x"}[str(kind)]


def body_of(path: str, operation: Mapping[str, Any]) -> Any:
    """A body the call understands; None where it takes none."""
    if path in BODIES:
        return BODIES[path]
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None
    components = description().get("components", {}).get("schemas", {})
    return sample(next(iter(content.values()))["schema"], components)


@dataclass(slots=True)
class Visitor:
    """Somebody who asks; `values` fill the holes of patterns."""

    client: Client
    values: Mapping[str, Any]

    def ask(self, door: str) -> Asked:
        """Opens "METHOD /pattern"."""
        method, pattern = door.split(" ", 1)
        hole = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)\}")
        path = hole.sub(lambda m: str(self._value(m[1] or m[2])), pattern)
        operation = calls().get(f"{method} {pattern}") if pattern.startswith("/api/") else None
        if operation is not None:
            query = {
                p["name"]: iso(plant.T0 if p["name"] == "t0" else plant.T1)
                for p in operation.get("parameters", ())
                if p["in"] == "query" and p.get("required")
            }
            body = body_of(pattern, operation)
            answer = self.client.generic(
                method,
                path,
                data="" if body is None else json.dumps(body),
                content_type="application/json",
                query_params=query,
            )
        elif method == "POST":
            answer = self.client.post(path, {"role": "auditor", "username": "x", "password": "y"})
        else:
            answer = self.client.generic(method, path)
        answer.close()
        return Asked(answer.status_code, answer.headers.get("Location", ""))

    def _value(self, name: str) -> Any:
        return acts.issue_login("fu", by=OPERATOR) if name == "token" else self.values.get(name, 1)
