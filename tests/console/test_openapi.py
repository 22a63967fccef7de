"""The API held to its own description: every operation, fuzzed, as a supervisor and as nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import plant
import pytest
import schemathesis
import schemathesis.checks
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as conformance

from huanqiong.console import limits
from huanqiong.console.api import api
from huanqiong.console.api.described import REFUSALS
from huanqiong.core.time import iso
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.models import Zone
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.models import Alert

EXAMPLES = 25
"""Requests made up for an operation, by what it takes and by what it does not; the same in every run."""
SLOW = {"/api/alerts/{alert_id}/evidence": 4}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
    conformance.response_headers_conformance,
]


def operations() -> list[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return [(method.upper(), path) for path, told in paths.items() for method in told]


@pytest.fixture
def served(store: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The description, bound to the application in this process and this test's records."""
    monkeypatch.setattr(limits, "limits", lambda: ())
    signals = (request_started, request_finished)
    for signal in signals:  # the test's connection outlives a request
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for signal in signals:
        signal.connect(close_old_connections)


def browser_of(username: str) -> dict[str, dict[str, str]]:
    """What the browser of a signed-in person sends along."""
    client = Client()
    client.force_login(reads.person(username))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    secret = "x" * 32
    return {
        "cookies": {
            settings.SESSION_COOKIE_NAME: session,
            settings.CSRF_COOKIE_NAME: secret,
            "hq_lang": "en",
        },
        "headers": {"X-CSRFToken": secret, "Origin": "http://localhost", "Accept-Encoding": "identity"},
    }


def a_station() -> str:
    """A station whose log the clerk keeps."""
    row = {"code": "vms-1", "kind": "port", "name_zh": "港", "name_en": "Port", "source": "test"}
    registry.load_stations([row], by=OPERATOR)
    return str(row["code"])


def keeper(path: str) -> str:
    """Whose browser asks: a station's log is kept by a clerk, all else a supervisor may see."""
    if not path.startswith("/api/shore/"):
        return "zhou"
    trust.create_person("mei", by=OPERATOR)
    trust.grant_role("mei", "station_clerk", by=OPERATOR)
    return "mei"


def an_order() -> int:
    """An order on the first alert, given by the planted supervisor."""
    by = reads.person("zhou")
    return acts.order(Alert.objects.first().pk, "hp-46012", "look", plant.T1 + timedelta(days=9), by=by)


def real(path: str) -> dict[str, Any]:
    """Records that are there, for the parameters of a path, and the planted day where times are due: what is
    drawn at random is seldom right."""
    known = {
        "{alert_id}": ("alert_id", Alert.objects.first().pk),
        "{order_id}": ("order_id", an_order() if path.endswith("/boarding") else 1),
        "{entry_id}": ("entry_id", 1),
        "{step_id}": ("step_id", 1),
        "{silence_id}": ("silence_id", 1),
        "{zone_id}": ("zone_id", Zone.objects.first().pk),
        "{mmsi}": ("mmsi", plant.ALERTED["gap"]),
        "{code}": ("code", a_station()),
    }
    found = dict(value for part, value in known.items() if part in path)
    given: dict[str, Any] = {"path_parameters": found}
    if path == "/api/reach":
        given["query"] = {"where": "19.5 111.2"}
    if "visits" in path:
        given["query"] = {"t0": iso(plant.T0), "t1": iso(plant.T1)}
    return given


@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda x: str(x).replace("/api/", ""))
def test_an_operation_keeps_to_its_description(served: Any, method: str, path: str) -> None:
    operation, signed_in = served[path][method], browser_of(keeper(path))
    seen: Counter[int] = Counter()
    for mode in GenerationMode:
        for given_parts in [{}, real(path)] if "{" in path or path == "/api/reach" else [{}]:

            @hypothesis.settings(
                max_examples=SLOW.get(path, EXAMPLES),
                deadline=None,
                database=None,
                derandomize=True,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode, **given_parts))
            def asked(case: Any) -> None:
                response = case.call(**signed_in)
                seen[response.status_code] += 1
                case.validate_response(response, checks=CHECKS)

            try:
                asked()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, "nothing can be wrong about a request without parts"
    assert sum(seen.values()) >= 1
    assert not {s for s in seen if s >= 500}
    assert not {401, 429} & seen.keys(), "the person is signed in"
    assert method != "GET" or path.startswith("/api/audit") or seen[200], "what is asked rightly is answered"


@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda x: str(x).replace("/api/", ""))
def test_nobody_gets_nothing_whatever_they_send(served: Any, method: str, path: str) -> None:
    operation = served[path][method]

    @hypothesis.settings(
        max_examples=5,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        response = case.call(cookies={"hq_lang": "en"})
        case.validate_response(response, checks=CHECKS)
        assert response.status_code in (401, 403)
        assert set(response.json()) == {"message"}

    asked()


def test_every_status_is_told() -> None:
    told = {s for m, p in operations() for s in api.get_openapi_schema()["paths"][p][m.lower()]["responses"]}
    assert told == {200, *REFUSALS}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"name": "x", "geometry": ' + '{"a": ' * 5_000 + "1" + "}" * 5_000 + "}",
        '{"hours": NaN, "reason": "x"}',
        '{"hours": 1e999, "reason": "x"}',
        '{"hours": ' + "9" * 5_000 + ', "reason": "x"}',
        '{"hours": 1, "reason": "a\\u0000b"}',
        '{"hours": 1, "reason": "\\ud800"}',
        "\xff\xfe",
        "{",
        "",
    ],
    ids=["deep", "deep objects", "nan", "inf", "huge", "nul", "half", "bytes", "cut", "empty"],
)
def test_json_that_cannot_be_kept_is_refused_in_words(signed_in: Callable[..., Client], body: str) -> None:
    client = signed_in("zhou")
    for path in (f"/api/alerts/{Alert.objects.first().pk}/silence", "/api/zones"):
        answer = client.post(path, body.encode("latin-1"), content_type="application/json")
        assert answer.status_code in (400, 422)
        assert answer.json()["message"]
