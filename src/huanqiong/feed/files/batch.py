"""What reading a file gives, a piece at a time: good rows as tables, bad rows with their cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from huanqiong.core.schema import OTHER, POSITIONS, STATIC

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total) in bytes of the file as stored, or in rows for Parquet."""

TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """A row or sentence that was set aside, for the side file."""

    where: str
    """`row N, byte B` in a text (the header is row 1; bytes from 0), `row N` in Parquet (from 0)."""
    cause: str
    text: str
    """What was there, at most 200 characters."""
    row: int | None = None
    column: str | None = None
    """The column's name as the file writes it; None where the whole row is at fault."""

    def as_dict(self) -> dict[str, str | int | None]:
        """The form of a line in `OUT.rejects.jsonl`."""
        row = {"where": self.where, "row": self.row, "column": self.column}
        return {**row, "cause": self.cause, "text": self.text}


@dataclass(frozen=True, slots=True)
class Batch:
    """One piece of a file, in file order; every table may be empty, none is ever missing."""

    positions: pa.Table = field(default_factory=POSITIONS.empty_table)
    static: pa.Table = field(default_factory=STATIC.empty_table)
    """Only what is new or changed for its MMSI since the file's last such row."""
    other: pa.Table = field(default_factory=OTHER.empty_table)
    rejects: list[Reject] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """`rows` (of raw sentences the decoder's `lines`, `sentences`, `messages`), `rejected`, and a number for
    each cause and each value that was taken as not available."""
    notes: tuple[str, ...] = ()
    """What had to be assumed, in words; the same in every piece of a file."""
    layout: str = ""
    """The layout it was read by, e.g. `dma`; `nmea0183` or `n2k` for raw sentences."""


def add_counts(into: dict[str, int], more: dict[str, int]) -> None:
    """Adds the numbers of `more` to those of `into`."""
    for name, n in more.items():
        into[name] = into.get(name, 0) + n


def shown(raw: bytes | str) -> str:
    """Text for a side file: at most 200 characters, line ends gone, bytes that are no UTF-8 as `\\xNN`."""
    if isinstance(raw, bytes):
        raw = raw[: TEXT_LIMIT * 4].decode("utf-8", errors="backslashreplace")
    return raw[:TEXT_LIMIT].rstrip("\r\n")
