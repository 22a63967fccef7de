"""How often the console may be asked: per address and per account, the same in all web processes.

The numbers are data (`data/limits.toml`). Who asks too often gets 429, a word and when to come again.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huanqiong import data
from huanqiong.console.counters import Counters
from huanqiong.console.refusing import refusal
from huanqiong.lake.store import home


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of the table; `query` None: whatever the query."""

    name: str
    by: str
    methods: frozenset[str]
    paths: re.Pattern[str]
    query: re.Pattern[str] | None
    burst: int
    every_s: float

    def fits(self, request: HttpRequest) -> bool:
        """Whether it speaks of this request."""
        return (
            (not self.methods or request.method in self.methods)
            and self.paths.fullmatch(request.path) is not None
            and (self.query is None or self.query.search(request.META.get("QUERY_STRING", "")) is not None)
        )


@cache
def limits() -> tuple[Limit, ...]:
    """The table."""
    return tuple(
        Limit(
            name=row["name"],
            by=row["by"],
            methods=frozenset(row.get("methods", ())),
            paths=re.compile("|".join(row["paths"])),
            query=re.compile(row["query"]) if "query" in row else None,
            burst=int(row["burst"]),
            every_s=float(row["every_s"]),
        )
        for row in data.toml("limits.toml")["limit"]
    )


@cache
def counters() -> Counters:
    """The counters of the open store; they lie with the run files, outside what is backed up."""
    name = settings.STORE_NAME if settings.STORE_PATH else ""
    return Counters(home() / "run" / f"{name}.limits" if name else None)


def address_of(request: HttpRequest) -> str:
    """Who asks, by network: an IPv4 address, an IPv6 /64 (one household has all of it), or "local".

    Behind a proxy on this machine the server has put the proxy's word into it (uvicorn's proxy headers).
    """
    try:
        ip = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "local"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
    return str(ip)


def _account(request: HttpRequest) -> str:
    person: Any = request.user
    return person.code if person.is_authenticated else ""


def _session(request: HttpRequest) -> str:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    named = hashlib.sha256(session.encode("utf-8", "replace")).hexdigest() if session else ""
    return _account(request) or named


_KEYS: dict[str, Callable[[HttpRequest], str]] = {
    "address": address_of,
    "name": lambda r: r.POST.get("username", "").strip().casefold()[:200],
    "account": _account,
    "nobody": lambda r: "" if r.user.is_authenticated else address_of(r),
    "session": _session,
    "holder": lambda r: _session(r) or address_of(r),
}


def wait_s(request: HttpRequest) -> float:
    """0 where the request may go on; else the seconds until one like it may."""
    for limit in limits():
        if limit.fits(request) and (key := _KEYS[limit.by](request)):
            wait = counters().take(f"{limit.name}:{key}", every_s=limit.every_s, burst=limit.burst)
            if wait:
                return wait
    return 0.0


class LimitsMiddleware:
    """Refuses what comes too often, before any page or act looks at it. After authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wait = wait_s(request)
        if not wait:
            return self.get_response(request)
        seconds = math.ceil(wait)
        text = _("Too many requests came from here. Try again in %(n)s seconds.") % {"n": seconds}
        response = refusal(request, 429, _("A little slower, please"), text)
        response["Retry-After"] = str(seconds)
        return response
