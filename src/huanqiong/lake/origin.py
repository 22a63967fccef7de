"""From a stored row back to the bytes it came from."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import IntegrityError, MissingError
from huanqiong.lake.objects import Objects

LINE_LIMIT = 1 << 16
"""Longest excerpt, bytes."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from. `path` and `raw` are None where the raw file is not kept in the store.

    `raw` is the line at the offset as received, without its end (of a message in parts: its first line);
    for a Parquet file the row as text.
    """

    raw_sha256: str
    raw_offset: int
    path: Path | None
    raw: bytes | None


def origin(row: Mapping[str, Any], objects: Objects) -> Origin:
    """The origin of a row with `raw_sha256` and `raw_offset`.

    Errors: MissingError when the row names no raw file; IntegrityError when the offset lies outside it.
    """
    sha256, offset = row.get("raw_sha256"), row.get("raw_offset")
    if sha256 is None or offset is None:
        raise MissingError("This row names no raw file: it came from a table that did not carry it.")
    if not objects.has(sha256):
        return Origin(sha256, offset, None, None)
    path = objects.where(sha256)
    raw = _excerpt(path, offset)
    if raw is None:
        raise IntegrityError(
            f"{path}: there is nothing at byte {offset}: row and raw file do not belong together."
        )
    return Origin(sha256, offset, path, raw)


def _excerpt(path: Path, offset: int) -> bytes | None:
    with path.open("rb") as f:
        magic = f.read(4)
        f.seek(0)
        if magic == b"PAR1":
            return _parquet_row(f, offset)
        if magic == b"PK\x03\x04":
            with zipfile.ZipFile(f) as z, z.open(z.namelist()[0]) as inner:
                return _line(iter(lambda: inner.read(_PIECE), b""), offset)
        if magic == b"\x28\xb5\x2f\xfd":
            with pa.CompressedInputStream(pa.PythonFile(f), "zstd") as stream:
                return _line(iter(lambda: stream.read(_PIECE), b""), offset)
        if magic[:2] == b"\x1f\x8b":
            return _line(_gunzip(f), offset)
        f.seek(offset)
        return f.read(LINE_LIMIT).split(b"\n", 1)[0].rstrip(b"\r") or None


def _gunzip(f: IO[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=31)
    while packed := f.read(_PIECE):
        while packed:
            try:
                piece = unpack.decompress(packed, _PIECE)
            except zlib.error:
                return
            packed = unpack.unconsumed_tail
            if piece:
                yield piece
            if unpack.eof and (packed := unpack.unused_data.lstrip(b"\0")):
                unpack = zlib.decompressobj(wbits=31)


def _line(pieces: Iterator[bytes], offset: int) -> bytes | None:
    at, held = 0, b""
    for piece in pieces:
        if at + len(piece) > offset:
            held += piece[max(0, offset - at) :]
            if b"\n" in held or len(held) >= LINE_LIMIT:
                break
        at += len(piece)
    return held[:LINE_LIMIT].split(b"\n", 1)[0].rstrip(b"\r") or None


def _parquet_row(f: IO[bytes], row: int) -> bytes | None:
    file, at = pq.ParquetFile(f), 0
    for g in range(file.num_row_groups):
        n = file.metadata.row_group(g).num_rows
        if at <= row < at + n:
            values = file.read_row_group(g).slice(row - at, 1).to_pylist()[0]
            return ", ".join(f"{k}={v!r}" for k, v in values.items()).encode()
        at += n
    return None
