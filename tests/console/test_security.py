"""Doors: headers of every answer, cookies behind TLS, bodies too large, secrets that stay out of logs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plant
import pytest
from django.conf import settings
from django.test import Client

from huanqiong.console import bodies
from huanqiong.console.secrets_filter import NoSecrets, without_secrets

TEMPLATES = Path(bodies.__file__).parent / "templates"
PAGES = (
    "/",
    "/alerts/",
    "/orders/",
    "/zones/",
    "/records/",
    "/audit/",
    "/accounts/",
    "/help/",
    "/search/?q=",
)
OTHERS = ("/search/?q=1", "/nowhere/", "/vessels/1/", "/jsi18n/en/")


def answers(client: Client, auditor: Client) -> dict[str, Any]:
    """Every page and every kind of refusal."""
    nobody, strict = Client(), Client(enforce_csrf_checks=True)
    crowd = {f"f{n}": "1" for n in range(1_100)}
    out = {p: client.get(p) for p in (*PAGES, *OTHERS)}
    file = client.get("/static/img/mark.svg")
    file.close()
    out["/static/"] = file
    out |= {f"auditor {p}": auditor.get(p) for p in PAGES}
    out |= {f"nobody {p}": nobody.get(p) for p in (*PAGES, "/sign-in/", "/login/wrong", "/healthz")}
    out |= {
        "vessel": client.get(f"/vessels/{plant.ALERTED['gap']}/"),
        "api": client.get("/api/alerts"),
        "api 401": nobody.get("/api/alerts"),
        "api 403": auditor.get("/api/alerts"),
        "api 404": client.get("/api/alerts/999999"),
        "api 405": client.delete("/api/alerts"),
        "api 422": client.get("/api/alerts?limit=x"),
        "stream 401": nobody.get("/api/orders"),
        "405": client.get("/sign-out/"),
        "csrf": strict.post("/sign-in/", {"username": "lin"}),
        "400 fields": client.post("/sign-in/", crowd),
        "400 host": client.get("/", headers={"host": "evil.example"}),
        "400 nul": client.get("/search/?q=%00"),
        "413": client.post("/sign-in/", {"username": "x" * 300_000}),
        "api 413": client.post("/api/alerts/1/claim", "x" * 300_000, content_type="application/json"),
    }
    return out


def test_every_answer_has_its_doors_shut(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = answers(signed_in("lin"), signed_in("chen"))
    statuses = {r.status_code for r in seen.values()}
    assert {200, 302, 400, 401, 403, 404, 405, 413, 422} <= statuses
    assert not {s for s in statuses if s >= 500}
    for what, r in seen.items():
        policy = r.get("Content-Security-Policy", "")
        assert "default-src 'self'" in policy, what
        assert "frame-ancestors 'none'" in policy, what
        assert "unsafe" not in policy, what
        assert r["X-Content-Type-Options"] == "nosniff", what
        assert r["Cross-Origin-Opener-Policy"] == "same-origin", what
        assert r["Cross-Origin-Resource-Policy"] == "same-origin", what
        assert r["Referrer-Policy"] == ("strict-origin" if "/login/" in what else "same-origin"), what
        assert "Strict-Transport-Security" not in r, "no TLS here"
        if not what.startswith(("/static/", "/jsi18n/")):
            assert r["Cache-Control"] == "no-store", what
        for cookie in r.cookies.values():
            assert cookie["samesite"] == "Lax", what


def test_refused_requests_are_designed_in_both_languages(signed_in: Callable[..., Client]) -> None:
    for language, word in (("en", "too much at once"), ("zh-hans", "一次发送过多")):
        client = signed_in("lin", language)
        page = client.post("/language/", {"next": "x" * 300_000})
        assert page.status_code == 413
        assert word in page.content.decode()
        assert "256" in page.content.decode()
        said = client.post("/api/alerts/1/judge", "x" * 300_000, content_type="application/json")
        assert said.status_code == 413
        assert "256" in said.json()["message"]
    broken = signed_in("lin", "zh-hans").get("/search/?q=%00")
    assert broken.status_code == 400
    assert "无法理解的请求" in broken.content.decode()


def test_a_zone_may_be_larger_than_other_texts(signed_in: Callable[..., Client]) -> None:
    client = signed_in("zhou")
    far = {
        "type": "Polygon",
        "coordinates": [[[110.0 + n * 1e-6, 19.0 + (n % 2) * 1e-3] for n in range(15_000)] + [[110.0, 19.0]]],
    }
    text = json.dumps({"name": "x", "geometry": far})
    assert 262_144 < len(text) < 2_097_152
    answer = client.post("/api/zones", text, content_type="application/json")
    assert answer.status_code == 422
    assert "15001" in answer.json()["message"].replace(",", "")
    larger = client.post("/api/zones", text + " " * 2_000_000, content_type="application/json")
    assert larger.status_code == 413


def asked(headers: list[tuple[bytes, bytes]], chunks: list[bytes], path: str = "/x") -> dict[str, Any]:
    """What an application behind `bounded` sees of a body that comes in chunks."""
    seen: dict[str, Any] = {"body": b"", "messages": 0}
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        seen["messages"] += 1
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            seen["body"] += message["body"]
            if not message["more_body"]:
                break
        seen["refused"] = scope.get("huanqiong.too_large")

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    asyncio.run(bodies.bounded(app)({"type": "http", "path": path, "headers": headers}, receive, send))
    return seen


def test_a_body_is_dropped_where_it_grows_too_large() -> None:
    most = bodies.most_of("/x")
    chunked = asked([], [b"x" * 65_536] * 40)
    assert chunked["refused"] == most
    assert len(chunked["body"]) <= most
    assert chunked["messages"] == most // 65_536 + 1, "nothing more is read"
    promised = asked([(b"content-length", b"99999999999")], [b"x" * 1000, b""])
    assert promised["refused"] == most
    assert promised["body"] == b""
    lied = asked([(b"content-length", b"-5")], [b"x"])
    assert lied["refused"] == most
    exact = asked([(b"content-length", str(most).encode())], [b"x" * most])
    assert exact["refused"] is None
    assert len(exact["body"]) == most
    assert bodies.most_of("/api/zones") > most
    assert bodies.most_of("/api/zones/7/rename") == most


def test_the_served_application_answers_413_while_more_comes() -> None:
    """As a server calls it: the body goes on while the answer is made, and nothing falls."""
    from huanqiong.config.asgi import application

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": "/api/zones",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("203.0.113.7", 1),
        "server": ("localhost", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(application(scope, receive, send))
    assert sent[0]["status"] == 413
    assert (b"Connection", b"close") in sent[0]["headers"]
    assert "2,048" in json.loads(sent[1]["body"])["message"]


def test_templates_hold_no_inline_code() -> None:
    pages = sorted(TEMPLATES.rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"\s(style|on[a-z]+)\s*=", text), page.name
        assert "<style" not in text, page.name
        assert "javascript:" not in text, page.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert re.search(r'src=|type="(importmap|application/json)"', tag), page.name
        assert not re.search(r'(src|href|action)="(https?:)?//', text), f"{page.name} asks another host"


BEHIND_TLS = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
plain = Client().get("/sign-in/")
secure = Client().get("/sign-in/", headers={"x-forwarded-proto": "https"})
lang = Client().post("/language/", {"language": "en"}, headers={"x-forwarded-proto": "https"})
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location", "")],
    "probe": Client().get("/healthz").status_code,
    "hsts": secure.get("Strict-Transport-Security", ""),
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE],
    "cookies": {
        k: [bool(m["secure"]), m["path"], m["domain"]] for r in (secure, lang) for k, m in r.cookies.items()
    },
}))
"""


