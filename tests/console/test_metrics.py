"""What machines ask: ready or not and why, measured values, and who gets to see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from huanqiong.console import health, metrics
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.sequencer import sequence
from huanqiong.lake.store import Store

OUTSIDE = {"REMOTE_ADDR": "10.2.3.4"}


def value(text: str, name: str) -> float:
    [line] = [x for x in text.splitlines() if x.startswith(name)]
    return float(line.rsplit(" ", 1)[1])


@pytest.mark.django_db
def test_the_log_and_the_requests_are_counted(store: Store, settings: Any) -> None:
    sequence(store.keys)
    before = Client().get("/metrics").content.decode()
    acts.create_person("counted", by=OPERATOR)
    Client().get("/login/a-token-that-is-none")
    text = Client().get("/metrics").content.decode()
    assert value(text, "huanqiong_acts_total") == value(before, "huanqiong_acts_total") + 1
    assert value(text, "huanqiong_log_waiting") == 1
    sequence(store.keys)
    after = Client().get("/metrics").content.decode()
    assert value(after, "huanqiong_log_waiting") == value(after, "huanqiong_log_lag_seconds") == 0
    assert value(after, "huanqiong_log_size") == value(text, "huanqiong_log_size") + 1
    assert value(after, "huanqiong_database_up") == 1
    assert 'route="/login/<str:token>"' in text
    assert "a-token" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asker", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        (OUTSIDE, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, 404),
        (OUTSIDE | {"HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        (OUTSIDE | {"HTTP_AUTHORIZATION": "Bearer "}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        (OUTSIDE | {"HTTP_AUTHORIZATION": "Bearer the-token"}, 200),
    ],
)
def test_values_are_for_this_machine_or_the_token(
    asker: dict[str, str], status: int, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "metrics.token").write_text("the-token\n")
    settings.STORE_PATH = tmp_path
    assert Client().get("/metrics", **asker).status_code == status
    assert ("checks" in Client().get("/readyz", **asker).json()) == (status == 200)


@pytest.mark.django_db
def test_without_a_token_file_no_token_opens(settings: Any, tmp_path: Path) -> None:
    settings.STORE_PATH = tmp_path
    assert Client().get("/metrics", **OUTSIDE, HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, dict[str, bool]]]:
    monkeypatch.setattr(health, "_applied", False)

    def ask() -> tuple[int, dict[str, bool]]:
        answer = Client().get("/readyz")
        return answer.status_code, {c["what"]: c["ok"] for c in answer.json()["checks"]}

    return ask


@pytest.mark.django_db
def test_ready_when_all_holds(asked: Callable[[], Any]) -> None:
    assert asked() == (200, {"database": True, "migrations": True, "log": True, "feeds": True})


@pytest.mark.django_db
def test_not_ready_while_the_log_lags(asked: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    acts.create_person("waits", by=OPERATOR)
    monkeypatch.setattr(health, "LAG_S", -1.0)
    status, found = asked()
    assert (status, found["log"]) == (503, False)


@pytest.mark.django_db
def test_not_ready_while_tables_wait_for_a_migration(
    asked: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("a", False)])
    status, found = asked()
    assert (status, found["migrations"]) == (503, False)


@pytest.mark.django_db
def test_not_ready_while_the_feeds_process_is_silent(
    asked: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUANQIONG_RUN", "/nowhere")
    status, found = asked()
    assert (status, found["feeds"]) == (503, False)


@pytest.mark.django_db
def test_a_database_that_is_away_is_said(asked: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        vendor = "postgresql"

        def cursor(self) -> None:
            raise DatabaseError("no connection to the server")

    monkeypatch.setattr(health, "connection", Away())
    status, found = asked()
    assert (status, found) == (503, {"database": False, "feeds": True})


@pytest.mark.django_db
def test_values_come_without_the_database_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("no connection to the server")

    monkeypatch.setattr(metrics, "log_end", away)
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert value(answer.content.decode(), "huanqiong_database_up") == 0
