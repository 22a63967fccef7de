"""The original bytes that rows resolve to, cut out of a raw file: their lines and no other ship's.

Of sentences: each message with all its parts, and the line that tells its time where it stands apart. Of
tables: the header and the records. Of Parquet: the rows, all columns. Of JSON: the objects.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.feed.files import kind_of
from huanqiong.feed.files.raw import open_raw

BACK: Final = 1 << 13
"""How far before a sentence its time line is looked for, bytes."""
AHEAD: Final = 1 << 16
"""How far behind its beginning a message's last part or a record's end may lie, bytes."""
_PARTS: Final = re.compile(rb"[!][A-Z0-9]{2}VD[MO],([2-9]),1,(\d?),([AB12]?),")
_TIME: Final = re.compile(rb"\$(?:PGHP|PSTT|..ZDA|..RMC),|\\[^!]*\\?\s*$|[\[(\"']?\d[^!$]*$")
_STAMPED: Final = re.compile(rb"\*[0-9A-Fa-f]{2}.*\d{9}")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What was cut out: `pieces` are (place in `data`, offset in the raw text, length), in order."""

    suffix: str
    data: bytes
    pieces: tuple[tuple[int, int, int], ...]

    @property
    def offsets(self) -> dict[int, int]:
        """Place in the excerpt -> offset in the raw file."""
        return {at: offset for at, offset, _ in self.pieces}


def excerpt(raw: Path, offsets: Sequence[int]) -> Excerpt:
    """The bytes at these offsets of a kept raw file, with what is needed to read them."""
    wanted = sorted(set(offsets))
    source = open_raw(raw)
    head = source.head()
    kind = kind_of(head)
    if kind == "parquet":
        return _parquet(raw, wanted)
    kept: dict[int, bytes] = {0: head[: _line_end(head, 0)]} if kind == "csv" else {}
    for data, base, at in _windows(source.chunks(), wanted):
        if kind == "csv":
            found = [(at, _record_end(data, at))]
        elif kind == "json":
            found = [(at, _object_end(data, at))]
        else:
            found = _message(data, at)
        for a, b in found:
            kept[base + a] = data[a:b]
    return _joined({"csv": ".csv", "json": ".json"}.get(kind, ".nmea"), kept)


def _joined(suffix: str, kept: dict[int, bytes]) -> Excerpt:
    """The pieces, a line each; objects that go over several lines become a list."""
    listed = suffix == ".json" and any(b"\n" in data.strip() for data in kept.values())
    out, pieces, at = [b"[\n"] if listed else [], [], 2 if listed else 0
    for offset, data in sorted(kept.items()):
        pieces.append((at, offset, len(data)))
        whole = data if data.endswith((b"\n", b"\r")) else data + (b",\n" if listed else b"\n")
        out.append(whole)
        at += len(whole)
    return Excerpt(suffix, b"".join([*out, b"]\n"] if listed else out), tuple(pieces))


def _windows(chunks: Iterator[bytes], offsets: Sequence[int]) -> Iterator[tuple[bytes, int, int]]:
    """For each offset that lies in the text: (bytes around it, offset of their first, place in them)."""
    data, base = b"", 0
    for offset in offsets:
        while base + len(data) < offset + AHEAD:
            piece = next(chunks, None)
            if piece is None:
                break
            drop = min(max(0, offset - BACK - base), len(data))
            data, base = data[drop:] + piece, base + drop
        if offset < base + len(data):
            yield data, base, offset - base


def _line_end(data: bytes, at: int) -> int:
    """Behind the line's end; a lone CR ends a line where the text has no LF."""
    end = data.find(b"\n", at)
    if end < 0:
        end = data.find(b"\r", at)
    return len(data) if end < 0 else end + 1


def _record_end(data: bytes, at: int) -> int:
    """Behind the record's end: a line break inside quotes belongs to it."""
    end = _line_end(data, at)
    while data.count(b'"', at, end) % 2 and end < min(len(data), at + AHEAD):
        end = _line_end(data, end)
    return end


def _object_end(data: bytes, at: int) -> int:
    """Behind the JSON object that begins here; behind the line where it begins otherwise (a topic)."""
    if data[at : at + 1] != b"{":
        return _line_end(data, at)
    try:
        _, length = json.JSONDecoder().raw_decode(data[at : at + AHEAD].decode("latin-1"))
    except ValueError:
        return _line_end(data, at)
    return at + int(length)


def _message(data: bytes, at: int) -> list[tuple[int, int]]:
    """Where a message's lines lie: the time line before it if it carries none, and its further parts."""
    end = _line_end(data, at)
    line = data[at:end]
    out = [(at, end)]
    begin = line.find(b"!")
    timeless = begin >= 0 and not line[:begin].strip() and not _STAMPED.search(line)
    if timeless and (time_line := _time_before(data, at)) is not None:
        out.append(time_line)
    if match := _PARTS.search(line):
        out += _further_parts(data, end, int(match[1]), match[2], match[3])
    return out


def _time_before(data: bytes, at: int) -> tuple[int, int] | None:
    end = at
    while end > max(0, at - BACK):
        begin = data.rfind(b"\n", 0, end - 1) + 1
        if _TIME.match(data[begin:end].lstrip()):
            return begin, end
        end = begin
    return None


def _further_parts(data: bytes, at: int, total: int, group: bytes, channel: bytes) -> list[tuple[int, int]]:
    out = []
    number = 2
    while number <= total and at < len(data):
        end = _line_end(data, at)
        head = b",%d,%d,%s,%s," % (total, number, group, channel)
        if head in data[at:end]:
            out.append((at, end))
            number += 1
        at = end
    return out


def _parquet(raw: Path, rows: Sequence[int]) -> Excerpt:
    """The rows with all their columns, as a Parquet file of their own."""
    file = pq.ParquetFile(raw)
    wanted, at, parts = np.asarray(rows, np.int64), 0, []
    for group in range(file.num_row_groups):
        n = file.metadata.row_group(group).num_rows
        here = wanted[(wanted >= at) & (wanted < at + n)]
        if len(here):
            parts.append(file.read_row_group(group).take(pa.array(here - at)))
        at += n
    out = io.BytesIO()
    pq.write_table(pa.concat_tables(parts) if parts else file.schema_arrow.empty_table(), out)
    kept = [r for r in rows if r < at]
    return Excerpt(".parquet", out.getvalue(), tuple((i, r, 1) for i, r in enumerate(kept)))
