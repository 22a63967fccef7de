"""Sentences into a running console: ships move, rows are kept, a killed process loses nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.journeys.browserless import Visitor, done, free_port, hq, wait_for_port

from huanqiong.drill import World, hainan
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import create_store

PERSON = "watchman"


@pytest.fixture(scope="module")
def world() -> World:
    """A short invented hour that ends about now, so that the feed is live."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=62)
    return hainan(5, 1, start, scale=0.1)


@pytest.fixture
def running(hq_home: Path) -> Iterator[tuple[subprocess.Popen[str], int, int, Path]]:
    create_store("live", kind="live", title_zh="试", title_en="Trial")
    done(hq_home, "user", "add", PERSON, "--role", "duty_officer", "--store", "live")
    web, feed = free_port(), free_port(socket.SOCK_DGRAM)
    process = hq(hq_home, "serve", "live", "--port", str(web), "--feed", f"udp://127.0.0.1:{feed}")
    try:
        wait_for_port(process, web)
        yield process, web, feed, hq_home
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()


def visitor(home: Path, web: int) -> Visitor:
    return Visitor(web, done(home, "user", "login", PERSON, "--store", "live").strip())


def send(world: World, port: int) -> int:
    """Sends the hour as datagrams, a few lines each; returns how many positions it holds."""
    lines = world.sentences().splitlines(keepends=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(0, len(lines), 8):
            s.sendto(b"".join(lines[i : i + 8]), ("127.0.0.1", port))
            time.sleep(0.002)
    return int(world.positions.num_rows)


def stored(home: Path) -> pa.Table:
    return Lake(home / "stores" / "live" / "lake").read()


def wait_until(what: str, true: object, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return
        time.sleep(0.3)
    raise AssertionError(f"not in time: {what}")


@pytest.mark.timeout(400)
def test_ships_move_without_reload_and_rows_reach_the_lake(
    running: tuple[subprocess.Popen[str], int, int, Path], world: World
) -> None:
    process, web, feed, home = running
    guest = visitor(home, web)
    heard: list[str] = []

    def listen() -> None:
        with guest.opener.open(guest.base + "/api/stream", timeout=120) as stream:
            for line in stream:
                heard.append(line.decode().strip())
                if "event: vessels" in heard:
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    time.sleep(1)
    n = send(world, feed)
    wait_until("the stream says that vessels moved", lambda: "event: vessels" in heard)
    ships = len(set(world.positions.column("mmsi").to_pylist()))
    wait_until("every ship is on the map", lambda: guest.json("/api/sea/changes?since=0")["n"] >= 0.9 * ships)
    os.kill(process.pid, signal.SIGTERM)
    process.wait(timeout=40)
    rows = stored(home)
    assert rows.num_rows == n
    assert rows.column("raw_sha256").null_count == 0
    assert not list((home / "stores" / "live" / "incoming").glob("*"))


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_a_killed_feed_loses_and_doubles_nothing(
    running: tuple[subprocess.Popen[str], int, int, Path], world: World
) -> None:
    process, web, feed, home = running
    guest = visitor(home, web)
    n = send(world, feed)
    ships = len(set(world.positions.column("mmsi").to_pylist()))
    wait_until("all arrived", lambda: guest.json("/api/sea/changes?since=0")["n"] >= 0.9 * ships)
    time.sleep(1.5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    again = hq(home, "serve", "live", "--port", str(web))
    try:
        wait_for_port(again, web)
        wait_until("what was left is taken up", lambda: stored(home).num_rows == n)
    finally:
        again.terminate()
        again.communicate(timeout=40)
    keys = stored(home).select(["mmsi", "t", "lat", "lon", "raw_sha256", "raw_offset"]).to_pylist()
    assert len({tuple(k.values()) for k in keys}) == n
