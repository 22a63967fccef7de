"""A geography's files as they lie: plain or gzip, with a bound on what they may swell to."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

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


def as_json(raw: bytes, where: str) -> Any:
    """The same as JSON. InputError: also where it is none, or nested without end."""
    try:
        return json.loads(unpacked(raw, where))
    except RecursionError:
        raise InputError("nested too deep", where=where, remedy="Give the file anew") from None
    except ValueError as e:
        raise InputError(f"not JSON ({e})", where=where, remedy="Give the file anew") from None


def as_rows(raw: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
    """The same as CSV: (number of its last line, cells) of each row that holds something."""
    rows = csv.reader(io.StringIO(as_text(raw, where), newline=""))
    try:
        for row in rows:
            if row:
                yield rows.line_num, row
    except csv.Error as e:
        text = f"no CSV ({e})"
        raise InputError(text, where=f"{where}, line {rows.line_num}", remedy="Mend that line") from None
