"""What arrives on a line: pieces of whole lines, joined from any cut, in batches with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LINE_LIMIT = 65_536
"""Bytes a line may have. An AIS sentence has at most 82, with a tag block about 170: longer is noise."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of one sender, as they came."""

    source: str
    """Name of the listener's source, as in its health."""
    sender: str
    """`host:port` that sent it. A TCP connection or a UDP sender is one stream of sentences."""
    arrived: datetime
    """When its last byte was received, aware UTC."""
    data: bytes
    """Ends with a line feed; one is added where a datagram or a closing connection left it out."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces in order of arrival. `number` counts from 1; give it to `acknowledge` when they are safe."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(len(p.data) for p in self.pieces)


class LineJoiner:
    """Gives whole lines from a stream cut anywhere; never holds more than one line of `limit` bytes.

    A longer line is dropped to its end and counted in `too_long`.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self.limit = limit
        self.too_long = 0
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> bytes:
        """The whole lines that `data` completes, with their line feeds; b"" when none."""
        if self._skipping:
            end = data.find(b"\n")
            if end < 0:
                return b""
            data, self._skipping = data[end + 1 :], False
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return b""
        whole = bytes(self._rest + data[: end + 1])
        self._rest.clear()
        self._keep(data[end + 1 :])
        return whole if len(whole) <= self.limit else self._without_long(whole)

    def finish(self) -> bytes:
        """A last line without its end, closed with a line feed; b"" when there is none."""
        rest, self._skipping = bytes(self._rest), False
        self._rest.clear()
        return rest + b"\n" if rest else b""

    def _keep(self, rest: bytes) -> None:
        self._rest += rest
        if len(self._rest) > self.limit:
            self.too_long += 1
            self._skipping = True
            self._rest.clear()

    def _without_long(self, whole: bytes) -> bytes:
        lines = whole.split(b"\n")[:-1]
        kept = [line for line in lines if len(line) <= self.limit]
        self.too_long += len(lines) - len(kept)
        return b"".join(line + b"\n" for line in kept)
