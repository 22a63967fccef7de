"""From bytes in a part to rows that know where in the part they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from huanqiong.feed.files import kind_of
from huanqiong.lake.incoming import Part
from huanqiong.lake.incoming import Piece as Kept
from huanqiong.lake.positions import Lake
from huanqiong.lines.sea.message import Decoded, Decoder

TOGETHER: Final = timedelta(milliseconds=100)
"""Pieces of one sender that came within this time are decoded at once, as of the first one's arrival.

A decoder's call costs a millisecond whatever it holds; datagrams come by the thousand.
"""


class Stream:
    """One sender: its decoder, made when its first bytes show what it speaks, and where its pieces lie."""

    def __init__(self) -> None:
        self.decoder: Decoder | None = None
        self.fed = 0
        self._part: object = None
        self._starts: list[int] = []
        self._offsets: list[int] = []

    def feed(self, pieces: list[Kept], part: object) -> Decoded:
        """Decodes what pieces of `part` complete; `raw_offset` counts in the part.

        A row begun in an earlier part has neither offset nor file.
        """
        if part != self._part:
            self._part, self._starts, self._offsets = part, [], []
        for p in pieces:
            self._starts.append(self.fed)
            self._offsets.append(p.offset)
            self.fed += len(p.data)
        data = b"".join(p.data for p in pieces)
        if self.decoder is None:
            begun = self.fed - len(data)
            self.decoder = Decoder(format="n2k" if kind_of(data) == "n2k" else "nmea0183", offset=begun)
        got = self.decoder.feed(data, arrived=pieces[0].arrived)
        placed = [self._placed(t) for t in (got.positions, got.other)]
        return Decoded(placed[0], got.static, placed[1], got.rejects, got.counts)

    def forget(self) -> None:
        """Begins with a new decoder: the old one failed."""
        self.decoder = None

    def _placed(self, table: pa.Table) -> pa.Table:
        if not table.num_rows:
            return table
        at = table.schema.get_field_index("raw_offset")
        offset = table.column(at).to_numpy(zero_copy_only=False).astype(np.float64)
        known = ~np.isnan(offset)
        sent = np.where(known, offset, 0).astype(np.int64)
        i = np.searchsorted(np.array(self._starts), sent, side="right") - 1
        shift = np.array(self._offsets) - np.array(self._starts)
        known &= i >= 0
        values = pa.array(sent + shift[np.maximum(i, 0)], pa.int64(), mask=~known)
        return table.set_column(at, table.schema.field(at), values)


def together(pieces: Iterable[Kept]) -> list[tuple[str, list[Kept]]]:
    """(sender, its pieces that came together), each sender's in its order."""
    out: list[tuple[str, list[Kept]]] = []
    open_: dict[str, list[Kept]] = {}
    for p in pieces:
        group = open_.get(p.sender)
        if group is None or p.arrived - group[0].arrived > TOGETHER:
            group = open_[p.sender] = []
            out.append((p.sender, group))
        group.append(p)
    return out


@dataclass
class Rows:
    """Decoded tables, in order."""

    positions: list[pa.Table] = field(default_factory=list)
    other: list[pa.Table] = field(default_factory=list)
    static: list[pa.Table] = field(default_factory=list)

    def add(self, got: Decoded) -> None:
        """Takes over what is not empty."""
        for mine, table in (
            (self.positions, got.positions),
            (self.other, got.other),
            (self.static, got.static),
        ):
            if table.num_rows:
                mine.append(table)

    def store(self, lake: Lake, sha: str) -> None:
        """Brings the rows of the part that became object `sha` into the lake; again changes nothing."""
        source = f"feed:{sha}"
        if self.positions:
            lake.append(_named(pa.concat_tables(self.positions), sha), source_id=source)
        if self.other:
            lake.append_other(_named(pa.concat_tables(self.other), sha), source_id=source)
        if self.static:
            lake.append_static(pa.concat_tables(self.static), source_id=source)


@dataclass
class OpenPart:
    """A source's part with the rows decoded from it so far."""

    part: Part
    opened: datetime
    rows: Rows = field(default_factory=Rows)


def decode_again(pieces: list[Kept]) -> Rows:
    """The rows of a part that a stopped process left."""
    streams: dict[str, Stream] = {}
    rows = Rows()
    for sender, group in together(pieces):
        rows.add(streams.setdefault(sender, Stream()).feed(group, "left"))
    return rows


def _named(table: pa.Table, sha: str) -> pa.Table:
    at = table.schema.get_field_index("raw_sha256")
    known = table.column("raw_offset").is_valid().to_numpy(zero_copy_only=False)
    names = pa.array(np.where(known, sha, None), pa.string())
    return table.set_column(at, table.schema.field(at), names)
