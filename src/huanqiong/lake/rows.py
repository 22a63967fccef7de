"""Rows of one schema: brought into one form, into one total order, and told apart from rows already there."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.schema import conform

I8 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint64]
LOWEST = np.iinfo(np.int64).min


def settled(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table in the schema, one chunk a column, NaN as null, minus zero as zero."""
    out = conform(table, schema).combine_chunks()
    for i, field in enumerate(schema):
        if pa.types.is_floating(field.type):
            column = pc.add(out.column(i), pa.scalar(0.0, field.type))
            out = out.set_column(i, field, pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column))
    return out.combine_chunks()


def whole(table: pa.Table, name: str) -> I8:
    """An integer or time column as int64, null as the lowest number."""
    column = table.column(name)
    if column.type != pa.int64():
        column = column.cast(pa.int64())
    return np.asarray(pc.fill_null(column, LOWEST).to_numpy(), dtype=np.int64)


def in_order(table: pa.Table) -> pa.Table:
    """Sorted by time, then MMSI, then every other column: equal sets of rows give equal tables."""
    n = table.num_rows
    if n < 2:
        return table
    t, mmsi = whole(table, "t"), whole(table, "mmsi")
    step = (t[1:] > t[:-1]) | ((t[1:] == t[:-1]) & (mmsi[1:] >= mmsi[:-1]))
    if not step.all():
        order = np.lexsort((mmsi, t))
        table, t, mmsi = table.take(order), t[order], mmsi[order]
    same = (t[1:] == t[:-1]) & (mmsi[1:] == mmsi[:-1])
    if not same.any():
        return table
    tied = np.zeros(n, bool)
    tied[1:] |= same
    tied[:-1] |= same
    rows = np.flatnonzero(tied)
    few = plain_text(table.take(rows))
    names = ["t", "mmsi", *(name for name in table.column_names if name not in ("t", "mmsi"))]
    keys = [(name, "ascending", "at_start") for name in names]
    inner = np.asarray(pc.sort_indices(few, sort_keys=keys), dtype=np.int64)
    if (inner[1:] > inner[:-1]).all():
        return table
    order = np.arange(n)
    order[rows] = rows[inner]
    return table.take(order)


def plain_text(table: pa.Table) -> pa.Table:
    """Dictionaries of text as text."""
    fields = [
        f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f
        for f in table.schema.remove_metadata()
    ]
    return table.cast(pa.schema(fields))


def numeric(schema: pa.Schema) -> list[str]:
    """The columns that a row's fingerprint is made of: few, so that looking stored rows up stays cheap."""
    return [n for n in ("t", "mmsi", "lat", "imo", "raw_offset") if n in schema.names]


def fingerprints(table: pa.Table, names: list[str]) -> U8:
    """uint64 a row: equal rows have equal ones, different rows nearly always different ones."""
    out = np.full(table.num_rows, 0x9E3779B97F4A7C15, np.uint64)
    for name in names:
        column = table.column(name)
        if pa.types.is_floating(column.type):
            values = np.nan_to_num(column.to_numpy().astype(np.float64), nan=1e300).view(np.uint64)
        else:
            values = whole(table, name).view(np.uint64)
        out ^= values + np.uint64(0x9E3779B97F4A7C15) + (out << np.uint64(6)) + (out >> np.uint64(2))
        out *= np.uint64(0xFF51AFD7ED558CCD)
        out ^= out >> np.uint64(33)
    return out


def unseen(new: pa.Table, prints: U8, stored: Iterable[tuple[U8, pa.Table]]) -> npt.NDArray[np.bool_]:
    """Which rows of `new` are neither among the stored ones nor repeats of an earlier row of `new`.

    `stored` yields fingerprints with their rows, only those whose fingerprint is among `prints`.
    """
    keep = np.ones(new.num_rows, bool)
    _, first, count = np.unique(prints, return_index=True, return_counts=True)
    doubtful = np.ones(new.num_rows, bool)
    doubtful[first[count == 1]] = False
    old = []
    for theirs, table in stored:
        doubtful |= np.isin(prints, theirs)
        old.append(table)
    rows = np.flatnonzero(doubtful)
    if len(rows) == 0:
        return keep
    both = pa.concat_tables([*old, new.take(rows)]) if old else new.take(rows)
    before = both.num_rows - len(rows)
    numbered = _coded(both).append_column("_row", pa.array(np.arange(both.num_rows)))
    earliest = numbered.group_by(both.column_names).aggregate([("_row", "min")]).column("_row_min").to_numpy()
    fresh = np.zeros(both.num_rows, bool)
    fresh[earliest] = True
    keep[rows] = fresh[before:]
    return keep


def _coded(table: pa.Table) -> pa.Table:
    """Text as numbers, equal where the text is: grouping then needs little memory."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            codes = table.column(i).combine_chunks().dictionary_encode()
            codes = pa.concat_arrays(codes.chunks) if isinstance(codes, pa.ChunkedArray) else codes
            table = table.set_column(i, field.name, codes.indices)
    return table


class _Hash(io.RawIOBase):
    def __init__(self) -> None:
        self.state = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.state.update(data)
        return len(data)


def digest(table: pa.Table) -> str:
    """A fingerprint of a table's content, to know an append that is simply repeated."""
    sink = _Hash()
    with pa.PythonFile(sink, "w") as f, pa.ipc.new_stream(f, table.schema) as stream:
        stream.write_table(table)
    return sink.state.hexdigest()[:32]
