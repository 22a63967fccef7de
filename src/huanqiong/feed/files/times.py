"""Columns of times, however written, to microseconds since 1970 in UTC; what cannot be read is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.errors import LayoutError
from huanqiong.core.units import DAY_S, US
from huanqiong.feed.files.numbers import Mask, is_text, numbers, texts

I8 = npt.NDArray[np.int64]
NONE: Final = np.iinfo(np.int64).min
"""Stands in a time column for "not available"."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZONED: Final = r"[0-9].*([Zz]|[+-]\d\d(:?\d\d)?)$"
_LOOSE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(\.\d+)?秒?)?分?)?"
    r" *(Z|UTC|[+-]\d\d:?\d\d)?",
    re.I,
)

_PARTS: Final = {"Y": (1900, 9999), "M": (1, 12), "D": (1, 31), "h": (0, 23), "m": (0, 59), "s": (0, 60)}


class Times(NamedTuple):
    """`us` int64, `NONE` where there is none; `bad` where something stood that is no time; `naive` rows read
    in the layout's zone because they carried none."""

    us: I8
    bad: Mask
    naive: int


def offset_us(zone: str) -> int:
    """Microseconds east of UTC of a layout's zone: `UTC` or `+08:00`. LayoutError for anything else."""
    if zone == "UTC":
        return 0
    m = re.fullmatch(r"([+-])(\d\d):(\d\d)", zone)
    if not m:
        raise LayoutError(f"zone {zone!r}", remedy="Write UTC or an offset such as +08:00")
    seconds = int(m[2]) * 3600 + int(m[3]) * 60
    return (seconds if m[1] == "+" else -seconds) * US


