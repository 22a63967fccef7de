"""Bytes in, tables out, in any cut: the decoder that files and live feeds share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from huanqiong.core.errors import UsageError
from huanqiong.lines.sea.message.decoded import Decoded, joined
from huanqiong.lines.sea.message.n2k import Nmea2000
from huanqiong.lines.sea.message.nmea import Nmea0183
from huanqiong.lines.sea.message.scan import LINE_LIMIT

Format = Literal["nmea0183", "n2k"]
FORMATS: Final = ("nmea0183", "n2k")
BLOCK: Final = 4 << 20
"""Bytes decoded at a time, so that a huge feed needs no huge scratch."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(t: datetime | None) -> int | None:
    """Microseconds since 1970 of an aware time; None stays None.

    Raises `UsageError` for a time without a zone.
    """
    if t is None:
        return None
    if t.tzinfo is None:
        raise UsageError(f"the time {t.isoformat()} has no zone: write 2026-01-31T08:00:00+08:00 or ...Z")
    return (t - EPOCH) // timedelta(microseconds=1)


class Decoder:
    """Decodes a stream of sentences fed in pieces; any cut of the same bytes gives the same rows.

    `raw_sha256` names the raw file in each row. `t0` is the base time of streams that carry none, or only
    seconds. `format` is `nmea0183` (AIVDM) or `n2k` (NMEA 2000 as text). `receiver` is the station where the
    stream names none. `offset` is the byte of the raw file at which the first feed starts; of a .gz it counts
    in the uncompressed text.
    """

    def __init__(
        self,
        *,
        raw_sha256: str | None = None,
        t0: datetime | None = None,
        format: Format = "nmea0183",
        receiver: str | None = None,
        offset: int = 0,
    ) -> None:
        if format not in FORMATS:
            raise UsageError(f"format {format!r} is not known: use one of {', '.join(FORMATS)}")
        reader = Nmea2000 if format == "n2k" else Nmea0183
        self._reader = reader(raw_sha256, microseconds(t0), receiver)
        self._tail = b""
        self._at = offset  # of the tail's first byte
        self._skipping = False
        self._arrived: int | None = None

    def feed(self, data: bytes, *, arrived: datetime | None = None) -> Decoded:
        """Decode the lines that `data` completes. `arrived` is `t` of sentences that carry no time."""
        self._arrived = microseconds(arrived)
        parts: list[Decoded] = []
        for start in range(0, len(data), BLOCK):
            parts.extend(self._blocks(data[start : start + BLOCK]))
        return joined(parts)

    def finish(self) -> Decoded:
        """Decode a last line that has no end, and set aside parts that never met."""
        parts: list[Decoded] = []
        if self._tail:
            parts.extend(self._blocks(b"\n"))
        self._skipping = False
        parts.append(self._reader.finish())
        return joined(parts)

    def _blocks(self, data: bytes) -> Iterator[Decoded]:
        if self._skipping:
            end = data.find(b"\n")
            if end < 0:
                self._at += len(data)
                return
            self._skipping = False
            data = data[end + 1 :]
            self._at += end + 1
        data = self._tail + data
        end = data.rfind(b"\n") + 1
        if end:
            yield from self._reader.block(data[:end], self._at, self._arrived)
            self._at += end
        self._tail = data[end:]
        if len(self._tail) > LINE_LIMIT:
            yield self._reader.overlong(self._at, self._tail[:200])
            self._at += len(self._tail)
            self._tail = b""
            self._skipping = True


def decode(
    data: bytes,
    *,
    raw_sha256: str | None = None,
    t0: datetime | None = None,
    format: Format = "nmea0183",
    receiver: str | None = None,
) -> Decoded:
    """Decode a whole buffer."""
    decoder = Decoder(raw_sha256=raw_sha256, t0=t0, format=format, receiver=receiver)
    return joined([decoder.feed(data), decoder.finish()])
