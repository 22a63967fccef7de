"""Compiles the kernels once, into `$HUANQIONG_HOME/cache`, so that no first use waits."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from huanqiong.cli import ui
from huanqiong.core.errors import HuanqiongError

_COMPILE = "import importlib, sys; importlib.import_module(sys.argv[1]).warm()"
ROOMS = ("huanqiong.core.geography", "huanqiong.lines.sea.message", "huanqiong.lines.sea.kernels")
"""Each offers `warm()`, which compiles what it holds by running it on a few rows."""


def _stamp() -> str:
    """What the compiled code was made from: Python, Numba, and every pure file that may hold kernels."""
    import numba

    import huanqiong

    digest = hashlib.sha256(f"{sys.version} {numba.__version__}".encode())
    root = Path(huanqiong.__file__).parent
    for room in ("core", "lines", "drill"):
        for file in sorted((root / room).rglob("*.py")):
            info = file.stat()
            digest.update(f"{file} {info.st_mtime_ns} {info.st_size}\n".encode())
    return digest.hexdigest()


def warm(*, again: bool = False) -> None:
    """Compiles what is not yet compiled; says nothing when all is there."""
    stamp = Path(os.environ["NUMBA_CACHE_DIR"]) / "warm.sha256"
    wanted = _stamp()
    if not again and stamp.exists() and stamp.read_text() == wanted:
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
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
