"""TOML that a person wrote: read, or refused with the file and the place; nothing else comes out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from huanqiong.core.errors import InputError


def read_toml(file: Path, remedy: str) -> dict[str, Any]:
    """The file's tables. InputError: not TOML, no text, nested without end, or not readable.

    FileNotFoundError is let through: what a missing file means only the caller knows.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except OSError as e:
        raise InputError(e.strerror or str(e), where=str(file), remedy=remedy) from None
    except RecursionError:
        raise InputError("not TOML (nested too deep)", where=str(file), remedy=remedy) from None
    except ValueError as e:  # TOMLDecodeError and UnicodeDecodeError are such
        raise InputError(f"not TOML ({e})", where=str(file), remedy=remedy) from None
