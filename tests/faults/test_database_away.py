"""The records' database goes away while `hq up` runs, and comes back: the feed is kept all the while."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.browserless import done
from tests.journeys.test_live import send, stored, wait_until
from tests.journeys.test_up import PERSON, Deployment, shown

from huanqiong.cli.cluster import Cluster, binaries, cluster
from huanqiong.drill import World, hainan
from huanqiong.lake.store import create_store

AWAY_S = float(os.environ.get("HUANQIONG_AWAY_S", "12"))
"""How long the database is away. Tried with 60: it passes."""


@pytest.fixture
def server(hq_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A PostgreSQL that the test may stop."""
    if binaries() is None and os.environ.get("HUANQIONG_REQUIRE_PG") != "1":
        pytest.skip("PostgreSQL is not installed: apt install postgresql-15")
    with cluster() as running:
        monkeypatch.setenv("HUANQIONG_DATABASE", running.database("hq_{store}"))
        yield running


@pytest.fixture
def deployment(server: Cluster, hq_home: Path) -> Iterator[Deployment]:
    create_store("live", kind="live", title_zh="试", title_en="Trial")
    done(hq_home, "user", "add", PERSON, "--role", "duty_officer", "--store", "live")
    running = Deployment(hq_home)
    try:
        running.wait_ready()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def world() -> World:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=62)
    return hainan(5, 1, start, scale=0.1)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_the_feed_outlives_the_database_and_all_is_well_when_it_is_back(
    deployment: Deployment, server: Cluster, world: World
) -> None:
    guest = deployment.visitor()
    children = deployment.children("up-worker") + deployment.children("up-web")
    server.stop("immediate")
    n = send(world, deployment.feed)
    began = time.monotonic()
    wait_until("said to be away", lambda: deployment.readyz()[0] == 503)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        guest.get("/api/store")
    refusal.value.close()
    assert refusal.value.code in (500, 503)
    assert deployment.metric("huanqiong_database_up") == 0
    with socket.create_connection(("127.0.0.1", deployment.port), timeout=5):
        pass  # the port stays open: browsers find the same address again
    time.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
    server.start()
    deployment.wait_ready()
    now = deployment.children("up-worker") + deployment.children("up-web")
    assert now == children, "no process had to die"
    ships = len(set(world.positions.column("mmsi").to_pylist()))
    wait_until("the ships heard meanwhile are shown", lambda: shown(guest) >= 0.9 * ships)
    wait_until("acts find their places", lambda: deployment.metric("huanqiong_log_waiting") == 0)
    done(deployment.home, "user", "add", "later", "--store", "live")
    accounts = done(deployment.home, "user", "list", "--json", "--store", "live").splitlines()
    assert {json.loads(line)["username"] for line in accounts} == {PERSON, "later"}
    assert deployment.end() == 0
    assert stored(deployment.home).num_rows == n
