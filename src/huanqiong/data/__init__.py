"""What the product carries: geography, policies, texts, samples; each with origin, licence and hash."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent


def path(name: str) -> Path:
    """Where a bundled file lies, e.g. `path("geography/ports.csv")`."""
    return ROOT / name


@cache
def toml(name: str) -> dict[str, Any]:
    """A bundled TOML file, parsed; shared between callers, so never changed."""
    return tomllib.loads(path(name).read_text(encoding="utf-8"))