def times(column: pa.Array, form: str, zone: str, na_texts: tuple[str, ...]) -> Times:
    """The column as UTC. `form`: iso, epoch, auto (by type and size), or as `DD/MM/YYYY hh:mm:ss`."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _typed(column, zone)
    if form in ("epoch", "auto") and not is_text(column):
        values, bad = numbers(column, na_texts)
        if pa.types.is_integer(column.type):
            return _epoch_exact(column, bad)
        return _epoch(values, bad)
    clean = texts(column, na_texts)
    if form in ("epoch", "auto"):
        values, bad = numbers(clean, ())
        if form == "epoch" or not bad.any():
            return _epoch(values, bad)
    if form not in ("iso", "auto"):
        return _pattern(clean, form, zone)
    return _iso(clean, zone)


def _typed(column: pa.Array, zone: str) -> Times:
    naive = not getattr(column.type, "tz", None)
    cast = column.cast(pa.timestamp("us", tz=getattr(column.type, "tz", None)), safe=False)
    us = _i8(cast.cast(pa.int64()))
    if naive:
        us = np.where(us == NONE, NONE, us - offset_us(zone))
    return Times(us, np.zeros(len(us), bool), int((us != NONE).sum()) if naive else 0)


def _epoch_exact(column: pa.Array, bad: Mask) -> Times:
    raw = _i8(column.cast(pa.int64(), safe=False))
    size = np.abs(np.where(raw == NONE, 0, raw))
    us = np.where(size < 10**11, raw * US, np.where(size < 10**14, raw * 1000, raw))
    us = np.where(size >= 10**17, raw // 1000, us)
    us = np.where(raw == NONE, NONE, us)
    return Times(us.astype(np.int64), bad, 0)


def _epoch(values: npt.NDArray[np.float64], bad: Mask) -> Times:
    """Seconds below 1e11 (year 5138), milliseconds below 1e14, microseconds below 1e17, else nanoseconds."""
    size = np.abs(values)
    scale = np.select([size < 1e11, size < 1e14, size < 1e17], [1e6, 1e3, 1.0], 1e-3)
    none = np.isnan(values)
    us = np.round(np.where(none, 0.0, values) * np.where(none, 1.0, scale)).astype(np.int64)
    return Times(np.where(none, NONE, us), bad, 0)


def _iso(clean: pa.Array, zone: str) -> Times:
    zoned = pc.fill_null(pc.match_substring_regex(pc.utf8_slice_codeunits(clean, 10), _ZONED), False)
    naive = int(pc.sum(pc.and_not(pc.is_valid(clean), zoned)).as_py() or 0)
    try:
        if naive == 0:
            return _done(_i8(clean.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())), 0)
        if pc.any(zoned).as_py() is not True:
            us = _i8(clean.cast(pa.timestamp("us")).cast(pa.int64()))
            return _done(np.where(us == NONE, NONE, us - offset_us(zone)), naive)
    except pa.ArrowInvalid:
        pass
    return _by_value(clean, naive, lambda text: _loose(text, offset_us(zone)))


def _pattern(clean: pa.Array, form: str, zone: str) -> Times:
    """Fixed-width patterns of the letters D M Y h m s; other characters are taken as they come."""
    count = len(clean)
    given = pc.is_valid(clean)
    naive = int(pc.sum(given).as_py() or 0)
    fits = pc.fill_null(pc.equal(pc.binary_length(clean), len(form)), False)
    us, bad = np.full(count, NONE, np.int64), np.asarray(pc.and_not(given, fits))
    rows = np.flatnonzero(np.asarray(fits))
    if len(rows) == 0:
        return Times(us, bad, naive)
    joined = b"".join(clean.filter(fits).cast(pa.binary()).to_pylist())
    digits = np.frombuffer(joined, np.uint8).reshape(len(rows), len(form)).astype(np.int64) - 48
    part = {}
    good = np.ones(len(rows), bool)
    for letter, (low, high) in _PARTS.items():
        at = [i for i, c in enumerate(form) if c == letter]
        d = digits[:, at]
        good &= ((d >= 0) & (d <= 9)).all(axis=1)
        value = np.zeros(len(rows), np.int64)
        for k in range(len(at)):
            value = value * 10 + d[:, k]
        part[letter] = value
        good &= (value >= low) & (value <= high)
    y, m, d1 = (np.where(good, part[c], fill) for c, fill in (("Y", 2000), ("M", 1), ("D", 1)))
    month = (y - 1970) * 12 + (m - 1)
    first = month.astype("datetime64[M]").astype("datetime64[D]")
    last = ((month + 1).astype("datetime64[M]").astype("datetime64[D]") - first).astype(np.int64)
    good &= d1 <= last
    days = first.astype(np.int64) + d1 - 1
    seconds = days * DAY_S + part["h"] * 3600 + part["m"] * 60 + part["s"]
    us[rows] = np.where(good, seconds * US - offset_us(zone), NONE)
    bad[rows] |= ~good
    return Times(us, bad, naive)


def time_of_day(column: pa.Array, na_texts: tuple[str, ...], start: datetime, last_us: int | None) -> Times:
    """Times of day `hh:mm:ss` from `start`'s date on; a step back of more than 12 h is the next day.

    `last_us` is the last time of the piece before, None at the file's beginning.
    """
    clean = texts(column, na_texts)
    seconds = _by_value(clean, 0, _tod_us)
    day = (start.astimezone(UTC) - _EPOCH).days * DAY_S * US
    if last_us is not None:
        day = last_us // (DAY_S * US) * (DAY_S * US)
    out, previous = seconds.us.copy(), last_us
    for i, tod in enumerate(seconds.us.tolist()):
        if tod == NONE:
            continue
        if previous is not None and day + tod < previous - DAY_S * US // 2:
            day += DAY_S * US
        out[i] = previous = day + tod
    return Times(out, seconds.bad, 0)


def _tod_us(text: str) -> int | None:
    m = re.fullmatch(r"(\d{1,2}):(\d\d):(\d\d(?:\.\d{1,6})?)", text)
    if not m or int(m[1]) > 23 or int(m[2]) > 59 or float(m[3]) >= 61:
        return None
    return (int(m[1]) * 3600 + int(m[2]) * 60) * US + round(float(m[3]) * US)


def _loose(text: str, zone_us: int) -> int | None:
    m = _LOOSE.fullmatch(text)
    if not m:
        return None
    micro = round(float(m[7] or 0) * US)
    try:
        year, month, day, hour, minute, second = (int(m[i] or 0) for i in range(1, 7))
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    us = (when - _EPOCH) // timedelta(microseconds=1) + micro
    if m[8] is None:
        return us - zone_us
    return us - (0 if m[8].upper() in ("Z", "UTC") else _signed(m[8]))


def _signed(text: str) -> int:
    hours, minutes = int(text[1:3]), int(text[-2:])
    delta = timezone(timedelta(hours=hours, minutes=minutes)).utcoffset(None) // timedelta(microseconds=1)
    return delta if text[0] == "+" else -delta


def _by_value(clean: pa.Array, naive: int, read: Callable[[str], int | None]) -> Times:
    """Reads each distinct text once."""
    encoded = clean.dictionary_encode()
    known = [read(t) for t in encoded.dictionary.to_pylist()]
    table = np.array([*(NONE if k is None else k for k in known), NONE], np.int64)
    wrong = np.array([*(k is None for k in known), False], bool)
    index = pc.fill_null(encoded.indices, len(known)).to_numpy(zero_copy_only=False)
    return Times(table[index], wrong[index], naive)


def _done(us: I8, naive: int) -> Times:
    return Times(us, np.zeros(len(us), bool), naive)


def _i8(column: pa.Array) -> I8:
    return np.array(pc.fill_null(column, NONE).to_numpy(zero_copy_only=False), dtype=np.int64)
