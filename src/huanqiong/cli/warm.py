"""Compiles the kernels once, into `$HUANQIONG_HOME/cache`, so that no first use waits."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from pathlib import Path

from huanqiong.cli import ui

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
    with ui.progress() as report:
        for n, room in enumerate(ROOMS):
            report("compiling kernels (once)", n, len(ROOMS))
            importlib.import_module(room).warm()
        report("compiling kernels (once)", len(ROOMS), len(ROOMS))
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
