"""`hq bench`: measured tables of a checkout, side by side with peers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.cli.warm import warm
from huanqiong.core.errors import MissingError, UsageError


def bench(
    name: Annotated[str, typer.Argument(help="one table of bench/; all by default")] = "all",
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="install the peers first")] = True,
) -> None:
    """Prints measured tables with the peers' figures from the same run (in a checkout)."""
    root = os.environ.get("HUANQIONG_CHECKOUT")
    if not root or not (Path(root) / "bench").is_dir():
        raise MissingError("The benches lie in a checkout: clone the project and run ./hq bench there.")
    scripts = {p.stem: p for p in sorted((Path(root) / "bench").glob("[!_]*.py"))}
    if name != "all" and name not in scripts:
        raise UsageError(f"There is no bench {name!r}: {', '.join(scripts)}")
    warm()
    if peers:
        ui.say("installing peers that lack here (pip install huanqiong[peers]) ...")
        command = [sys.executable, "-m", "pip", "install", "-q", "-e", f"{root}[peers]"]
        if subprocess.run(command, check=False).returncode:
            ui.say("some peers could not be installed: their rows will say so")
    failed = [n for n, p in scripts.items() if name in ("all", n) and subprocess.call([sys.executable, p])]
    if failed:
        raise SystemExit(1)
