"""A geography's files as they lie: plain or gzip, with a bound on what they may swell to."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Final

from huanqiong.core.errors import InputError

MOST: Final = 256 << 20
"""Bytes an unpacked file may have. Source: own; the largest bundled file unpacks to a tenth of it."""


def unpacked(raw: bytes, where: str, most: int = MOST) -> bytes:
    """The bytes themselves, or what a gzip holds.

    InputError: broken or cut-off gzip, or more than `most` bytes in it.
    """
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            data = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as e:
        raise InputError(f"broken gzip ({e})", where=where, remedy="Give the whole file anew") from None
    if len(data) > most:
        raise InputError(
            f"unpacks to more than {most:,} bytes", where=where, remedy="Give a smaller area or split it"
        )
    return data


def as_text(raw: bytes, where: str) -> str:
    """The same as UTF-8 text without a byte order mark. InputError: also where it is not UTF-8."""
    try:
        return unpacked(raw, where).decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise InputError(
            f"not readable as text ({e})", where=where, remedy="Give UTF-8 CSV, plain or .gz"
        ) from None
