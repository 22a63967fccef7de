"""`hq up`: production. Web processes and one worker process over one store, started again when they die.

The supervisor holds the port; web processes inherit it, so a restart of one refuses nobody. The worker holds
what there must be one of: the feeds with their detectors, the log's sequencer, the jobs.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import typer

from huanqiong.cli import ui
from huanqiong.cli.serve import interrupt_on_signals
from huanqiong.core.errors import MissingError
from huanqiong.lake.store import Store

PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long a child that died waits before it is started again: longer each time it dies young."""
YOUNG_S: Final = 60.0
"""A child that lived this long is sound: its next death counts as the first."""
LEAVE_S: Final = 20.0
"""How long a child may take to end in order before it is ended."""
WORKER_POOL: Final = "8"
"""Connections of the worker: its feed, sequencer and jobs each hold one for long."""


@dataclass
class Child:
    """A process of the house and how often it died young."""

    name: str
    command: list[str]
    environment: dict[str, str]
    keep: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    began: float = 0.0
    due: float = 0.0
    died: int = 0

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor, which stops its children in order.
        self.process = subprocess.Popen(
            self.command, env=self.environment, pass_fds=self.keep, start_new_session=True
        )
        self.began = time.monotonic()

    def look(self) -> int | None:
        """Notes a death and when to start again; its process id then, else None. Starts what is due."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return None
        if self.process.poll() is None:
            return None
        self.died = 0 if now - self.began > YOUNG_S else self.died + 1
        pause_s = PAUSES_S[min(self.died, len(PAUSES_S) - 1)]
        gone, self.due = self.process, now + pause_s
        ui.say(f"hq up: {self.name} ended ({gone.returncode}); it is started again in {pause_s:g} s")
        self.process = None
        return gone.pid

    def stop(self) -> None:
        """Asks it to end, then insists."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(timeout=LEAVE_S)
        except subprocess.TimeoutExpired:
            ui.say(f"hq up: {self.name} did not end within {LEAVE_S:g} s and is ended")
            self.process.kill()
            self.process.wait()


def up(
    store: Annotated[str | None, typer.Option("--store", help="the store, where there are several")] = None,
    port: Annotated[int, typer.Option(help="the port to serve on")] = 8600,
    host: Annotated[
        str, typer.Option(help="the address to serve on; others than loopback want TLS before")
    ] = ("127.0.0.1"),
    workers: Annotated[int, typer.Option(min=1, max=64, help="web processes")] = 2,
    feed: Annotated[
        list[str] | None, typer.Option(help="udp://HOST:PORT, tcp-listen://HOST:PORT or tcp://")
    ] = None,
) -> None:
    """Serves one store in production: web processes, a worker, feeds; stops in order on SIGTERM."""
    from huanqiong.cli.django import open_records
    from huanqiong.cli.warm import warm

    interrupt_on_signals()
    try:
        warm()
        opened = open_records(store)
        _close_records()
        with _only_one(opened), _port(host, port) as listening, _run_directory() as run:
            _metrics_token(opened)
            children = _children(opened, run, listening, workers, feed or [])
            try:
                _supervise(children, run, opened, host, port)
            except KeyboardInterrupt:
                ui.say("hq up: stopping")
                _notify("STOPPING=1")
            finally:
                # Web first: nobody starts an act that the sequencer no longer places.
                for child in [c for c in children if c.name != "worker"] + children[:1]:
                    child.stop()
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def _close_records() -> None:
    """The supervisor itself holds no connection."""
    from django.db import connection

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


def _children(
    store: Store, run: Path, listening: socket.socket, workers: int, feed: list[str]
) -> list[Child]:
    """The worker first, then the web processes."""
    common = {
        **os.environ,
        "HUANQIONG_STORE": store.name,
        "HUANQIONG_RUN": str(run),
        "HUANQIONG_LOG": os.environ.get("HUANQIONG_LOG", "json"),
        "PROMETHEUS_MULTIPROC_DIR": str(run / "metrics"),
    }
    # Children notice by the closing of this pipe that the supervisor is gone, however it went.
    alive, _kept_open = os.pipe()
    os.set_inheritable(alive, True)

    def child(name: str, verb: str, *rest: str, keep: tuple[int, ...] = (), pool: str = "") -> Child:
        command = [sys.executable, "-m", "huanqiong.cli", verb, store.name, "--alive", str(alive), *rest]
        own = {"HUANQIONG_PROCESS": name} | ({"HUANQIONG_POOL": pool} if pool else {})
        return Child(name, command, common | own, (alive, *keep))

    feeds = [word for address in feed for word in ("--feed", address)]
    out = [child("worker", "up-worker", *feeds, pool=os.environ.get("HUANQIONG_POOL", WORKER_POOL))]
    fd = listening.fileno()
    for n in range(1, workers + 1):
        out.append(child(f"web-{n}", "up-web", "--listening", str(fd), keep=(fd,)))
    return out


def _supervise(children: list[Child], run: Path, store: Store, host: str, port: int) -> None:
    told = False
    asked = 0.0
    while True:
        for child in children:
            if (gone := child.look()) is not None:
                _forget(gone, run)
        now = time.monotonic()
        if not told and now - asked > 0.5:
            asked = now
            if _ready(host, port):
                told = True
                _notify("READY=1")
                ui.say(f"hq up: store {store.name} is ready at http://{_shown(host)}:{port}")
        time.sleep(0.1)


def _forget(pid: int, run: Path) -> None:
    """A dead process's gauges no longer count; its counters do."""
    for file in (run / "metrics").glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host


def _ready(host: str, port: int) -> bool:
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    name = f"[{asked}]" if ":" in asked else asked
    try:
        with urllib.request.urlopen(f"http://{name}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _notify(state: str) -> None:
    """Tells systemd (Type=notify) where we stand; nothing where none asked. Source: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, suppress(OSError):
        s.connect("\0" + address[1:] if address.startswith("@") else address)
        s.sendall(state.encode())


@contextmanager
def _port(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError as e:
            raise MissingError(
                f"{host}:{port} cannot be served on ({e.strerror}). Choose another --port."
            ) from None
        s.listen(1024)
        s.set_inheritable(True)
        if host not in ("127.0.0.1", "::1") and os.environ.get("HUANQIONG_TLS") != "1":
            ui.say("hq up: this address is open to the network without TLS: see docs/operations.md")
        yield s


@contextmanager
def _run_directory() -> Iterator[Path]:
    """Sockets and counters of this run, readable by its user alone, gone at its end."""
    run = Path(tempfile.mkdtemp(prefix="hq-up-"))
    (run / "metrics").mkdir()
    try:
        yield run
    finally:
        shutil.rmtree(run, ignore_errors=True)


@contextmanager
def _only_one(store: Store) -> Iterator[None]:
    """Two would both hold the feed and store what it brings twice."""
    with (store.path / ".up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MissingError(f"`hq up` already runs over the store {store.name}.") from None
        yield


def _metrics_token(store: Store) -> None:
    """The token with which a Prometheus on another machine may ask; made once."""
    file = store.keys / "metrics.token"
    if not file.exists():
        new = store.keys / f".metrics.token.{os.getpid()}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write(secrets.token_urlsafe(32) + "\n")
        new.replace(file)


# What the supervisor starts -------------------------------------------------------------------------------


def leave_with(alive: int) -> None:
    """Ends this process in order when the supervisor is gone, even when it was killed."""
    import threading

    def wait() -> None:
        os.read(alive, 1)  # nobody writes: it returns when the last writer is closed
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor gone", daemon=True).start()
