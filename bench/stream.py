"""Browsers on the stream of one web process: how soon after its commit an event is heard, on both databases.

    python bench/stream.py [--browsers 250] [--events 40] [--pool 4] [--database sqlite|postgresql|both]

Starts `hq up --workers 1` over a fresh store (PostgreSQL in a cluster of its own, fsync on), opens real HTTP
connections to /api/stream over the loopback, lets another process act, one act a quarter of a second, and
takes the time from the return of each act's commit to its receipt by every browser. Both processes and all
browsers share this machine. Then one reader stops reading: it is let go, comes back with Last-Event-ID, and
must miss nothing and hear nothing twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from huanqiong.cli.cluster import binaries, cluster

PEOPLE = 25
PAUSE_S = 0.25
FLOOD = 3000
FLOOD_IDS = 500
"""Ids in one of the flood's events: some 3 kB, so that the slow reader's buffers fill."""

PREPARE = """
import sys
from huanqiong.cli.django import open_records
open_records("bench")
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
for n in range(int(sys.argv[1])):
    acts.create_person(f"b{n}", by=OPERATOR)
    acts.grant_role(f"b{n}", "duty_officer", by=OPERATOR)
    print(acts.issue_login(f"b{n}", by=OPERATOR))
"""
ACTOR = """
import sys, time
from huanqiong.cli.django import open_records
open_records("bench")
from huanqiong.desk.trust.act import act, together
from huanqiong.desk.trust.actor import SYSTEM
kind, count, pause_s, ids = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
def one(n):
    with act("bench.tell", by=SYSTEM, subject="bench") as a:
        a.tell(kind, n=n, ids=list(range(10**6, 10**6 + ids)))
if pause_s:
    for n in range(count):
        one(n)
        print(n, time.monotonic(), flush=True)
        time.sleep(pause_s)
else:
    for first in range(0, count, 50):
        with together():
            for n in range(first, min(count, first + 50)):
                one(n)
        time.sleep(0.05)
    print("done", flush=True)
