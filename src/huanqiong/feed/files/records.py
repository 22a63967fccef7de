"""Cuts a text into CSV records, each with its byte offset and row number; bounded memory, any chunking.

Quotes count only where a field begins, as RFC 4180 has it, so a lone `"` in a ship's name does not swallow
the rows after it. A record longer than `longest` bytes is set aside and reading goes on at the next line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from huanqiong.feed.files.batch import Reject, shown
from huanqiong.feed.files.times import I8

LONGEST = 1 << 20


@dataclass(slots=True)
class Block:
    """Whole records: record i is `data[start[i]:end[i]]`, line end excluded; blank lines are left out."""

    data: bytes
    start: I8
    end: I8
    offset: I8
    """Byte of the record's start in the unpacked text."""
    row: I8
    """Number of the record, from 1; the header is one."""
    rejects: list[Reject] = field(default_factory=list)

    def text(self, i: int) -> bytes:
        """The bytes of record i."""
        return self.data[self.start[i] : self.end[i]]

    def packed(self) -> bytes:
        """All records in one piece, a line end after each."""
        if len(self.start) == 0:
            return b""
        if bool((self.start[1:] == self.end[:-1] + 1).all()):
            return self.data[self.start[0] : self.end[-1]] + b"\n"
        return b"".join(
            self.data[s:e] + b"\n" for s, e in zip(self.start.tolist(), self.end.tolist(), strict=True)
        )


@dataclass(slots=True)
class Records:
    """State of the cut: `carry` is the unfinished record, `at` its offset, `row` the number it will have."""

    delimiter: bytes
    longest: int = LONGEST
    carry: bytes = b""
    at: int = 0
    row: int = 1
    skipping: bool = False
    skipped: int = 0

    def cut(self, chunks: Iterator[bytes]) -> Iterator[Block]:
        """Blocks of the chunks' records. The last record needs no line end."""
        for chunk in chunks:
            if block := self._feed(chunk.replace(b"\0", b" ")):
                yield block
        if self.skipping:
            yield _only(self._overlong(b""))
        elif self.carry.strip() and (block := self._lines(self.carry, final=True)):
            yield block

    def _feed(self, chunk: bytes) -> Block | None:
        if self.skipping:
            end = chunk.find(b"\n")
            if end < 0:
                self.skipped += len(chunk)
                return None
            self.skipped += end
            reject = self._overlong(b"")
            self.at += self.skipped + 1
            self.skipping, self.skipped, self.carry = False, 0, b""
            self.row += 1
            block = self._feed(chunk[end + 1 :])
            if block is None:
                return _only(reject)
            block.rejects.insert(0, reject)
            return block
        data = self.carry + chunk if self.carry else chunk
        return self._lines(data, final=False)

    def _lines(self, data: bytes, *, final: bool) -> Block | None:
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
        if final and not data.endswith(b"\n"):
            ends = np.append(ends, len(data))
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        if b'"' in data:
            starts, ends, held = self._join(data, starts, ends, final)
        else:
            held = int(ends[-1]) + 1 if len(ends) else 0
        rest = data[held:] if not final else b""
        block = self._pack(data, starts, ends)
        self.at += held
        self.carry = rest
        if len(rest) > self.longest:
            self.skipping, self.skipped, self.carry = True, len(rest), rest[:400]
        return block if len(block.start) or block.rejects else None

    def _join(self, data: bytes, starts: I8, ends: I8, final: bool) -> tuple[I8, I8, int]:
        """Joins lines that a quoted field spans: starts, ends, and where the unfinished rest begins.

        A field that does not close within `longest` bytes joins nothing: its line stands alone.
        """
        quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == 34)
        per_line = np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)
        suspect = np.flatnonzero(per_line % 2 == 1).tolist()
        keep = np.ones(len(starts), bool)
        ends = ends.copy()
        done = -1
        for first in suspect:
            if first <= done or not _ends_open(data[starts[first] : ends[first]], self.delimiter, False):
                continue
            last, open_ = first, True
            while open_ and last + 1 < len(starts) and ends[last] - starts[first] <= self.longest:
                last += 1
                open_ = _ends_open(data[starts[last] : ends[last]], self.delimiter, True)
            if not open_:
                keep[first + 1 : last + 1] = False
                ends[first] = ends[last]
                done = last
            elif last + 1 >= len(starts) and not final and len(data) - starts[first] <= self.longest:
                keep[first:] = False
                return starts[keep], ends[keep], int(starts[first])
        return starts[keep], ends[keep], (int(ends[-1]) + 1 if len(ends) else 0)

    def _pack(self, data: bytes, starts: I8, ends: I8) -> Block:
        rejects: list[Reject] = []
        if len(ends) and b"\r" in data:
            raw = np.frombuffer(data, np.uint8)
            cr = (ends > starts) & (raw[np.maximum(ends - 1, 0)] == 13)
            ends = ends - cr
        rows = np.arange(self.row, self.row + len(starts), dtype=np.int64)
        self.row += len(starts)
        filled = ends > starts
        starts, ends, rows = starts[filled], ends[filled], rows[filled]
        fits = ends - starts <= self.longest
        for i in np.flatnonzero(~fits).tolist():
            text = data[starts[i] : starts[i] + 400]
            rejects.append(self._overlong(text, int(rows[i]), self.at + int(starts[i])))
        return Block(data, starts[fits], ends[fits], starts[fits] + self.at, rows[fits], rejects)

    def _overlong(self, text: bytes, row: int | None = None, at: int | None = None) -> Reject:
        row, at = row or self.row, self.at if at is None else at
        return Reject(
            f"row {row}, byte {at}",
            f"line is longer than {self.longest} bytes",
            shown(text or self.carry),
            row,
        )


def _only(reject: Reject) -> Block:
    none = np.zeros(0, np.int64)
    return Block(b"", none, none, none, none, [reject])


def _ends_open(line: bytes, delimiter: bytes, inside: bool) -> bool:
    """Whether a quoted field is still open at the line's end, given that it was (`inside`) at its start."""
    at, size = 0, len(line)
    field_starts = not inside
    while at < size:
        if inside:
            close = line.find(b'"', at)
            if close < 0:
                return True
            if line[close + 1 : close + 2] == b'"':
                at = close + 2
                continue
            inside, field_starts, at = False, False, close + 1
        elif field_starts and line[at : at + 1] == b'"':
            inside, at = True, at + 1
        else:
            comma = line.find(delimiter, at)
            if comma < 0:
                return False
            at, field_starts = comma + 1, True
    return inside
