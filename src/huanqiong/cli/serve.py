"""Web processes: one per store, so that nothing a browser asks can cross from one store to another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import HuanqiongError, MissingError
from huanqiong.lake.store import home


def serve(
    store: Annotated[str, typer.Argument(help="the store to open")],
    port: Annotated[int, typer.Option(help="port on the loopback")] = 8600,
    feed: Annotated[list[str] | None, typer.Option(help="udp://HOST:PORT or tcp-listen://HOST:PORT")] = None,
    login_for: Annotated[str, typer.Option(help="leave a one-time login of this account in the home")] = "",
) -> None:
    """Serves one store's console until told to stop (`hq demo` and `hq drill` start this)."""
    from huanqiong.cli.django import open_records
    from huanqiong.cli.warm import warm

    warm()
    opened = open_records(store)
    import uvicorn

    from huanqiong.config.asgi import application
    from huanqiong.desk.trust.sequencer import Sequencer
    from huanqiong.flows import accounts, sea_live

    sequencer = Sequencer(opened.keys).start()
    if login_for:
        _leave_login(store, accounts.login_path(login_for))
    desk = sea_live.start(opened, feed or [])
    # uvicorn raises the signal that stopped it again: it must reach us as an exception, not end us.
    interrupt_on_signals()
    with suppress(KeyboardInterrupt):
        try:
            uvicorn.run(
                application, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2
            )
        finally:
            desk.stop()
            sequencer.stop()


def interrupt_on_signals() -> None:
    """SIGTERM and Ctrl-C both arrive as KeyboardInterrupt, so that what must be ended in order is."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


@contextmanager
def interrupted() -> Iterator[None]:
    """Inside, a signal to stop is an exception; outside, it ends the program with the usual status."""
    interrupt_on_signals()
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _login_file(store: str) -> Path:
    return home() / "run" / f"{store}.login"


def _leave_login(store: str, path: str) -> None:
    """Leaves the login where only this user reads it, for the supervisor to print."""
    file = _login_file(store)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(path)


def login_left(console: Console) -> str:
    """The one-time login that a process left at its start; it is taken away by reading it."""
    file = _login_file(console.store)
    path = file.read_text()
    file.unlink()
    return f"{console.address}{path}"


@dataclass
class Console:
    """A running web process of one store."""

    store: str
    port: int
    feed: list[str]
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"


def launch(store: str, port: int, *, feed: list[str], neighbours: dict[str, str], login_for: str) -> Console:
    """Starts a web process; `neighbours` are the other stores' addresses, shown in the bar."""
    environment = {**os.environ, "HUANQIONG_NEIGHBOURS": json.dumps(neighbours)}
    command = [sys.executable, "-m", "huanqiong.cli", "serve", store, "--port", str(port)]
    command += ["--login-for", login_for]
    for address in feed:
        command += ["--feed", address]
    # A session of its own: Ctrl-C reaches the supervisor, which stops its children in order.
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    return Console(store, port, feed, process)


def wait_until_up(console: Console, *, timeout_s: float = 60) -> None:
    """Returns when the console answers; says so when its process ended instead."""
    url = f"http://127.0.0.1:{console.port}/healthz"
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if console.process.poll() is not None:
            raise HuanqiongError(
                f"The console of store {console.store} ended at once: the lines above say why."
            )
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise HuanqiongError(f"The console of store {console.store} did not answer on port {console.port}.")


def free_port(port: int) -> None:
    """MissingError with the remedy where something listens on the port already."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise MissingError(
                f"Port {port} is taken (another `hq demo`?). Stop that, or choose: --port {port + 100}"
            ) from None


def free_feeds(addresses: list[str]) -> list[str]:
    """Those of the UDP addresses that nobody listens on: a demo goes on without a feed."""
    import socket

    free = []
    for address in addresses:
        host, port = address.removeprefix("udp://").rsplit(":", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((host, int(port)))
            except OSError:
                continue
        free.append(address)
    return free


@contextmanager
def supervised() -> Iterator[list[Console]]:
    """A list of consoles that Ctrl-C, SIGTERM or any error stops, whenever it comes."""
    interrupt_on_signals()
    consoles: list[Console] = []
    try:
        yield consoles
    except KeyboardInterrupt:
        ui.say("\nhq: stopping")
    finally:
        stop(consoles)


def stay(consoles: list[Console]) -> None:
    """Waits until interrupted; HuanqiongError when a console ends by itself."""
    while all(c.process.poll() is None for c in consoles):
        time.sleep(0.3)
    ended = next(c for c in consoles if c.process.poll() is not None)
    status = ended.process.returncode
    raise HuanqiongError(f"The console of store {ended.store} ended by itself ({status}).")


def stop(consoles: list[Console]) -> None:
    """Asks each process to end, then insists."""
    for console in consoles:
        if console.process.poll() is None:
            console.process.terminate()
    for console in consoles:
        try:
            console.process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            console.process.kill()
            console.process.wait()
