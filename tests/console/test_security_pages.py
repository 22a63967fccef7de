"""Pages asked with odd addresses, queries and forms: answered or refused in words, never broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import plant
import pytest
from django.test import Client

ODD = (
    *("", "0", "-1", "99999999999999999999999", "1e309", "NaN", "²", "٣", "1_0", "x" * 5000, "%", "'"),
    *("../../etc/passwd", '"><script>alert(1)</script>', "\ud7ff\ufffe", "1970-01-01", "true", "null", "[]"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "{{ 7*7 }}", "a,b,,c", "\r\nSet-Cookie: x=1"),
)
QUERIES = {
    "/": ("alert", "at", "state"),
    "/alerts/": (
        "state",
        "kind",
        "severity",
        "mmsi",
        "at",
        "since",
        "limit",
        "offset",
        "page",
        "mine",
        "format",
    ),
    "/orders/": ("page",),
    "/search/": ("q", "go"),
    "/zones/": ("zone",),
    "/audit/": ("before", "actor", "act", "subject", "format"),
    "/accounts/": ("q", "state", "page"),
    "/sign-in/": ("next",),
    "/account/": ("tab",),
}
PATHS = ("/vessels/{}/", "/accounts/{}/", "/accounts/{}/close/", "/login/{}", "/jsi18n/{}/")
PATHS += ("/account/sessions/{}/end/", "/account/factors/{}/remove/")
FORMS = {
    "/sign-in/": ("username", "password", "next"),
    "/language/": ("language", "next"),
    "/account/password/": ("old", "new", "password"),
    "/account/app/": ("code", "secret"),
    "/account/passkey/": ("credential", "name"),
    "/sign-in/second/": ("code", "credential"),
    "/sign-in/passkey/": ("credential",),
}


def sound(answer: object, what: str) -> None:
    assert answer.status_code < 500, what  # type: ignore[attr-defined]
    assert "Set-Cookie: x" not in str(answer.headers), what  # type: ignore[attr-defined]
    assert b"<script>alert" not in b"".join(answer), what  # type: ignore[call-overload]
    to = answer.get("Location", "/")  # type: ignore[attr-defined]
    assert urlsplit(to)[:2] == ("", ""), what


@pytest.mark.parametrize("path", QUERIES)
@pytest.mark.parametrize("username", ["zhou", "chen"])
def test_no_query_breaks_a_page(signed_in: Callable[..., Client], username: str, path: str) -> None:
    client = signed_in(username)
    for name in QUERIES[path]:
        for value in ODD:
            sound(client.get(f"{path}?{name}={quote(value)}"), f"{path}?{name}={value[:40]!r}")


@pytest.mark.parametrize("path", PATHS)
def test_no_address_breaks_a_page(signed_in: Callable[..., Client], path: str) -> None:
    for client in (signed_in("zhou"), signed_in("wang")):
        for value in (*ODD[1:], str(plant.ALERTED["gap"])):
            asked = path.format(quote(value, safe=""))
            sound(client.get(asked), asked[:80])
            sound(client.post(asked), asked[:80])


@pytest.mark.parametrize("path", FORMS)
def test_no_form_breaks_a_page(signed_in: Callable[..., Client], path: str) -> None:
    inside, outside = signed_in("zhou"), Client()
    for value in ODD:
        fields = dict.fromkeys(FORMS[path], value)
        sound(outside.post(path, fields), f"{path} {value[:40]!r}")
        sound(inside.post(path, fields), f"{path} {value[:40]!r}")


def test_nobody_is_led_elsewhere_by_signing_in(signed_in: Callable[..., Client]) -> None:
    wrong = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil")
    for to in wrong:
        page = Client().get(f"/sign-in/?next={quote(to)}").content.decode()
        assert re.findall(r'name="next" value="([^"]*)"', page)[0] == "/"
        assert Client().post("/language/", {"language": "en", "next": to})["Location"] == "/"
