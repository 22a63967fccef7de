"""Processes and the database killed in mid-act, again and again: no act lost, none doubled, the log whole.

A client repeats an act under the same request id until it is answered, as a device does. Whatever was
answered must be there once; what was not answered may be there once or not at all.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huanqiong.cli.cluster import Cluster, binaries, cluster
from huanqiong.lake.store import create_store

KILLS = int(os.environ.get("HUANQIONG_KILLS", "8"))
"""How often something is killed on each database. Tried with 200."""

ACTOR = """
import sys, time
from huanqiong.cli.django import open_records
from huanqiong.core.errors import HuanqiongError
try:
    open_records("main")
except HuanqiongError:
    sys.exit(3)  # the database is away: whoever supervises starts us again
from django.db import DatabaseError, close_old_connections
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
n = int(sys.argv[1])
print("ready", flush=True)
while True:
    try:
        code = acts.create_person(f"p{n}", by=OPERATOR, request_id=f"make:p{n}")
    except DatabaseError:
        close_old_connections()
        time.sleep(0.05)
        continue
    print(f"p{n}", code, flush=True)
    n += 1
"""
SEQUENCER = """
import sys, threading
from huanqiong.cli.django import open_records
from huanqiong.core.errors import HuanqiongError
try:
    store = open_records("main")
except HuanqiongError:
    sys.exit(3)
from huanqiong.desk.trust.sequencer import Sequencer
print("ready", flush=True)
Sequencer(store.keys).run(threading.Event())
"""
REPORT = """
import json
from huanqiong.cli.django import open_records
store = open_records("main")
from django.db import connection
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.sequencer import sequence
sequence(store.keys)
end = reads.log_end()
rows = list(reads.entries(end.size))
bodies = [json.loads(body) for _, body, _ in rows]
made = sorted(b["subject"] for b in bodies if b["act"] == "person.create")
print(json.dumps({
    "places": [seq for seq, _, _ in rows] == list(range(1, end.size + 1)),
    "waiting": end.waiting,
    "made": made,
    "people": {p.username: p.code for p in reads.people()},
    "news": [r[0] for r in reads.outbox_after(0, 10**6)],
    "vendor": connection.vendor,
}))
"""


class Client:
    """A process that acts or sequences, started again where it was when something killed it."""

    def __init__(self, code: str, environment: dict[str, str]) -> None:
        self.code, self.environment = code, environment
        self.answered: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None
        self.again()

    def again(self) -> None:
        """Starts it where it was; waits until it works."""
        while True:
            self.collect()
            command = [sys.executable, "-c", self.code, str(len(self.answered))]
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment
            )
            assert self.process.stdout is not None
            if self.process.stdout.readline() == "ready\n":
                return
            self.process.wait()
            assert self.process.returncode == 3, "it may only end because the database is away"

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def collect(self) -> None:
        """Takes what a dead process had answered; the same name must have had the same answer before."""
        if self.process is None:
            return
        self.process.kill()
        out, _ = self.process.communicate()
        for line in out.splitlines():
            if line.count(" ") == 1:
                name, code = line.split()
                assert self.answered.setdefault(name, code) == code, (
                    "a repeated act is the first one's answer"
                )
        self.process = None


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, hq_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster | None]:
    """A home with a store whose records lie in SQLite, or in a server of the test's own."""
    create_store("main", kind="live", title_zh="试", title_en="Trial")
    if request.param == "sqlite":
        monkeypatch.delenv("HUANQIONG_DATABASE", raising=False)
        yield None
        return
    if binaries() is None and os.environ.get("HUANQIONG_REQUIRE_PG") != "1":
        pytest.skip("PostgreSQL is not installed: apt install postgresql-15")
    with cluster() as server:
        monkeypatch.setenv("HUANQIONG_DATABASE", server.database("hq_{store}"))
        yield server


def kill_backend(server: Cluster) -> None:
    """Kills a process that serves a client: the server throws all out and recovers from its journal."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(server.pid())], capture_output=True, text=True, check=True
    )
    serving = [int(line.split()[0]) for line in found.stdout.splitlines() if " hq_main " in line]
    if serving:
        os.kill(serving[0], signal.SIGKILL)


def kill_server(server: Cluster) -> None:
    """Kills the server's first process; the others notice and end, then it is started anew."""
    os.kill(server.pid(), signal.SIGKILL)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            server.start()
            return
        except Exception:  # noqa: BLE001  the last of the old processes still holds the memory
            time.sleep(0.1)
    raise AssertionError("the server did not start again")


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_whatever_is_killed_nothing_is_lost_or_doubled(place: Cluster | None) -> None:
    environment = dict(os.environ)
    draw = random.Random(11)
    actor, sequencer = Client(ACTOR, environment), Client(SEQUENCER, environment)
    victims: list[Callable[[], None]] = [actor.kill, sequencer.kill]
    if place is not None:
        victims += [lambda: kill_backend(place), lambda: kill_server(place)]
    for n in range(KILLS):
        time.sleep(draw.uniform(0.02, 0.3))
        victims[n % len(victims)]()
        for client in (actor, sequencer):
            if not client.alive():
                client.again()
    time.sleep(0.5)
    actor.collect()
    sequencer.collect()
    done = subprocess.run(
        [sys.executable, "-c", REPORT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["vendor"] == ("sqlite" if place is None else "postgresql")
    assert len(actor.answered) > KILLS / 2, "it got work done between the kills"
    assert actor.answered.items() <= found["people"].items()
    assert set(found["people"]) - set(actor.answered) <= {f"p{len(actor.answered)}"}, (
        "at most the one under way"
    )
    entered = sorted(f"person:{code}" for code in found["people"].values())
    assert found["made"] == entered, "each has one entry in the log"
    assert found["places"], "places without holes"
    assert found["waiting"] == 0
    assert found["news"] == list(range(1, len(found["news"]) + 1))
    assert len(found["news"]) == len(found["people"])
