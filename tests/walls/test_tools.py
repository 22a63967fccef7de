"""The walls that tools check: layers, types, style, migrations."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def run(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"


def test_imports_point_down() -> None:
    run(str(BIN / "lint-imports"), "--no-cache")


def test_style_and_format() -> None:
    run(str(BIN / "ruff"), "check", "--no-cache", ".")
    run(str(BIN / "ruff"), "format", "--check", "--no-cache", ".")


@pytest.mark.timeout(900)
def test_types_of_the_pure_rooms() -> None:
    run(str(BIN / "mypy"), "--cache-dir", os.devnull)


def test_migrations_are_current(tmp_path: Path) -> None:
    run(
        *(sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"),
        DJANGO_SETTINGS_MODULE="huanqiong.config.settings",
        HUANQIONG_HOME=str(tmp_path),
        HUANQIONG_STORE="",
    )
