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


@njit(cache=True, nogil=True)
def fill_positions(
    row: np.ndarray,
    which: np.ndarray,
    longs: np.ndarray,
    degrees: np.ndarray,
    moving: np.ndarray,
    heading: np.ndarray,
    small: np.ndarray,
    valid: np.ndarray,
) -> None:
    """The rows `which` as columns, in one sweep.

    `longs`: time, MMSI, offset; `degrees`: latitude, longitude; `moving`: knots, course; `small`: status,
    type.
    `valid` says whether time, latitude, longitude, knots, course, heading and status are there.
    """
    for i in range(which.size):
        f = row[which[i]]
        kind = f[r.KIND]
        per_degree = 600.0 if kind == 27 else 600_000.0
        longs[0, i], longs[1, i], longs[2, i] = f[r.TIME], f[r.MMSI], f[r.AT]
        degrees[0, i] = f[r.LAT] / per_degree
        degrees[1, i] = f[r.LON] / per_degree
        moving[0, i] = f[r.SOG] if kind == 9 or kind == 27 else f[r.SOG] / 10.0
        moving[1, i] = f[r.COG] if kind == 27 else f[r.COG] / 10.0
        heading[i] = f[r.HEADING]
        small[0, i], small[1, i] = f[r.STATUS], kind
        valid[0, i] = f[r.TIME] != r.NONE
        valid[1, i] = f[r.LAT] != r.NONE
        valid[2, i] = f[r.LON] != r.NONE
        valid[3, i] = f[r.SOG] >= 0
        valid[4, i] = f[r.COG] >= 0
        valid[5, i] = f[r.HEADING] >= 0
        valid[6, i] = f[r.STATUS] >= 0


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


def _pieces(heap: np.ndarray, start: np.ndarray, length: np.ndarray) -> pa.Array:
    """Texts by place and length, null where empty."""
    total = int(length.sum())
    if not total:
        return pa.nulls(len(start), pa.string())
    at = np.zeros(len(start) + 1, dtype=np.int32)
    out = np.empty(total, dtype=np.uint8)
    gather(heap, start, length, at, out)
    return pa.Array.from_buffers(
        pa.string(), len(start), [_mask(length > 0), pa.py_buffer(at), pa.py_buffer(out)]
    )


def _texts(rows: np.ndarray, heap: np.ndarray, column: int) -> pa.Array:
    """The texts of one column, null where empty."""
    start = rows[r.TEXT_AT] + rows[r.TEXT_1 : column].sum(axis=0)
    return _pieces(heap, start, rows[column])


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
        return Decoded(
            self._positions(rows, part[r.POSITION], heap),
            _static(rows[part[r.STATIC_ROW]].T, heap),
            self._other(rows[part[r.OTHER_ROW]].T, heap),
            _rejects(rows[part[r.REJECT]], heap),
            counts,
        )

    def _heard(self, start: np.ndarray, length: np.ndarray, heap: np.ndarray) -> pa.Array:
        heard = _pieces(heap, start, length)
        return heard if self._receiver is None else pc.fill_null(heard, self._receiver)

    def _positions(self, rows: np.ndarray, which: np.ndarray, heap: np.ndarray) -> pa.Table:
        n = len(which)
        if not n:
            return POSITIONS.empty_table()
        longs, degrees = np.empty((3, n), np.int64), np.empty((2, n))
        moving, heading = np.empty((2, n), np.float32), np.empty(n, np.int16)
        small, valid = np.empty((2, n), np.int8), np.empty((7, n), np.bool_)
        fill_positions(rows, which, longs, degrees, moving, heading, small, valid)
        columns = [
            self._ais.slice(0, n),
            _devices(longs[1]),
            _column(pa.int64(), longs[1]),
            _column(T, longs[0], valid[0]),
            _column(pa.float64(), degrees[0], valid[1]),
            _column(pa.float64(), degrees[1], valid[2]),
            _column(pa.float32(), moving[0], valid[3]),
            _column(pa.float32(), moving[1], valid[4]),
            _column(pa.int16(), heading, valid[5]),
            _column(pa.int8(), small[0], valid[6]),
            _column(pa.int8(), small[1]),
            self._heard(rows[which, r.TEXT_AT], rows[which, r.TEXT_1], heap),
            self._raw.slice(0, n),
            _column(pa.int64(), longs[2]),
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
            self._heard(rows[r.TEXT_AT], rows[r.TEXT_1], heap),
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
