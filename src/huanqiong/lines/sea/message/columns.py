"""The kernels' rows to Arrow tables: raw numbers scaled, "not available" and empty texts to nulls."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from huanqiong.core.schema import OTHER, POSITIONS, STATIC, T
from huanqiong.lines.sea.message import rows as r
from huanqiong.lines.sea.message.causes import CAUSES
from huanqiong.lines.sea.message.decoded import Decoded, Reject

AIS: Final = "ais"


@njit(cache=True, nogil=True)
def gather(heap: np.ndarray, start: np.ndarray, length: np.ndarray, at: np.ndarray, out: np.ndarray) -> None:
    """Copy texts out of the heap, one behind the other; `at` gets their bounds."""
    n = 0
    for i in range(start.size):
        a = start[i]
        for k in range(length[i]):
            out[n + k] = heap[a + k]
        n += length[i]
        at[i + 1] = n


@njit(cache=True, nogil=True)
def decimals(values: np.ndarray, at: np.ndarray, out: np.ndarray) -> int:
    """Numbers below 10^10 as text; how many bytes."""
    n = 0
    for i in range(values.size):
        v = values[i]
        size = 1
        power = 10
        while v >= power:
            size += 1
            power *= 10
        for k in range(size - 1, -1, -1):
            out[n + k] = 48 + v % 10
            v //= 10
        n += size
        at[i + 1] = n
    return n


def _mask(valid: np.ndarray) -> pa.Buffer | None:
    return None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))


def _column(kind: pa.DataType, values: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """`values`, which nobody else holds, as an Arrow column; null where `valid` is false."""
    mask = None if valid is None else _mask(valid)
    return pa.Array.from_buffers(kind, len(values), [mask, pa.py_buffer(values)])


def _whole(kind: pa.DataType, raw: np.ndarray, missing: int | None = None) -> pa.Array:
    """Whole numbers, null where they equal `missing`."""
    values = raw.astype(kind.to_pandas_dtype()) if kind != T else raw.copy()
    return _column(kind, values, None if missing is None else raw != missing)


def _scaled(kind: pa.DataType, raw: np.ndarray, per_unit: np.ndarray | float, missing: int) -> pa.Array:
    """Raw numbers divided, null where they equal `missing`."""
    return _column(kind, (raw / per_unit).astype(kind.to_pandas_dtype(), copy=False), raw != missing)


def _texts(rows: np.ndarray, heap: np.ndarray, column: int) -> pa.Array:
    """The texts of one column, null where empty."""
    n = rows.shape[1]
    start = rows[r.TEXT_AT] + rows[r.TEXT_1 : column].sum(axis=0)
    length = rows[column]
    at = np.zeros(n + 1, dtype=np.int32)
    out = np.empty(int(length.sum()), dtype=np.uint8)
    gather(heap, start, length, at, out)
    return pa.Array.from_buffers(pa.string(), n, [_mask(length > 0), pa.py_buffer(at), pa.py_buffer(out)])


def _devices(mmsi: np.ndarray) -> pa.Array:
    at = np.zeros(len(mmsi) + 1, dtype=np.int32)
    out = np.empty(10 * len(mmsi), dtype=np.uint8)
    decimals(mmsi, at, out)
    return pa.Array.from_buffers(pa.string(), len(mmsi), [None, pa.py_buffer(at), pa.py_buffer(out)])


class Tables:
    """Makes tables of rows; columns that hold one text in every row are cut from one, not built each time."""

    def __init__(self, raw_sha256: str | None, receiver: str | None, rows: int) -> None:
        text = pa.string()
        self._ais = pa.repeat(pa.scalar(AIS, text), rows)
        self._raw = pa.repeat(pa.scalar(raw_sha256, text), rows)
        self._receiver = receiver

    def decoded(self, rows: np.ndarray, heap: np.ndarray, counts: dict[str, int]) -> Decoded:
        """All that the scanner wrote."""
        part = [np.flatnonzero(rows[:, r.TABLE] == table) for table in range(r.REJECT + 1)]
        columns = np.ascontiguousarray(rows.T)  # one sweep, then each column lies together
        return Decoded(
            self._positions(columns[:, part[r.POSITION]], heap),
            _static(columns[:, part[r.STATIC_ROW]], heap),
            self._other(columns[:, part[r.OTHER_ROW]], heap),
            _rejects(rows[part[r.REJECT]], heap),
            counts,
        )

    def _heard(self, rows: np.ndarray, heap: np.ndarray) -> pa.Array:
        heard = _texts(rows, heap, r.TEXT_1)
        return heard if self._receiver is None else pc.fill_null(heard, self._receiver)

    def _positions(self, rows: np.ndarray, heap: np.ndarray) -> pa.Table:
        if not rows.shape[1]:
            return POSITIONS.empty_table()
        n = rows.shape[1]
        kind = rows[r.KIND]
        long_range = kind == 27
        per_degree = np.where(long_range, 600.0, 600_000.0)
        columns = [
            self._ais.slice(0, n),
            _devices(rows[r.MMSI]),
            _whole(pa.int64(), rows[r.MMSI]),
            _whole(T, rows[r.TIME], r.NONE),
            _scaled(pa.float64(), rows[r.LAT], per_degree, r.NONE),
            _scaled(pa.float64(), rows[r.LON], per_degree, r.NONE),
            _scaled(pa.float32(), rows[r.SOG], np.where(long_range | (kind == 9), 1.0, 10.0), -1),
            _scaled(pa.float32(), rows[r.COG], np.where(long_range, 1.0, 10.0), -1),
            _whole(pa.int16(), rows[r.HEADING], -1),
            _whole(pa.int8(), rows[r.STATUS], -1),
            _whole(pa.int8(), kind),
            self._heard(rows, heap),
            self._raw.slice(0, n),
            _whole(pa.int64(), rows[r.AT]),
        ]
        return pa.Table.from_arrays(columns, schema=POSITIONS)

    def _other(self, rows: np.ndarray, heap: np.ndarray) -> pa.Table:
        if not rows.shape[1]:
            return OTHER.empty_table()
        virtual = rows[r.VIRTUAL]
        columns = [
            _whole(pa.int64(), rows[r.MMSI]),
            _whole(T, rows[r.TIME], r.NONE),
            _whole(pa.int8(), rows[r.KIND]),
            _scaled(pa.float64(), rows[r.LAT], 600_000.0, r.NONE),
            _scaled(pa.float64(), rows[r.LON], 600_000.0, r.NONE),
            _texts(rows, heap, r.TEXT_2),
            _texts(rows, heap, r.TEXT_3),
            _whole(pa.int32(), rows[r.ALTITUDE], -1),
            _whole(pa.float32(), rows[r.SOG], -1),
            pa.array(virtual == 1, mask=virtual < 0, type=pa.bool_()),
            self._heard(rows, heap),
            self._raw.slice(0, rows.shape[1]),
            _whole(pa.int64(), rows[r.AT]),
        ]
        return pa.Table.from_arrays(columns, schema=OTHER)


def _static(rows: np.ndarray, heap: np.ndarray) -> pa.Table:
    if not rows.shape[1]:
        return STATIC.empty_table()
    columns = [
        _whole(pa.int64(), rows[r.MMSI]),
        _whole(T, rows[r.TIME], r.NONE),
        _whole(pa.int64(), rows[r.IMO], 0),
        _texts(rows, heap, r.TEXT_1),
        _texts(rows, heap, r.TEXT_2),
        _whole(pa.int16(), rows[r.SHIP_TYPE], 0),
        _whole(pa.int16(), rows[r.LENGTH], 0),
        _whole(pa.int16(), rows[r.BEAM], 0),
        _scaled(pa.float32(), rows[r.DRAUGHT], 10.0, 0),
        _texts(rows, heap, r.TEXT_3),
        _texts(rows, heap, r.TEXT_4),
    ]
    return pa.Table.from_arrays(columns, schema=STATIC)


def _rejects(rows: np.ndarray, heap: np.ndarray) -> list[Reject]:
    return [
        reject(int(row[r.AT]), int(row[r.TIME]), int(row[r.KIND]),
               heap[row[r.TEXT_AT] : row[r.TEXT_AT] + row[r.TEXT_1]].tobytes())
        for row in rows
    ]  # fmt: skip


def reject(offset: int, line: int, cause: int, raw: bytes) -> Reject:
    """One reject for the side file."""
    return Reject(f"byte {offset}, line {line}", CAUSES[cause], raw.decode("ascii", "backslashreplace")[:200])
