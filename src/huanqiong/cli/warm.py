"""Compiled kernels: kept under `$HUANQIONG_HOME/cache`, made once with a bar, so that no first use waits.

Numba does not see that a function another one calls has changed, so each state of the source has a
directory of its own.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from huanqiong.cli import ui
from huanqiong.core.errors import HuanqiongError
from huanqiong.lake.store import home

_COMPILE = "import importlib, sys; importlib.import_module(sys.argv[1]).warm()"
ROOMS = (
    "huanqiong.core.geography",
    "huanqiong.lines.sea.message",
    "huanqiong.lines.sea.kernels",
    "huanqiong.lines.sea.reach",
)
"""Each offers `warm()`, which compiles what it holds by running it on a few rows."""
KEEP_DAYS = 14
"""Compiled code of another state of the source that nobody used for so long is removed."""


def cache_directory() -> Path:
    """Where this source's compiled kernels lie: named by Python, Numba and every file that may hold one."""
    version = importlib.metadata.version("numba")
    digest = hashlib.sha256(f"{sys.version} {version}".encode())
    root = Path(__file__).parents[1]
    for room in ("core", "lines", "drill"):
        for file in sorted((root / room).rglob("*.py")):
            info = file.stat()
            digest.update(f"{file} {info.st_mtime_ns} {info.st_size}\n".encode())
    return home() / "cache" / "numba" / digest.hexdigest()[:16]


def warm() -> None:
    """Compiles what is not yet compiled; says nothing when all is there."""
    directory = Path(os.environ["NUMBA_CACHE_DIR"])
    done = directory / "warm"
    if done.exists():
        done.touch()
        return
    stage = "compiling kernels (once)"
    with ui.progress() as report:
        report(stage, 0, len(ROOMS))
        # Rooms compile side by side: one thread of compilation fills one core.
        running = [subprocess.Popen([sys.executable, "-c", _COMPILE, room]) for room in ROOMS]
        while any(p.poll() is None for p in running):
            report(stage, sum(p.poll() is not None for p in running), len(ROOMS))
            time.sleep(0.2)
        report(stage, len(ROOMS), len(ROOMS))
    if failed := [room for room, p in zip(ROOMS, running, strict=True) if p.returncode]:
        raise HuanqiongError(f"Compiling {', '.join(failed)} failed: the lines above say why.")
    directory.mkdir(parents=True, exist_ok=True)
    done.touch()
    _sweep(directory)


def _sweep(keep: Path) -> None:
    for old in keep.parent.iterdir():
        mark = old / "warm"
        if old != keep and mark.exists() and time.time() - mark.stat().st_mtime > KEEP_DAYS * 86_400:
            shutil.rmtree(old, ignore_errors=True)
