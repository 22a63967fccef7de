"""`hq up` as a deployment runs it: several web processes, one worker, a feed; children die and come back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.browserless import Visitor, done, free_port, hq
from tests.journeys.test_live import send, stored, wait_until

from huanqiong.drill import World, hainan
from huanqiong.lake.store import create_store

PERSON = "watchman"
SECRET = "a planted passphrase that no log may hold"


class Deployment:
    """A running `hq up` with what it wrote to its journal."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.feed = home, free_port(), free_port(socket.SOCK_DGRAM)
        feed = f"udp://127.0.0.1:{self.feed}"
        self.process = hq(
            home, "up", "--store", "live", "--port", str(self.port), "--workers", "2", "--feed", feed
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    def readyz(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)
        except OSError:
            return 0, {}

    def children(self, verb: str) -> list[int]:
        """Process ids of the children started with this verb, by this deployment."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(line.split()[0]) for line in found.stdout.splitlines() if f" {verb} " in line]

    def wait_ready(self) -> None:
        wait_until("ready", lambda: self.readyz()[0] == 200, within_s=90)

    def visitor(self) -> Visitor:
        return Visitor(self.port, done(self.home, "user", "login", PERSON, "--store", "live").strip())

    def end(self) -> int:
        """Asks it to end and waits; its status. Again: what it was."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return self.process.returncode

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            text = answer.read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


@pytest.fixture
def deployment(hq_home: Path) -> Iterator[Deployment]:
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
    """A short invented hour that ends about now, so that the feed is live."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=62)
    return hainan(5, 1, start, scale=0.1)


def shown(guest: Visitor) -> int:
    return int(guest.json("/api/sea/changes?since=0")["n"])


@pytest.mark.timeout(400)
def test_every_web_process_shows_the_one_feed_and_the_end_is_in_order(
    deployment: Deployment, world: World
) -> None:
    guest = deployment.visitor()
    n = send(world, deployment.feed)
    ships = len(set(world.positions.column("mmsi").to_pylist()))
    # Connections fall on either process: each must know all ships.
    wait_until("ships on the map", lambda: all(shown(guest) >= 0.9 * ships for _ in range(12)))
    assert deployment.metric("huanqiong_feed_sentences_total") > 0
    assert deployment.metric("huanqiong_ships_shown") >= 0.9 * ships
    assert deployment.metric("huanqiong_acts_total") >= 3, "the account, its role, its login"
    assert deployment.metric('huanqiong_requests_total{method="GET",route="/api/sea/changes"') >= 12
    wait_until("the log is sequenced", lambda: deployment.metric("huanqiong_log_waiting") == 0)
    deployment.process.terminate()
    assert deployment.process.wait(timeout=60) == 0
    assert stored(deployment.home).num_rows == n
    assert not list((deployment.home / "stores" / "live" / "incoming").glob("*"))


@pytest.mark.timeout(400)
def test_no_secret_and_no_name_reaches_the_journal(deployment: Deployment) -> None:
    guest = deployment.visitor()
    page = f"{guest.base}/sign-in/?next=/search/%3Fq%3D{PERSON}"
    csrf = next(c.value for c in guest.jar if c.name.endswith("_csrf"))
    session = next(c.value for c in guest.jar if c.name.endswith("_session"))
    token = done(deployment.home, "user", "login", PERSON, "--store", "live").strip().rsplit("/", 1)[1]
    body = f"username={PERSON}&password={urllib.parse.quote(SECRET)}&csrfmiddlewaretoken={csrf}".encode()
    asks: list[Callable[[], Any]] = [
        lambda: guest.opener.open(page, data=body, timeout=20).read(),
        lambda: guest.get(f"/login/{token}x"),
        lambda: guest.get(f"/search/?q={PERSON}"),
        lambda: guest.get("/api/sea/picture?at=not-a-time"),
        lambda: guest.get("/alerts/?state=%00"),
    ]
    for ask in asks:
        try:
            ask()
        except urllib.error.HTTPError as refusal:
            refusal.close()
    guest.json("/api/store")
    deployment.process.terminate()
    deployment.process.wait(timeout=60)
    deployment._reader.join(10)
    text = "".join(deployment.lines)
    journal = [json.loads(line) for line in deployment.lines if line.startswith("{")]
    answered = [line for line in journal if line["logger"] == "huanqiong.access"]
    assert {line["route"] for line in answered} >= {"/login/<str:token>", "/search/", "/api/store"}
    assert any(line["person"] for line in answered), "the person's code stands there"
    assert all(line["request"] for line in answered)
    keys = deployment.home / "stores" / "live" / "keys"
    planted = [csrf, session, token, SECRET, urllib.parse.quote(SECRET), PERSON]
    planted += [(keys / name).read_text().strip() for name in ("metrics.token", "web.key")]
    assert not [secret for secret in planted if secret and secret in text]


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_children_that_are_killed_come_back_and_nothing_is_lost(deployment: Deployment, world: World) -> None:
    guest = deployment.visitor()
    n = send(world, deployment.feed)
    ships = len(set(world.positions.column("mmsi").to_pylist()))
    wait_until("ships on the map", lambda: shown(guest) >= 0.9 * ships)
    [worker] = deployment.children("up-worker")
    webs = deployment.children("up-web")
    assert len(webs) == 2
    os.kill(webs[0], signal.SIGKILL)
    assert guest.json("/api/store")["name"] == "live", "the other web process answers at once"
    wait_until("two web processes again", lambda: len(set(deployment.children("up-web")) - {webs[0]}) == 2)
    time.sleep(1.5)  # what the feed brought must be on the disk: it is made durable before it is shown
    os.kill(worker, signal.SIGSTOP)  # killed at once, it may be back before anybody notices
    unready: list[str] = []

    def away() -> bool:
        status, told = deployment.readyz()
        unready.extend(c["what"] for c in told.get("checks", []) if not c["ok"])
        return status == 503

    wait_until("said to be away", away)
    assert set(unready) == {"feeds"}
    os.kill(worker, signal.SIGKILL)
    wait_until("a worker again", lambda: deployment.children("up-worker") not in ([], [worker]))
    deployment.wait_ready()
    wait_until("what was left is taken up", lambda: stored(deployment.home).num_rows == n)
    assert shown(guest) >= 0.9 * ships


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_a_killed_supervisor_leaves_no_process_behind(deployment: Deployment) -> None:
    left = deployment.children("up-worker") + deployment.children("up-web")
    assert len(left) == 3
    deployment.process.kill()
    deployment.process.wait()

    def gone(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"

    wait_until("all ended", lambda: all(gone(pid) for pid in left), within_s=60)
    assert deployment.readyz()[0] == 0
