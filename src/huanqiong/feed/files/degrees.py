"""Columns of latitude and longitude, as degrees, degree-minutes or WKB points, to float64 degrees."""

from __future__ import annotations

import re
import struct
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.feed.files.numbers import F8, FACTORS, Mask, Numbers, is_text, numbers, texts

_SIGNED: Final = re.compile(
    r"([NSEW北南东西])?\s*([+-]?\d+(?:\.\d+)?)\s*[°度]?\s*(?:(?<=[°度\s])(\d+(?:\.\d+)?)\s*['′分]?\s*)?"
    r"(?:(?<=['′分\s])(\d+(?:\.\d+)?)\s*[\"″秒]?\s*)?([NSEW北南东西])?",
    re.I,
)
_SOUTH_WEST: Final = frozenset("SsWw南西")


def degrees(column: pa.Array, form: str | None, unit: str | None, na_texts: tuple[str, ...]) -> Numbers:
    """Degrees. `form`: `degrees` (also with degree and minute signs and N S E W), `packed` (dddmm.mmmm)."""
    values, bad = numbers(column, na_texts)
    if form == "degrees" and bad.any() and is_text(column):
        values, bad = _written(texts(column, na_texts), values, bad)
    if form == "packed":
        whole = np.trunc(np.abs(values) / 100.0)
        minutes = np.abs(values) - whole * 100.0
        bad |= minutes >= 60.0
        values = np.sign(values) * (whole + minutes / 60.0)
    return Numbers(values * FACTORS[unit or "deg"] if unit else values, bad)


def _written(clean: pa.Array, values: F8, bad: Mask) -> Numbers:
    for i in np.flatnonzero(bad).tolist():
        m = _SIGNED.fullmatch(clean[i].as_py())
        if not m or (m[1] and m[5]):
            continue
        minutes, seconds = float(m[3] or 0), float(m[4] or 0)
        if minutes >= 60 or seconds >= 60:
            continue
        whole = float(m[2])
        size = abs(whole) + minutes / 60 + seconds / 3600
        side = m[1] or m[5] or ""
        values[i] = -size if whole < 0 or side in _SOUTH_WEST else size
        bad[i] = bool(side and whole < 0)
    return Numbers(values, bad)


def wkb_points(column: pa.Array) -> tuple[Numbers, Numbers]:
    """(lat, lon) of a column of WKB points; null gives none, any other shape is bad."""
    n = len(column)
    lat, lon, bad = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool)
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return Numbers(lat, ~bad), Numbers(lon, ~bad)
    valid = np.asarray(pc.is_valid(column))
    lengths = np.asarray(pc.fill_null(pc.binary_length(column), 0))
    head = b"\x01\x01\x00\x00\x00"
    simple = np.asarray(pc.fill_null(pc.starts_with(column.cast(pa.binary()), head), False)) & (lengths == 21)
    rows = np.flatnonzero(simple)
    if len(rows):
        packed = b"".join(column.take(pa.array(rows)).to_pylist())
        point = np.frombuffer(packed, dtype=[("head", "V5"), ("lon", "<f8"), ("lat", "<f8")])
        lat[rows], lon[rows] = point["lat"], point["lon"]
    for i in np.flatnonzero(valid & ~simple).tolist():
        lat[i], lon[i], bad[i] = _one_point(column[i].as_py())
    return Numbers(lat, bad), Numbers(lon, bad)


def _one_point(wkb: bytes) -> tuple[float, float, bool]:
    """A point in either byte order, with or without an SRID, first two ordinates."""
    try:
        order = "<" if wkb[0] == 1 else ">"
        (kind,) = struct.unpack_from(order + "I", wkb, 1)
        if kind & 0xFF != 1:
            return np.nan, np.nan, True
        lon, lat = struct.unpack_from(order + "dd", wkb, 9 if kind & 0x20000000 else 5)
    except (struct.error, IndexError):
        return np.nan, np.nan, True
    return lat, lon, False
