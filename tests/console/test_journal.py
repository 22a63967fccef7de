"""Lines of the journal: JSON, with request and person, without what must not stand in a log."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from huanqiong.console.journal import JournalMiddleware, JsonLine, person_code

KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIPlanted\n-----END PRIVATE KEY-----"
PLANTED = (
    ("GET /login/3f9aPlanted-token", "Planted"),
    ("postgresql://hq:Planted@db.example/hq is away", "Planted"),
    ("password=Planted", "Planted"),
    ('{"password": "Planted one"}', "Planted"),
    ("Authorization: Planted", "Planted"),
    ("Cookie: hq_main_session=Planted; hq_main_csrf=Planted", "Planted"),
    ("/search/?q=Planted&page=2", "Planted"),
    ("AGE-SECRET-KEY-1PLANTED", "PLANTED"),
    (KEY, "Planted"),
    ("duplicate key value\nDETAIL:  Key (username)=(Planted) already exists.\n", "Planted"),
)


def line(message: str, error: Exception | None = None, **extra: Any) -> dict[str, Any]:
    caught = None
    if error is not None:
        try:
            raise error
        except type(error):
            caught = sys.exc_info()
    record = logging.LogRecord("huanqiong.x", logging.ERROR, __file__, 1, message, None, caught)
    record.__dict__.update(extra)
    text = JsonLine().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


@pytest.mark.parametrize(("text", "secret"), PLANTED)
def test_no_secret_stands_in_a_message_or_a_trace(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in json.dumps(line(text))
    told = line("it failed", ValueError(text))
    assert secret not in json.dumps(told)
    assert told["error"] == "ValueError"
    assert "test_journal.py" in told["trace"], "where it happened stays"


def test_a_line_brings_its_facts_and_harmless_words_stay() -> None:
    told = line("the feed udp://0.0.0.0:10110 is late", facts={"route": "/api/store", "status": 200})
    assert told["message"] == "the feed udp://0.0.0.0:10110 is late"
    assert (told["route"], told["status"], told["level"]) == ("/api/store", 200, "error")


def test_a_request_keeps_the_proxys_id_when_it_is_one_and_its_person_by_code() -> None:
    class Somebody:
        code = "p-0123456789abcdef"

    seen: list[dict[str, Any]] = []

    def view(request: HttpRequest) -> HttpResponse:
        request._cached_user = Somebody()  # type: ignore[attr-defined]
        seen.append(line("inside"))
        return HttpResponse("ok")

    answer = JournalMiddleware(view)(RequestFactory().get("/x", headers={"X-Request-ID": "abc-12345"}))
    assert answer["X-Request-ID"] == seen[0]["request"] == "abc-12345"
    assert seen[0]["person"] == "p-0123456789abcdef"
    other = JournalMiddleware(view)(RequestFactory().get("/x", headers={"X-Request-ID": 'a"\nb forged line'}))
    assert len(other["X-Request-ID"]) == 16
    assert "request" not in line("outside"), "nothing of a request stays behind it"
    assert person_code(None) is None


@pytest.mark.django_db
def test_every_answer_carries_an_id() -> None:
    assert Client().get("/sign-in/")["X-Request-ID"] != Client().get("/sign-in/")["X-Request-ID"]
