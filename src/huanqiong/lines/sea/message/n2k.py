"""NMEA 2000 logs: whole lines in, tables out, with fast packets put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from huanqiong.core.schema import OTHER, POSITIONS, STATIC
from huanqiong.lines.sea.message.causes import CAUSES, FRAME, NO_SENTENCE, OVERLONG, SHORT
from huanqiong.lines.sea.message.columns import AIS, reject
from huanqiong.lines.sea.message.decoded import Decoded, Reject
from huanqiong.lines.sea.message.n2k_lines import Frame, dated, parse, pgn_of
from huanqiong.lines.sea.message.n2k_reports import REPORTS, Row, ShortError
from huanqiong.lines.sea.message.scan import LINE_LIMIT

SCHEMAS: Final = {"positions": POSITIONS, "static": STATIC, "other": OTHER}
COUNTS: Final = ("lines", "sentences", "messages", "unused", "skipped", "rejected")


class _Packet:
    """A fast packet whose frames are still coming."""

    def __init__(self, size: int, data: bytes, offset: int, line: int, text: bytes, t_us: int | None) -> None:
        self.size, self.data, self.next = size, data, 1
        self.offset, self.line, self.text, self.t_us = offset, line, text, t_us


class Nmea2000:
    """The state of one stream."""

    def __init__(self, raw_sha256: str | None, t0_us: int | None, receiver: str | None) -> None:
        self._raw, self._receiver, self._latest = raw_sha256, receiver, t0_us
        self._packets: dict[tuple[int, int, int], _Packet] = {}
        self._line = 0
        self._arrived: int | None = None
        self._clear()

    def _clear(self) -> None:
        self._rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
        self._rejects: list[Reject] = []
        self._counts = dict.fromkeys(COUNTS, 0)

    def block(self, data: bytes, base: int, arrived_us: int | None) -> Iterator[Decoded]:
        """Decode whole lines; `base` is the offset of the first byte."""
        self._arrived = arrived_us
        at = base
        for raw in _lines(data):
            self._line += 1
            self._counts["lines"] += 1
            self._one(raw, at)
            at += len(raw)
        yield self._take()

    def overlong(self, offset: int, text: bytes) -> Decoded:
        """Count a line that was skipped for its length."""
        self._line += 1
        self._counts["lines"] += 1
        self._reject(OVERLONG, offset, self._line, text)
        return self._take()

    def finish(self) -> Decoded:
        """Set aside the packets that lack frames."""
        for packet in sorted(self._packets.values(), key=lambda p: p.offset):
            self._reject(FRAME, packet.offset, packet.line, packet.text)
        self._packets.clear()
        return self._take()

    def _one(self, raw: bytes, offset: int) -> None:
        if len(raw) - 1 > LINE_LIMIT:
            self._reject(OVERLONG, offset, self._line, raw)
            return
        line = raw.strip()
        if not line or line.startswith(b"#"):
            self._counts["skipped"] += 1
            return
        pgn = pgn_of(line)
        if pgn is not None and pgn not in REPORTS:
            self._counts["skipped"] += 1
            return
        frame = parse(line)
        if frame is None:
            self._reject(NO_SENTENCE, offset, self._line, line)
        elif frame.pgn not in REPORTS:
            self._counts["skipped"] += 1
        else:
            self._counts["sentences"] += 1
            self._frame(frame, offset, line)

    def _frame(self, frame: Frame, offset: int, line: bytes) -> None:
        t_us = self._time(frame)
        if frame.whole:
            self._report(frame.pgn, frame.data, t_us, offset, self._line, line)
            return
        if len(frame.data) < 2:
            self._reject(SHORT, offset, self._line, line)
            return
        sequence, number = frame.data[0] >> 5, frame.data[0] & 0x1F
        key = (frame.source, frame.pgn, sequence)
        packet = self._packets.get(key)
        if number == 0:
            if packet is not None:
                self._reject(FRAME, packet.offset, packet.line, packet.text)
            packet = _Packet(frame.data[1], frame.data[2:], offset, self._line, line, t_us)
            self._packets[key] = packet
        elif packet is None:
            self._reject(FRAME, offset, self._line, line)
            return
        elif packet.next != number:
            self._reject(FRAME, packet.offset, packet.line, packet.text)
            del self._packets[key]
            return
        else:
            packet.data += frame.data[1:]
            packet.next += 1
        if len(packet.data) >= packet.size:
            del self._packets[key]
            data = packet.data[: packet.size]
            self._report(frame.pgn, data, packet.t_us, packet.offset, packet.line, packet.text)

    def _time(self, frame: Frame) -> int | None:
        if frame.t_us is not None:
            return frame.t_us
        if frame.time_of_day_us is not None and self._latest is not None:
            self._latest = dated(frame.time_of_day_us, self._latest)
            return self._latest
        return self._arrived

    def _report(self, pgn: int, data: bytes, t_us: int | None, offset: int, number: int, line: bytes) -> None:
        try:
            rows = REPORTS[pgn](data)
        except ShortError:
            self._reject(SHORT, offset, number, line)
            return
        self._counts["messages"] += 1
        if not rows:
            self._counts["unused"] += 1
        origin = {"receiver": self._receiver, "raw_sha256": self._raw, "raw_offset": offset}
        for table, row in rows:
            row["t"] = t_us
            if table != "static":
                row |= origin
            if table == "positions":
                row |= {"source": AIS, "device": str(row["mmsi"])}
            self._rows[table].append(row)

    def _reject(self, cause: int, offset: int, number: int, line: bytes) -> None:
        self._rejects.append(reject(offset, number, cause, line.rstrip()[:200]))
        self._counts["rejected"] += 1
        name = CAUSES[cause]
        self._counts[name] = self._counts.get(name, 0) + 1

    def _take(self) -> Decoded:
        tables = {
            name: pa.Table.from_pylist(rows, schema=SCHEMAS[name]) if rows else SCHEMAS[name].empty_table()
            for name, rows in self._rows.items()
        }
        part = Decoded(**tables, rejects=self._rejects, counts=self._counts)
        self._clear()
        return part


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends; only LF ends a line."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]]
