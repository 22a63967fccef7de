"""Bytes in, tables out, in any cut: the decoder files and live feeds share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from huanqiong.lines.sea.message.decoded import Decoded, empty, joined

Format = Literal["nmea0183", "n2k"]


class Decoder:
    """Decodes a stream of sentences fed in pieces; any cut of the same bytes gives the same rows.

    `raw_sha256` names the raw file in each row. `t0` is the time of day zero for files that carry none, or only
    seconds. `format` is `nmea0183` (AIVDM) or `n2k` (NMEA 2000 as text).
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
        self.raw_sha256, self.t0, self.format = raw_sha256, t0, format
        self.receiver, self.offset = receiver, offset

    def feed(self, data: bytes, *, arrived: datetime | None = None) -> Decoded:
        """Decode what `data` completes. `arrived` is `t` for sentences that carry no time of their own."""
        return empty()

    def finish(self) -> Decoded:
        """Decode a last line without an end and report parts that never met."""
        return empty()


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
