"""`hq demo`: real AIS and a drill, decoded, stored, detected, alerted and served, from nothing."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from huanqiong import __version__, data
from huanqiong.cli import serve, ui
from huanqiong.cli.warm import warm
from huanqiong.core.errors import HuanqiongError, MissingError
from huanqiong.lake.store import create_store, home

PERSON = "duty"
FEED_PORT = 10110
"""UDP port on which the first console hears sentences. Source: IANA, nmea-0183 10110."""


@dataclass(frozen=True)
class Plan:
    """One store of the demo and what goes into it."""

    name: str
    files: tuple[Path, ...]

    @property
    def is_drill(self) -> bool:
        return self.name == "drill"


def demo(
    port: Annotated[
        int, typer.Option(help="port of the console; each further store takes the next one")
    ] = 8600,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open a browser")] = True,
    data_path: Annotated[
        Path | None, typer.Option("--data", help="a directory of real AIS files, or one file")
    ] = None,
    feed_port: Annotated[
        int, typer.Option(help="UDP port of the first console's live feed; each further store the next one")
    ] = FEED_PORT,
    login: Annotated[
        bool, typer.Option("--login", help="print a new one-time login of the running demo")
    ] = False,
) -> None:
    """Shows the product on real AIS and on a Hainan drill, at http://localhost:8600."""
    if login:
        _print_logins()
        return
    with _only_one(), serve.supervised() as consoles:
        plans = _plans(data_path)
        for n in range(len(plans)):
            serve.free_port(port + n)
        warm()
        addresses = {p.name: f"http://localhost:{port + n}" for n, p in enumerate(plans)}
        for n, plan in enumerate(plans):
            _prepare_store(plan)
            neighbours = {k: v for k, v in addresses.items() if k != plan.name}
            feed = serve.free_feeds([f"udp://127.0.0.1:{feed_port + n}"])
            consoles.append(_launch(plan, port + n, feed, neighbours))
            _announce(consoles[-1], browser=browser and n == 0)
        _remember(consoles)
        ui.say("Ctrl-C stops. `hq demo --login` prints new one-time logins.")
        serve.stay(consoles)


def prepare(
    name: Annotated[str, typer.Argument()],
    files: Annotated[list[Path] | None, typer.Argument()] = None,
) -> None:
    """Loads, detects and raises alerts in one store (`hq demo` starts this, a process per store)."""
    from huanqiong.cli.django import open_records

    store = open_records(name)
    from huanqiong.flows import accounts, drill_hainan, sea_archive

    accounts.ensure_demo_person(PERSON)
    chosen = data.toml("demo.toml")
    with ui.progress(name) as report:
        if store.is_drill:
            drill_hainan.stage(
                store, seed=chosen["drill"]["seed"], hours=chosen["drill"]["hours"], progress=report
            )
        else:
            for loaded in sea_archive.load(store, files or [], progress=report):
                ui.say(f"  {loaded}")
        raised = sea_archive.detect(store, progress=report)
    ui.say(f"  {raised}")


def _plans(data_path: Path | None) -> list[Plan]:
    """The stores to show: real data where there is some, else the bundled sample; always the drill."""
    drill = Plan("drill", ())
    files = _real_files(data_path)
    if files:
        return [Plan("real", tuple(files)), drill]
    sample = tuple(data.path(f) for f in data.toml("demo.toml")["sample"]["files"])
    return [drill, Plan("sample", sample)]


def _real_files(data_path: Path | None) -> list[Path]:
    """Files of the person's own, else the known sets of the data directory; empty where there are none."""
    if data_path is not None:
        if data_path.is_file():
            return [data_path]
        if not data_path.is_dir():
            raise MissingError(f"There is nothing at {data_path}: give --data a file or a directory.")
        known = _known(data_path)
        return known or sorted(p for p in data_path.iterdir() if p.is_file() and not p.name.startswith("."))
    root = os.environ.get("HUANQIONG_DATA")
    if root is None and (checkout := os.environ.get("HUANQIONG_CHECKOUT")):
        root = str(Path(checkout).parent / "shared" / "data")
    return _known(Path(root)) if root else []


def _known(root: Path) -> list[Path]:
    return [p for f in data.toml("demo.toml")["real"]["files"] if (p := root / f).is_file()]


def _fingerprint(plan: Plan) -> dict[str, Any]:
    """What a prepared store was made from; where it still holds, nothing is done again."""
    inputs = [[str(f), f.stat().st_size, f.stat().st_mtime_ns] for f in plan.files]
    chosen = data.toml("demo.toml")["drill"] if plan.is_drill else None
    return {"version": __version__, "inputs": inputs, "drill": chosen}


def _prepare_store(plan: Plan) -> None:
    """Brings one store to what the plan says; killed at any moment, the next call goes on from there."""
    marker = home() / "stores" / plan.name / "prepared.json"
    wanted = _fingerprint(plan)
    if marker.exists() and json.loads(marker.read_text()) == wanted:
        return
    words = data.toml("demo.toml")[plan.name]
    create_store(
        plan.name,
        kind="drill" if plan.is_drill else "archive",
        title_zh=words["title_zh"],
        title_en=words["title_en"],
        clock=words.get("clock", "end"),
    )
    ui.say(f"preparing store {plan.name}: {words['title_zh']} / {words['title_en']}")
    command = [sys.executable, "-m", "huanqiong.cli", "prepare", plan.name, *map(str, plan.files)]
    status = subprocess.run(command, check=False).returncode
    if status:
        raise HuanqiongError(f"Preparing store {plan.name} ended with {status}: the lines above say why.")
    temporary = marker.with_suffix(".new")
    temporary.write_text(json.dumps(wanted))
    temporary.replace(marker)


def _launch(plan: Plan, port: int, feed: list[str], neighbours: dict[str, str]) -> serve.Console:
    return serve.launch(plan.name, port, feed=feed, neighbours=neighbours, login_for=PERSON)


def _announce(console: serve.Console, *, browser: bool) -> None:
    serve.wait_until_up(console)
    url = serve.login_left(console)
    ui.say(f"\n  {console.store:<8} {console.address}")
    ui.say(f"  {'':<8} one-time login (15 minutes): {url}")
    ui.say(f"  {'':<8} live feed: {', '.join(console.feed) or 'none, its port is taken'}\n")
    if browser:
        import webbrowser

        webbrowser.open(url)


def _remember(consoles: list[serve.Console]) -> None:
    run = home() / "run"
    run.mkdir(parents=True, exist_ok=True)
    (run / "demo.json").write_text(json.dumps({c.store: c.port for c in consoles}))


def _print_logins() -> None:
    try:
        ports = json.loads((home() / "run" / "demo.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        raise MissingError("No demo has run in this home yet: start `hq demo` first.") from None
    for store, port in ports.items():
        command = [sys.executable, "-m", "huanqiong.cli", "user", "login", PERSON, "--store", store]
        token = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        ui.answer(f"{store:<8} http://localhost:{port}{token}")


@contextmanager
def _only_one() -> Iterator[None]:
    """Two demos over one home would write into the same stores: the second one is told so."""
    run = home() / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MissingError(
                f"A demo is already running over {home()}. `hq demo --login` prints a new login for it."
            ) from None
        yield
