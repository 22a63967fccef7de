"""A positions table as plain arrays: what every fold of the sea line eats.

Invariant: nothing is reordered or left out here; null times are `NAT`, null numbers NaN, an unknown
subject `NO_KEY`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huanqiong.core.errors import LayoutError
from huanqiong.core.schema import REQUIRED, T

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
F4 = NDArray[np.float32]
NAT = np.iinfo(np.int64).min
NO_KEY = np.iinfo(np.int64).min


class Columns(NamedTuple):
    """Rows by column: `key` (MMSI, or a negative number for a device), `t` (us UTC), degrees, knots."""

    key: I8
    t: I8
    lat: F8
    lon: F8
    sog: F4
    cog: F4

    def take(self, at: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Columns:
        """The rows at these places."""
        return Columns._make(c[at] for c in self)


def empty_columns() -> Columns:
    """No rows."""
    f8, f4, i8 = np.empty(0), np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
    return Columns(i8, i8, f8, f8, f4, f4)


def join_columns(parts: list[Columns]) -> Columns:
    """The rows of all parts, one after the other."""
    parts = [p for p in parts if len(p.t)]
    if not parts:
        return empty_columns()
    if len(parts) == 1:
        return parts[0]
    return Columns._make(np.concatenate(c) for c in zip(*parts, strict=True))


@dataclass
class Devices:
    """Numbers for devices without an MMSI: -1, -2, ... in order of first appearance."""

    names: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The number of a device, given on first sight."""
        if name not in self.numbers:
            self.names.append(name)
            self.numbers[name] = -len(self.names)
        return self.numbers[name]

    def subject(self, key: int) -> str:
        """A subject's id: `mmsi:NNN` or `device:ID`."""
        return f"mmsi:{key}" if key >= 0 else f"device:{self.names[-key - 1]}"


def columns_of(batch: pa.RecordBatch | pa.Table, devices: Devices) -> Columns:
    """The columns of a positions table; LayoutError names what is missing."""
    names = batch.schema.names
    missing = [c for c in REQUIRED if c not in names and not (c == "mmsi" and "device" in names)]
    if missing:
        raise LayoutError(
            f"no column {', '.join(missing)} among {', '.join(names)}",
            remedy="Positions need mmsi, t, lat, lon (hq sea load makes such a table)",
        )
    n = batch.num_rows
    t = _array(batch, "t")
    if not pa.types.is_timestamp(t.type):
        raise LayoutError(f"column t is {t.type}, not a time", remedy="Give t as timestamp (UTC)")
    when = t if t.type == T else t.cast(pa.timestamp("us", tz=t.type.tz) if t.type.tz else pa.timestamp("us"))
    return Columns(
        _keys(batch, devices),
        _ints(when.cast(pa.int64()), NAT),
        _floats(batch, "lat", n, np.dtype(np.float64)),
        _floats(batch, "lon", n, np.dtype(np.float64)),
        _floats(batch, "sog_kn" if "sog_kn" in names else "sog", n, np.dtype(np.float32)),
        _floats(batch, "cog_deg" if "cog_deg" in names else "cog", n, np.dtype(np.float32)),
    )


def _array(batch: pa.RecordBatch | pa.Table, name: str) -> pa.Array:
    column = batch.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _ints(array: pa.Array, null: int) -> I8:
    if array.null_count:
        array = array.fill_null(pa.scalar(null, pa.int64()))
    return cast(I8, np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.int64))


def _floats(batch: pa.RecordBatch | pa.Table, name: str, n: int, dtype: np.dtype) -> NDArray:
    if name not in batch.schema.names:
        return np.full(n, np.nan, dtype=dtype)
    array = _array(batch, name)
    if pa.types.is_null(array.type):
        return np.full(n, np.nan, dtype=dtype)
    if array.null_count:
        array = array.cast(pa.float64()).fill_null(float("nan"))
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=dtype)


def _keys(batch: pa.RecordBatch | pa.Table, devices: Devices) -> I8:
    names = batch.schema.names
    if "mmsi" in names and not pa.types.is_null(batch.schema.field("mmsi").type):
        mmsi = _array(batch, "mmsi").cast(pa.int64())
    else:
        mmsi = pa.nulls(batch.num_rows, pa.int64())
    keys = _ints(mmsi, NO_KEY)
    if len(keys) and keys.min() < 0:
        keys = np.where(keys < 0, NO_KEY, keys)  # devices have the negative numbers
    if mmsi.null_count and "device" in names:
        coded = pc.dictionary_encode(_array(batch, "device").cast(pa.string()))
        numbers = [NO_KEY if d is None else devices.number(d) for d in coded.dictionary.to_pylist()]
        codes = _ints(coded.indices.cast(pa.int64()), -1)
        at = (keys == NO_KEY) & (codes >= 0)
        keys[at] = np.array(numbers, dtype=np.int64)[codes[at]]
    return keys
