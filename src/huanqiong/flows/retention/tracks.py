"""Rows of the lake: their class by what reported them, and which of them stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.desk.registry.models import Vessel
from huanqiong.desk.trust.retention import KeptClass, RetentionBook
from huanqiong.flows.retention.guards import Fixes
from huanqiong.flows.retention.tally import Tally
from huanqiong.lake.forget import I2, Piece
from huanqiong.lake.manifest import Kind
from huanqiong.lake.rows import LOWEST, whole

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


class Tracks:
    """The lake's rows of one kind under the table. `codes` numbers the classes as `choose` does."""

    def __init__(self, kind: Kind, book: RetentionBook, stays: Fixes, now: datetime) -> None:
        self.kind, self.book, self.stays, self.now = kind, book, stays, now
        self.codes = [c.code for c in book.classes.values() if kind in c.lake]
        self.tallies: dict[str, Tally] = {c: Tally(book.classes[c]) for c in self.codes}
        lengths = Vessel.objects.exclude(mmsi=None).values_list("mmsi", "said_length_m")
        known = [(m, n) for m, n in lengths if n]
        self._small = pa.array(sorted(m for m, n in known if n < book.small_below_m), pa.int64())
        self._large = pa.array(sorted(m for m, n in known if n >= book.small_below_m), pa.int64())

    @property
    def rules(self) -> list[KeptClass]:
        """The classes of this kind."""
        return [self.book.classes[c] for c in self.codes]

    @property
    def before(self) -> datetime:
        """No row of this time or later is due."""
        return self.now - min(r.period for r in self.rules) + _US

    def classes(self, rows: pa.Table) -> I2:
        """The class of each row, as a number of `codes`."""
        n = rows.num_rows
        if self.kind == "other":
            return np.full(n, self._number("reports.other"), np.int16)
        large = _in(rows, self._large)
        if self.kind == "static":
            return np.where(large, self._number("static.ship"), self._number("static.small_boat")).astype(
                np.int16
            )
        source = rows.column("source")
        class_b = pc.is_in(rows.column("msg_type"), value_set=pa.array(self.book.small_msg_types, pa.int8()))
        small = _in(rows, self._small) | np.asarray(pc.fill_null(class_b, False))
        out = np.where(small, self._number("positions.small_boat"), self._number("positions.ship"))
        beidou = np.asarray(pc.fill_null(pc.equal(source, "beidou"), False))
        ais = np.asarray(pc.fill_null(pc.equal(source, "ais"), True))
        out = np.where(beidou, self._number("positions.terminal"), out)
        return np.where(beidou | ais, out, self._number("positions.contact")).astype(np.int16)

    def choose(self, piece: Piece) -> I2:
        """The class of each row that goes, -1 of each that stays; counts them on the way."""
        classes = self.classes(piece.rows)
        t = whole(piece.rows, "t")
        start = np.where(t == LOWEST, (piece.stored_at - _EPOCH) // _US, t)
        due = np.zeros(len(t), bool)
        for i, rule in enumerate(self.rules):
            due |= (classes == i) & (start <= (self.now - rule.period - _EPOCH) // _US)
        goes = due & ~self.stays.cover(piece.rows) if due.any() else due
        for i, code in enumerate(self.codes):
            mine = classes == i
            if mine.any():
                oldest = _EPOCH + int(start[mine].min()) * _US
                go = int((mine & goes).sum())
                self.tallies[code].add(int(mine.sum()), oldest, go, int((mine & due).sum()) - go)
        return np.where(goes, classes, -1).astype(np.int16)

    def _number(self, code: str) -> int:
        return self.codes.index(code)


def raw_needed(pieces: Iterable[Piece], stays: Fixes) -> set[str]:
    """Raw files that the rows which stay under a hold or for evidence came from."""
    out: set[str] = set()
    for piece in pieces:
        rows = piece.rows.filter(pa.array(stays.cover(piece.rows)))
        out |= {r for r in pc.unique(rows.column("raw_sha256")).to_pylist() if r}
    return out


def _in(rows: pa.Table, wanted: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.is_in(rows.column("mmsi"), value_set=wanted), False))