def test_behind_tls_cookies_are_held_to_host_and_encryption(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HUANQIONG_TLS": "1",
        "HUANQIONG_DATABASE": "",  # no store, so no records: they lie in memory
        "HUANQIONG_HOME": str(tmp_path),
        "HUANQIONG_STORE": "",
        "DJANGO_SETTINGS_MODULE": "huanqiong.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", BEHIND_TLS], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    got = json.loads(done.stdout.splitlines()[-1])
    assert got["plain"] == [301, "https://testserver/sign-in/"]
    assert got["probe"] == 200
    assert got["hsts"] == "max-age=63072000"
    assert got["session"] == ["__Host-hq_x_session", True]
    assert got["cookies"]["__Host-hq_x_csrf"] == [True, "/", ""]
    assert got["cookies"]["hq_lang"][0]


def test_without_tls_nothing_pretends_to_it() -> None:
    assert not settings.SESSION_COOKIE_SECURE
    assert settings.SECURE_PROXY_SSL_HEADER is None
    assert settings.SESSION_COOKIE_HTTPONLY


def test_logs_name_no_one_time_login(store: object, caplog: pytest.LogCaptureFixture) -> None:
    token = "kP3x" * 11
    caplog.handler.addFilter(NoSecrets())
    with caplog.at_level(logging.WARNING, logger="django.request"):
        for _ in range(62):
            Client().get(f"/login/{token}")
    assert "Too Many Requests: /login/***" in caplog.text
    assert token not in caplog.text


def test_every_handler_stars_secrets_out() -> None:
    for name, handler in settings.LOGGING["handlers"].items():
        assert "secrets" in handler["filters"], name


@pytest.mark.parametrize(
    "text",
    [
        "GET /login/S3CRET-token_1?x=1",
        "postgresql://hq:S3CRET@localhost/records",
        "password=S3CRET&username=lin",
        '{"password": "S3CRET", "x": 1}',
        "Cookie: hq_drill_session=S3CRET; other=1",
        "otp: S3CRET",
        "Authorization: S3CRET",
        "AGE-SECRET-KEY-1S3CRET",
        "-----BEGIN PRIVATE KEY-----\nS3CRET\n-----END PRIVATE KEY-----",
    ],
)
def test_secrets_are_starred_out(text: str) -> None:
    starred = without_secrets(text)
    assert "S3CRET" not in starred
    assert "***" in starred
    plain = "alert 12 of store drill: 3 rows, code 4, http://localhost:8600/alerts/?state=open"
    assert without_secrets(plain) == plain


def test_tracebacks_are_starred_too() -> None:
    try:
        raise ValueError("could not connect to postgresql://hq:S3CRET@db/records")
    except ValueError:
        record = logging.LogRecord("x", 40, __file__, 1, "failed %s", ("token=S3CRET",), sys.exc_info())
    assert NoSecrets().filter(record)
    text = logging.Formatter().format(record)
    assert "S3CRET" not in text
    assert "ValueError" in text
