"""A lake as it was before certain files came: reading leaves their rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.lake.manifest import UNTIMED, Kind
from huanqiong.lake.positions import Lake


class Without(Lake):
    """Reads another lake's positions without the rows of some raw files. Not for writing."""

    def __init__(self, lake: Lake, raw_sha256s: Iterable[str]) -> None:
        super().__init__(lake.path)
        self.left_out = frozenset(raw_sha256s)

    def read(
        self,
        t0: datetime | None = None,
        t1: datetime | None = None,
        *,
        columns: Sequence[str] | None = None,
        devices: Iterable[str] | None = None,
        order: Literal["t", "device"] = "t",
    ) -> pa.Table:
        """As `Lake.read`."""
        asked = None if columns is None else list(dict.fromkeys([*columns, "raw_sha256"]))
        table = super().read(t0, t1, columns=asked, devices=devices, order=order)
        table = rows_without(table, self.left_out)
        return table if columns is None else table.select(list(columns))

    def days(self, kind: Kind = "positions") -> list[date]:
        """UTC days with rows of other files, ascending."""
        return sorted(
            {
                date.fromisoformat(p.day)
                for p in self.manifest().of(kind)
                if p.day != UNTIMED and any(raw_of(s) not in self.left_out for s in p.sources)
            }
        )


def raw_of(source_id: str) -> str:
    """The raw file's SHA-256 in a source id; the id itself where it names none."""
    return source_id.rpartition(":")[2]


def rows_without(table: pa.Table, raw_sha256s: Iterable[str]) -> pa.Table:
    """The rows whose raw file is none of these."""
    gone = pa.array(sorted(raw_sha256s), pa.string())
    if not len(gone):
        return table
    return table.filter(pc.invert(pc.fill_null(pc.is_in(table.column("raw_sha256"), value_set=gone), False)))
