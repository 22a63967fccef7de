"""NMEA 0183: whole lines in, tables out, by way of the compiled scanner."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from huanqiong.lines.sea.message.causes import CAUSES, OVERLONG
from huanqiong.lines.sea.message.columns import Tables, reject
from huanqiong.lines.sea.message.decoded import Decoded
from huanqiong.lines.sea.message.rows import N_HEAP, N_ROWS, NONE, make_rows
from huanqiong.lines.sea.message.scan import flush, scan
from huanqiong.lines.sea.message.state import (
    ARRIVED,
    CAUSE_0,
    GROUP_0,
    LINE,
    MESSAGES,
    SENTENCES,
    SKIPPED,
    UNUSED_N,
    make_state,
)

NOW_COUNTS = {
    "lines": LINE,
    "sentences": SENTENCES,
    "messages": MESSAGES,
    "unused": UNUSED_N,
    "skipped": SKIPPED,
}


class Nmea0183:
    """The state of one stream and the scratch its rows are written to."""

    def __init__(self, raw_sha256: str | None, t0_us: int | None, receiver: str | None) -> None:
        self._state = make_state(t0_us)
        self._rows = make_rows()
        self._tables = Tables(raw_sha256, receiver, len(self._rows.row))
        self._told: dict[str, int] = {}

    def block(self, data: bytes, base: int, arrived_us: int | None) -> Iterator[Decoded]:
        """Decode whole lines; `base` is the offset of the first byte."""
        buf = np.frombuffer(data, dtype=np.uint8)
        self._state.ints[ARRIVED] = NONE if arrived_us is None else arrived_us
        at = 0
        while at < len(buf):
            at = scan(buf, at, len(buf), base, *self._state, *self._rows)
            yield self._take()

    def overlong(self, offset: int, text: bytes) -> Decoded:
        """Count a line that was skipped for its length."""
        ints = self._state.ints
        ints[LINE] += 1
        ints[CAUSE_0 + OVERLONG] += 1
        part = self._take()
        part.rejects.append(reject(offset, int(ints[LINE]), OVERLONG, text))
        return part

    def finish(self) -> Decoded:
        """Set aside the parts that never met."""
        flush(self._state.ints, self._state.octets, *self._rows)
        return self._take()

    def _take(self) -> Decoded:
        """What the scanner wrote since the last time, as tables."""
        row, heap, used = self._rows
        part = self._tables.decoded(row[: used[N_ROWS]], heap[: used[N_HEAP]], self._counts())
        used[:] = 0
        return part

    def _counts(self) -> dict[str, int]:
        """What was counted since the last time."""
        total = {name: int(self._state.ints[field]) for name, field in NOW_COUNTS.items()}
        causes = self._state.ints[CAUSE_0:GROUP_0]
        total["rejected"] = int(causes.sum())
        total |= {CAUSES[i]: int(n) for i, n in enumerate(causes) if n}
        new = {name: n - self._told.get(name, 0) for name, n in total.items()}
        self._told = total
        return {name: n for name, n in new.items() if n or name in NOW_COUNTS or name == "rejected"}
