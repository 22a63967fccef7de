"""What a live feed sends, kept as it came before anything is made of it.

    incoming/NAME.part      the bytes, in order of arrival
    incoming/NAME.arrivals  a line a piece: byte offset, microseconds of arrival, who sent it

A part is open until it is sealed: then its bytes become an object and the two files go. A part found at
the start belongs to a process that was killed; `leftovers` gives its pieces back, so nothing is lost.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huanqiong.lake.durable import store_error
from huanqiong.lake.objects import Objects

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrived together at `offset` of their part."""

    offset: int
    arrived: datetime
    sender: str
    data: bytes


class Part:
    """One open part. Not for several threads at once."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        stem = directory / f"{os.getpid()}-{time.time_ns()}"
        self.path, self.arrivals = stem.with_suffix(".part"), stem.with_suffix(".arrivals")
        self._bytes = self.path.open("xb")
        fcntl.flock(self._bytes, fcntl.LOCK_EX)  # until this process ends, however it ends
        self._when = self.arrivals.open("x")
        self.size = 0

    def add(self, data: bytes, arrived: datetime, sender: str) -> int:
        """Writes a piece; returns its offset. Durable after `sync`."""
        offset = self.size
        try:
            self._when.write(f"{offset} {(arrived - _EPOCH) // timedelta(microseconds=1)} {sender}\n")
            self._bytes.write(data)
        except OSError as e:
            raise store_error(e, self.path) from e
        self.size += len(data)
        return offset

    def sync(self) -> None:
        """Returns when what was added is on the disk."""
        try:
            for file in (self._when, self._bytes):
                file.flush()
                os.fsync(file.fileno())
        except OSError as e:
            raise store_error(e, self.path) from e

    def seal(self, objects: Objects) -> str:
        """Makes the part an object; returns its SHA-256. `drop` it once its rows are stored, then `close`."""
        self.sync()
        return objects.put(self.path)

    def close(self) -> None:
        """Lets go of the part: until it is dropped it is left over, for anyone to take up."""
        with suppress(OSError):  # what was synced is there; more was not promised
            self._when.close()
        with suppress(OSError):
            self._bytes.close()

    def drop(self) -> None:
        """Removes the part's files: its bytes are an object and its rows are stored."""
        self.path.unlink(missing_ok=True)
        self.arrivals.unlink(missing_ok=True)


def leftovers(directory: Path) -> Iterator[tuple[Path, list[Piece]]]:
    """Parts that no running process holds, oldest first, with their pieces."""
    for path in sorted(directory.glob("*.part")):
        if _held(path):
            continue
        data = path.read_bytes()
        marks = []
        arrivals = path.with_suffix(".arrivals")
        for line in arrivals.read_text().splitlines() if arrivals.exists() else []:
            fields = line.split(" ", 2)
            if (
                len(fields) == 3
                and fields[0].isdigit()
                and fields[1].isdigit()
                and int(fields[0]) < len(data)
            ):
                marks.append((int(fields[0]), _EPOCH + timedelta(microseconds=int(fields[1])), fields[2]))
        if data and (not marks or marks[0][0] > 0):
            # When they came is lost: the file's own time is the latest it can have been.
            marks.insert(0, (0, datetime.fromtimestamp(path.stat().st_mtime, UTC), "unknown"))
        ends = [m[0] for m in marks[1:]] + [len(data)]
        yield path, [Piece(*m, data[m[0] : end]) for m, end in zip(marks, ends, strict=True)]


def forget(path: Path) -> None:
    """Removes a leftover part whose rows are stored."""
    path.unlink(missing_ok=True)
    path.with_suffix(".arrivals").unlink(missing_ok=True)


def _held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
