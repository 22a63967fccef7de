"""A bundle of files whose bytes follow from its members alone, so that a change anywhere shows.

It is a plain ZIP that any program opens: members uncompressed, in the order of their names, with one fixed
time, nothing before, between or behind them. The same members give the same bytes on every machine, and a
file that is not exactly those bytes is refused. Nothing is unpacked, so nothing can swell.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.lake.durable import write_file

LARGEST: Final = (1 << 32) - 2
"""Bytes in a bundle: beyond, a ZIP needs another form."""
MOST: Final = 65_534
"""Members in a bundle, for the same reason."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}")
_DAY: Final = 33  # 1 January 1980, the first day a ZIP can name
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_MODE: Final = 0o100644 << 16
_AGAIN: Final = "Ask whoever exported it for the file as it was exported"


def encode(members: Mapping[str, bytes]) -> Iterator[bytes]:
    """The bundle's bytes, piece by piece. InputError: a name no bundle may have, or too much in it."""
    if len(members) > MOST or sum(map(len, members.values())) + 256 * len(members) > LARGEST:
        raise InputError(
            "too much for one bundle", remedy="Leave something out: it may hold 4 GB in 65,534 members"
        )
    directory, at = [], 0
    for name in sorted(members):
        data = members[name]
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r} is no member's name", remedy="Use letters, digits and . _ - /")
        head = _head(name, zlib.crc32(data), len(data))
        directory.append(_entry(name, zlib.crc32(data), len(data), at))
        at += len(head) + len(data)
        yield head
        yield data
    yield _tail(directory, at)


def write(path: Path, members: Mapping[str, bytes]) -> None:
    """Puts the bundle there at once or not at all."""

    def pieces(out: IO[bytes]) -> None:
        for piece in encode(members):
            out.write(piece)

    write_file(path, pieces)


def read(path: Path) -> dict[str, bytes]:
    """The members by name. InputError: no bundle at all. IntegrityError: changed, with where."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as e:
        raise InputError(
            e.strerror or str(e), where=str(path), remedy="Give a file that can be read"
        ) from None
    if size > LARGEST or data[:4] != _LOCAL_MARK:
        raise InputError(
            "this is no evidence bundle",
            where=str(path),
            remedy="Give the file that `hq evidence export` wrote",
        )
    return decode(data)


def decode(data: bytes) -> dict[str, bytes]:
    """The members of a bundle's bytes; IntegrityError names what is not as it was written."""
    members: dict[str, bytes] = {}
    directory, at, last = [], 0, ""
    while data[at : at + 4] == _LOCAL_MARK:
        head = data[at : at + _LOCAL.size]
        if len(head) < _LOCAL.size:
            raise _changed(at, last, "it is cut off")
        _, _, _, method, _, _, crc, packed, size, name_size, extra = _LOCAL.unpack(head)
        begin = at + _LOCAL.size + name_size
        name = data[at + _LOCAL.size : begin].decode("ascii", errors="replace")
        if not _NAME.fullmatch(name):
            raise _changed(at, last, f"a member is called {name[:80]!r}, which no bundle has")
        if method or packed != size:
            raise _changed(at, last, f"{name} is compressed: the file was packed again by another program")
        if name <= last:
            raise _changed(at, last, f"{name} stands twice or out of order")
        if begin + size > len(data):
            raise _changed(at, last, f"{name} is cut off")
        if data[at:begin] != _head(name, crc, size) or extra:
            raise _changed(at, last, f"what stands before {name} was changed")
        body = data[begin : begin + size]
        if zlib.crc32(body) != crc:
            raise IntegrityError(f"{name}: its bytes were changed (checksum). {_AGAIN}.")
        members[name] = body
        directory.append(_entry(name, crc, size, at))
        at, last = begin + size, name
    if data[at:] != _tail(directory, at):
        raise _changed(at, last, "the list of members was changed, cut off, or something was added")
    return members


def _changed(at: int, after: str, what: str) -> IntegrityError:
    where = f"byte {at:,}" + (f", after {after}" if after else "")
    return IntegrityError(f"The bundle was changed at {where}: {what}. {_AGAIN}.")


def _head(name: str, crc: int, size: int) -> bytes:
    raw = name.encode()
    return _LOCAL.pack(_LOCAL_MARK, 20, 0, 0, 0, _DAY, crc, size, size, len(raw), 0) + raw


def _entry(name: str, crc: int, size: int, at: int) -> bytes:
    raw = name.encode()
    made_by = (3 << 8) | 20
    fields = (made_by, 20, 0, 0, 0, _DAY, crc, size, size, len(raw), 0, 0, 0, 0, _MODE, at)
    return _CENTRAL.pack(_CENTRAL_MARK, *fields) + raw


def _tail(directory: list[bytes], at: int) -> bytes:
    whole = b"".join(directory)
    return whole + _END.pack(_END_MARK, 0, 0, len(directory), len(directory), len(whole), at, 0)
