"""The file as stored: its SHA-256, and its text in pieces whatever it is packed in.

A file cut off in the middle gives its good part; `damage` then says what happened.
"""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from huanqiong.core.errors import InputError
from huanqiong.feed.files.batch import Progress

Packing = Literal["plain", "gzip", "zstd", "zip"]
CHUNK = 8 << 20
STEP = 1 << 16
"""Unpacked at a time: no more than this is lost before the place where a packing is broken."""
_UNREAD = (EOFError, OSError, ValueError, NotImplementedError, RuntimeError, IndexError, lzma.LZMAError)
"""What zipfile raises of archives that are bent, encrypted or of an unknown packing."""
_MAGIC: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
)


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """SHA-256 of a file's bytes as stored, in hex."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as f:
        while piece := f.read(CHUNK):
            digest.update(piece)
            done += len(piece)
            if progress:
                progress("hash", done, total)
    return digest.hexdigest()


@dataclass(slots=True)
class Raw:
    """One raw file. `damage` is None until reading finds the packing cut off or broken."""

    path: Path
    size: int
    packing: Packing
    damage: str | None = None

    def chunks(self, size: int = CHUNK, progress: Progress | None = None) -> Iterator[bytes]:
        """The unpacked text in pieces of about `size` bytes, never empty ones."""
        if self.packing == "plain":
            yield from self._plain(size, progress)
            return
        unpack = {"gzip": self._gzip, "zstd": self._zstd, "zip": self._zip}[self.packing]
        held = bytearray()
        for piece in unpack(progress):
            held += piece
            if len(held) >= size:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)

    def head(self, size: int = 1 << 16) -> bytes:
        """The first bytes of the unpacked text."""
        got = b""
        for piece in self.chunks(size):
            got += piece
            if len(got) >= size:
                break
        if got:
            self.damage = None
        return got[:size]

    def _plain(self, size: int, progress: Progress | None) -> Iterator[bytes]:
        done = 0
        with self.path.open("rb") as f:
            while piece := f.read(size):
                yield piece
                done += len(piece)
                if progress:
                    progress("read", done, self.size)

    def _gzip(self, progress: Progress | None) -> Iterator[bytes]:
        with self.path.open("rb") as f:
            unpack = zlib.decompressobj(wbits=31)
            while packed := f.read(1 << 20):
                while packed:
                    try:
                        piece = unpack.decompress(packed, STEP)
                    except zlib.error as e:
                        self.damage = f"the gzip data is broken before byte {f.tell():,}: {e}"
                        return
                    packed = unpack.unconsumed_tail
                    if piece:
                        yield piece
                    if unpack.eof:
                        packed = unpack.unused_data.lstrip(b"\0")
                        if packed:
                            unpack = zlib.decompressobj(wbits=31)
                if progress:
                    progress("read", f.tell(), self.size)
            if not unpack.eof:
                if rest := unpack.flush():
                    yield rest
                self.damage = f"the gzip data ends early, at byte {self.size:,}"

    def _zstd(self, progress: Progress | None) -> Iterator[bytes]:
        with pa.OSFile(str(self.path)) as f, pa.CompressedInputStream(f, "zstd") as stream:
            while True:
                try:
                    piece = stream.read(STEP)
                except OSError as e:
                    self.damage = f"the zstd data is cut off or broken: {e}"
                    return
                if not piece:
                    return
                yield piece
                if progress:
                    progress("read", f.tell(), self.size)

    def _zip(self, progress: Progress | None) -> Iterator[bytes]:
        try:
            with zipfile.ZipFile(self.path) as z:
                names = [i.filename for i in z.infolist() if not i.is_dir()]
                if len(names) != 1:
                    raise InputError(
                        f"the zip holds {len(names)} files ({', '.join(names[:5])})",
                        where=str(self.path),
                        remedy="Unpack it and load the files one by one: a row must lead back to one text",
                    )
                total, done = z.getinfo(names[0]).file_size, 0
                with z.open(names[0]) as f:
                    while piece := f.read(STEP):
                        yield piece
                        done += len(piece)
                        if progress:
                            progress("read", done, total)
        except (zipfile.BadZipFile, zlib.error, struct.error, *_UNREAD) as e:
            self.damage = f"the zip is cut off or broken: {e}"


def open_raw(path: Path) -> Raw:
    """The file, with its packing found by its first bytes. InputError: not there, not readable, or empty."""
    try:
        size = path.stat().st_size
        with path.open("rb") as f:
            magic = f.read(4)
    except OSError as e:
        raise InputError(
            f"cannot be read ({e.strerror})", where=str(path), remedy="Check the path and your rights"
        ) from None
    if size == 0:
        raise InputError("the file is empty", where=str(path), remedy="Fetch or export it again")
    for start, packing in _MAGIC:
        if magic.startswith(start):
            return Raw(path, size, packing)
    return Raw(path, size, "plain")
