"""Columns of numbers, as text or as Arrow numbers, to float64 with what could not be read marked."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.units import KN_MS, NM_M

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FACTORS: Final[dict[str, float]] = {
    "kn": 1.0,
    "m/s": 1.0 / KN_MS,
    "km/h": 1000.0 / NM_M,
    "0.1kn": 0.1,
    "deg": 1.0,
    "1e-6deg": 1e-6,
    "1e-7deg": 1e-7,
    "0.1deg": 0.1,
    "m": 1.0,
    "dm": 0.1,
    "cm": 0.01,
}
"""What a value in a layout's unit is multiplied with to be in the table's own."""
_NUMBER: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA: Final = r"^[+-]?\d+,\d+$"


class Numbers(NamedTuple):
    """`values` float64, NaN where there is none; `bad` where something stood that is no number."""

    values: F8
    bad: Mask


def is_text(column: pa.Array) -> bool:
    """Whether the column holds text."""
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One contiguous array; dictionaries and views decoded."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if str(column.type) == "string_view":
        column = column.cast(pa.string())
    return column


def texts(column: pa.Array, na_texts: tuple[str, ...]) -> pa.Array:
    """Text without surrounding spaces; null where it is one of the layout's words for "not available"."""
    stripped = pc.utf8_trim_whitespace(column.cast(pa.string()))
    absent = pc.is_in(stripped, value_set=pa.array(na_texts, pa.string()))
    return pc.if_else(pc.fill_null(absent, True), pa.scalar(None, pa.string()), stripped)


def numbers(column: pa.Array, na_texts: tuple[str, ...]) -> Numbers:
    """The column as float64. Text may have a decimal comma. Infinity is no number; NaN and null are none."""
    n = len(column)
    if pa.types.is_null(column.type):
        return Numbers(np.full(n, np.nan), np.zeros(n, bool))
    if not is_text(column):
        try:
            values = _f8(column.cast(pa.float64(), safe=False))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return Numbers(np.full(n, np.nan), np.ones(n, bool))
        return _finite(values)
    clean = texts(column, na_texts)
    try:
        return _finite(_f8(clean.cast(pa.float64())))
    except pa.ArrowInvalid:
        pass
    comma = pc.fill_null(pc.match_substring_regex(clean, _COMMA), False)
    clean = pc.if_else(comma, pc.replace_substring(clean, ",", "."), clean)
    good = pc.fill_null(pc.match_substring_regex(clean, _NUMBER), False)
    bad = _mask(pc.and_not(pc.is_valid(clean), good))
    values, worse = _finite(_f8(pc.if_else(good, clean, pa.scalar(None, pa.string())).cast(pa.float64())))
    return Numbers(values, bad | worse)


def coded(column: pa.Array, na_texts: tuple[str, ...], codes: tuple[tuple[str, int], ...]) -> Numbers:
    """As `numbers`, where words of `codes` stand for numbers. Words not known are not available, not bad."""
    if not codes:
        return numbers(column, na_texts)
    if not is_text(column):
        values, bad = numbers(column, na_texts)
        for word, code in codes:
            if word.isdigit():
                values[values == float(word)] = code
        return Numbers(values, bad)
    encoded = pc.utf8_lower(texts(column, na_texts)).dictionary_encode()
    known = dict(codes)
    table = [known.get(w, _int_or_nan(w)) for w in encoded.dictionary.to_pylist()]
    lookup = np.array([*table, np.nan], dtype=np.float64)
    index = pc.fill_null(encoded.indices, len(table)).to_numpy(zero_copy_only=False)
    return Numbers(lookup[index], np.zeros(len(column), bool))


def _int_or_nan(word: str) -> float:
    try:
        return float(int(float(word)))
    except (ValueError, OverflowError):
        return float("nan")


def _f8(column: pa.Array) -> F8:
    return np.array(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _mask(column: Any) -> Mask:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=bool)


def _finite(values: F8) -> Numbers:
    bad = np.isinf(values)
    values[bad] = np.nan
    return Numbers(values, bad)