"""


@dataclass
class Browser:
    """One connection to the stream. `heard`: (time of receipt, id, n) of the events of one topic."""

    port: int
    cookie: str
    topic: str
    last: int | None = None
    heard: list[tuple[float, int, int]] = field(default_factory=list)
    resets: int = 0
    returns: int = 0

    async def listen(self, opened: asyncio.Event | None = None, *, deaf: asyncio.Event | None = None) -> None:
        """Reads until the server ends it. `deaf`: reads nothing more from the beginning until this is set."""
        s = socket.socket()
        if deaf is not None:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.setblocking(False)
        await asyncio.get_running_loop().sock_connect(s, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=s, limit=1 << 22 if deaf is None else 8192)
        resume = f"Last-Event-ID: {self.last}\r\n" if self.last is not None else ""
        asked = f"GET /api/stream HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n{resume}\r\n"
        writer.write(asked.encode())
        await writer.drain()
        status = await reader.readline()
        if b"200" not in status:
            raise SystemExit(f"the stream answered {status.decode()}{(await reader.read(600)).decode()}")
        try:
            await self._read(reader, opened, deaf)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def stay(self, opened: asyncio.Event) -> None:
        """Listens, and comes back as a browser does when it was let go."""
        await self.listen(opened)
        while True:
            self.returns += 1
            await self.listen()

    async def _read(
        self, reader: asyncio.StreamReader, opened: asyncio.Event | None, deaf: asyncio.Event | None
    ) -> None:
        event: dict[str, str] = {}
        while line := await reader.readline():
            text = line.decode().strip()
            if text.startswith("retry") and opened is not None:
                opened.set()
                if deaf is not None:
                    await deaf.wait()
            key, _, value = text.partition(": ")
            if key in ("id", "event", "data"):
                event[key] = value
            if key == "data":
                self.resets += event["event"] == "reset"
                if event["event"] == self.topic:
                    n = json.loads(value)["n"]
                    self.heard.append((time.monotonic(), int(event["id"]), n))
                    self.last = int(event["id"])
                event = {}


@contextmanager
def console(database: str | None, pool: int) -> Iterator[tuple[int, dict[str, str], list[str]]]:
    """A running `hq up` of one web process: its port, the environment of its store, cookies of its people."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        environment = os.environ | {"HUANQIONG_HOME": home, "HUANQIONG_STORE": "", "HUANQIONG_LOG": "line"}
        environment.pop("HUANQIONG_DATABASE", None)
        if database is not None:
            environment["HUANQIONG_DATABASE"] = database
        environment["NUMBA_CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]
        make = "from huanqiong.lake.store import create_store as c; c('bench', kind='archive', "
        python(environment, make + "title_zh='试', title_en='Bench', clock='live')")
        tokens = python(environment, PREPARE, str(PEOPLE)).split()
        command = [sys.executable, "-m", "huanqiong.cli", "up", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen(command, env=environment | {"HUANQIONG_POOL": str(pool)})
        try:
            wait_ready(port, process)
            yield port, environment, [sign_in(port, t) for t in tokens]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def python(environment: dict[str, str], code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def wait_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return
        time.sleep(0.3)
    raise SystemExit("the console did not come up")


def sign_in(port: int, token: str) -> str:
    """The session's cookie."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(f"http://127.0.0.1:{port}/login/{token}")
    except urllib.error.HTTPError as redirect:
        cookies = redirect.headers.get_all("Set-Cookie") or []
        redirect.close()
        return "; ".join(c.split(";")[0] for c in cookies)
    raise SystemExit("the one-time login did not sign in")


async def act(environment: dict[str, str], *arguments: str) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ACTOR, *arguments), env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the acting process failed")
    return out.decode().splitlines()


async def latency(port: int, environment: dict[str, str], cookies: list[str], n: int, events: int) -> str:
    """A table's row: how soon all of `n` browsers heard `events` events."""
    browsers = [Browser(port, cookies[i % len(cookies)], "bench") for i in range(n)]
    flags = [asyncio.Event() for _ in browsers]
    tasks = [asyncio.create_task(b.listen(f)) for b, f in zip(browsers, flags, strict=True)]
    await asyncio.wait_for(asyncio.gather(*(f.wait() for f in flags)), 120)
    lines = await act(environment, "bench", str(events), str(PAUSE_S), "3")
    committed = {int(line.split()[0]): float(line.split()[1]) for line in lines}
    await asyncio.sleep(3)
    taken = sorted(t - committed[k] for b in browsers for t, _, k in b.heard)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    missing = n * events - len(taken)
    p = statistics.quantiles(taken, n=100)
    return f"{p[49] * 1000:8.0f} {p[98] * 1000:8.0f} {taken[-1] * 1000:8.0f} {missing:9d}"


async def slow(port: int, environment: dict[str, str], cookies: list[str]) -> str:
    """What became of a reader that stopped reading while a flood came, and of those that read on."""
    quick = [Browser(port, c, "flood") for c in cookies[:4]]
    lame, hear = Browser(port, cookies[4], "flood"), asyncio.Event()
    flags = [asyncio.Event() for _ in range(5)]
    tasks = [asyncio.create_task(b.stay(f)) for b, f in zip(quick, flags, strict=False)]
    tasks.append(asyncio.create_task(lame.listen(flags[4], deaf=hear)))
    await asyncio.wait_for(asyncio.gather(*(f.wait() for f in flags)), 60)
    await act(environment, "flood", str(FLOOD), "0", str(FLOOD_IDS))
    end = time.monotonic() + 60
    while time.monotonic() < end and any(len(b.heard) < FLOOD for b in quick):
        await asyncio.sleep(0.2)
    hear.set()
    await asyncio.wait_for(tasks[4], 60)  # what lay in the buffers, then the end
    got = len(lame.heard)
    again = asyncio.create_task(lame.listen())
    end = time.monotonic() + 60
    while time.monotonic() < end and len(lame.heard) < FLOOD and not lame.resets:
        await asyncio.sleep(0.1)
    for task in (*tasks[:4], again):
        task.cancel()
    await asyncio.gather(*tasks[:4], again, return_exceptions=True)
    whole = [n for _, _, n in lame.heard] == list(range(FLOOD))
    others = all([n for _, _, n in b.heard] == list(range(FLOOD)) for b in quick)
    if not (got < FLOOD and whole and others):
        counts = [len(b.heard) for b in quick]
        raise SystemExit(f"slow reader: {got} heard, then {len(lame.heard)}; the others {counts}")
    return (
        f"  slow reader: let go after {got} of {FLOOD} events, came back with Last-Event-ID, heard the other "
        f"{FLOOD - got}: none lost, none twice; "
        f"4 quick readers heard all, after {sum(b.returns for b in quick)} returns"
    )


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--browsers", type=int, default=250)
    parse.add_argument("--events", type=int, default=40)
    parse.add_argument("--pool", type=int, default=4)
    parse.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parse.parse_args()
    print(f"{asked.browsers} browsers, {asked.events} events, one web process; ms from commit to receipt")
    print(f"{'database':<24} {'p50':>8} {'p99':>8} {'max':>8} {'not heard':>9}")
    wanted = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    for name in wanted:
        if name == "postgresql" and binaries() is None:
            print("postgresql: its server is not installed (apt install postgresql-15)")
            continue
        with contextlib.ExitStack() as stack:
            url = stack.enter_context(cluster()).database("hq_{store}") if name == "postgresql" else None
            port, environment, cookies = stack.enter_context(console(url, asked.pool))
            row = asyncio.run(latency(port, environment, cookies, asked.browsers, asked.events))
            label = name if url is None else f"{name}, pool of {asked.pool}"
            print(f"{label:<24} {row}", flush=True)
            print(asyncio.run(slow(port, environment, cookies)), flush=True)


if __name__ == "__main__":
    main()
