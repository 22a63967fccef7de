"""From the raw bytes that a bundle encloses to rows once more, and whether they are the rows it shows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.errors import HuanqiongError
from huanqiong.feed.files import read

LATER: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Reading sets aside what lies in the future of its clock; an excerpt is read on no particular day."""
_ABOUT: Final = ("raw_sha256", "raw_offset")
_NOTED: Final = ("t", "receiver")
"""What a store may know beside the sentence: when and by whom it was heard."""
_SAME: Final = 4096
"""Rows at one offset that are told apart."""
Kind = Literal["positions", "other"]


@dataclass(frozen=True, slots=True)
class Reread:
    """How many rows of a raw file came out again.

    `whole`: equal in every column. `noted`: equal but for when or by whom it was heard, which the store noted
    on arrival. `not_read`: the excerpt does not give them again. `rows` is their sum.
    """

    rows: int
    whole: int
    noted: int
    not_read: int

    def as_dict(self) -> dict[str, int]:
        """For the manifest."""
        return asdict(self)


def reread(
    suffix: str, excerpt: bytes, offsets: dict[int, int], rows: pa.Table, kind: Kind = "positions"
) -> Reread:
    """Reads an excerpt and compares with the rows of its raw file. `offsets`: place in it -> `raw_offset`."""
    total = rows.num_rows
    again = _read(suffix, excerpt, kind)
    if again is None or not again.num_rows or not total:
        return Reread(total, 0, 0, total)
    places = again.column("raw_offset").to_pylist()
    moved = pa.array([offsets.get(p) for p in places], pa.int64())
    at = again.schema.get_field_index("raw_offset")
    again = again.set_column(at, again.schema.field(at), moved)
    mine, theirs = _matched(rows, again)
    names = [n for n in rows.schema.names if n not in _ABOUT]
    sure = _equal(mine, theirs, [n for n in names if n not in _NOTED])
    whole = sure & _equal(mine, theirs, [n for n in names if n in _NOTED])
    n_whole, n_sure = int(whole.sum()), int(sure.sum())
    return Reread(total, n_whole, n_sure - n_whole, total - n_sure)


def _read(suffix: str, excerpt: bytes, kind: Kind) -> pa.Table | None:
    """The excerpt's rows; None where it cannot be read at all."""
    with tempfile.TemporaryDirectory(prefix="hq-evidence-") as directory:
        file = Path(directory) / f"excerpt{suffix}"
        file.write_bytes(excerpt)
        try:
            return pa.concat_tables([getattr(b, kind) for b in read(file, now=LATER)])
        except HuanqiongError:
            return None


def _matched(rows: pa.Table, again: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Rows of both that stand at one offset, the first of several with the first, in pairs."""
    rows, again = (t.filter(pc.is_valid(t.column("raw_offset"))) for t in (rows, again))
    _, i, j = np.intersect1d(_numbered(rows), _numbered(again), assume_unique=True, return_indices=True)
    return rows.take(pa.array(i)), again.take(pa.array(j))


def _numbered(table: pa.Table) -> np.ndarray:
    """A number for each row: its offset, and which of the rows at that offset it is, by MMSI."""
    offset = table.column("raw_offset").to_numpy()
    order = np.lexsort((table.column("mmsi").fill_null(-1).to_numpy(), offset))
    begin = np.searchsorted(offset[order], offset[order])
    out = np.empty(len(order), np.int64)
    out[order] = offset[order] * _SAME + np.minimum(np.arange(len(order)) - begin, _SAME - 1)
    return out


def _equal(a: pa.Table, b: pa.Table, names: Iterable[str]) -> np.ndarray:
    same = np.ones(a.num_rows, bool)
    for name in names:
        x, y = a.column(name), b.column(name)
        equal = pc.fill_null(pc.equal(x, y), False)
        both = pc.or_(equal, pc.and_(pc.is_null(x), pc.is_null(y)))
        same &= np.asarray(both.to_numpy(zero_copy_only=False), dtype=bool)
    return same


def by_file(rows: pa.Table) -> dict[str, pa.Table]:
    """Rows by their raw file, in order of its name; rows that name none under ""."""
    names = pc.fill_null(rows.column("raw_sha256"), "")
    out: dict[str, pa.Table] = {}
    for name in sorted(pc.unique(names).to_pylist()):
        out[name] = rows.filter(pc.equal(names, name))
    return out
