"""Times as sentences and logs write them, to microseconds since 1970 UTC; `NONE` where a text holds none."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.rows import NONE

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
EPOCH_MIN_S: Final = 100_000_000  # a smaller number in front of a sentence is no epoch: seconds after `t0`


@njit(cache=True, nogil=True)
def civil(year: int, month: int, day: int, hour: int, minute: int, second: int, micro: int) -> int:
    """Microseconds since 1970 of a UTC date and time, `NONE` where it is none (second 60 is allowed)."""
    if year < 1970 or year > 2200 or month < 1 or month > 12 or day < 1:
        return NONE
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 60 or micro < 0:
        return NONE
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    long = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        long = 30
    elif month == 2:
        long = 29 if leap else 28
    if day > long:
        return NONE
    # Days of the proleptic Gregorian calendar, years beginning in March.
    y = year - 1 if month <= 2 else year
    era = y // 400
    yoe = y - era * 400
    doy = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    days = era * 146_097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719_468
    return days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + micro


@njit(cache=True, nogil=True)
def digits(buf: np.ndarray, a: int, b: int) -> int:
    """The number written in `buf[a:b]`, -1 where it is empty, too long or has other characters."""
    if a >= b or b - a > 18:
        return -1
    v = 0
    for k in range(a, b):
        d = buf[k] - 48
        if d < 0 or d > 9:
            return -1
        v = v * 10 + d
    return v


@njit(cache=True, nogil=True)
def number_end(buf: np.ndarray, a: int, b: int) -> int:
    """Where the run of digits from `a` ends."""
    k = a
    while k < b and 48 <= buf[k] <= 57:
        k += 1
    return k


@njit(cache=True, nogil=True)
def fraction(buf: np.ndarray, a: int, b: int) -> int:
    """Microseconds from the digits after a point; further digits are dropped."""
    v = 0
    for k in range(6):
        v = v * 10
        if a + k < b and 48 <= buf[a + k] <= 57:
            v += buf[a + k] - 48
    return v


@njit(cache=True, nogil=True)
def epoch(buf: np.ndarray, a: int, b: int, base: int) -> tuple[int, int]:
    """A Unix time at `buf[a:]`: seconds, with a fraction, or milli- or microseconds by the count of digits.

    Small numbers are seconds after `base` where `base` is not `NONE`. Gives the time and where it ends.
    """
    e = number_end(buf, a, b)
    v = digits(buf, a, e)
    if v < 0:
        return NONE, a
    end = e
    frac = 0
    if e + 1 < b and buf[e] == 46 and 48 <= buf[e + 1] <= 57:
        end = number_end(buf, e + 1, b)
        frac = fraction(buf, e + 1, end)
    if v < EPOCH_MIN_S:
        if base == NONE or v > 31 * 86_400:
            return NONE, a
        return base + v * SECOND + frac, end
    if v < 10_000_000_000:
        return v * SECOND + frac, end
    if v < 10_000_000_000_000:
        return v * 1000 + frac // 1000, end
    if v < 10_000_000_000_000_000:
        return v, end
    return NONE, a


@njit(cache=True, nogil=True)
def iso(buf: np.ndarray, a: int, b: int) -> tuple[int, int]:
    """A date with a time at `buf[a:]`, as `2013-11-12T12:00:00.5Z`; the time and where it ends.

    `/` or nothing may part the date, a blank stand for the T. Without an offset it is UTC.
    """
    if b - a < 14:
        return NONE, a
    sep = buf[a + 4]
    k = a
    if sep == 45 or sep == 47:
        if b - a < 19 or buf[a + 7] != sep:
            return NONE, a
        year, month, day = digits(buf, a, a + 4), digits(buf, a + 5, a + 7), digits(buf, a + 8, a + 10)
        k = a + 10
    else:
        year, month, day = digits(buf, a, a + 4), digits(buf, a + 4, a + 6), digits(buf, a + 6, a + 8)
        k = a + 8
    if year < 0 or month < 0 or day < 0:
        return NONE, a
    if buf[k] == 84 or buf[k] == 116 or buf[k] == 32 or buf[k] == 95 or buf[k] == 45:
        k += 1
    if b - k < 6:
        return NONE, a
    hour = digits(buf, k, k + 2)
    if buf[k + 2] == 58:
        if b - k < 8 or buf[k + 5] != 58:
            return NONE, a
        minute, second = digits(buf, k + 3, k + 5), digits(buf, k + 6, k + 8)
        k += 8
    else:
        minute, second = digits(buf, k + 2, k + 4), digits(buf, k + 4, k + 6)
        k += 6
    micro = 0
    if k + 1 < b and (buf[k] == 46 or buf[k] == 44) and 48 <= buf[k + 1] <= 57:
        end = number_end(buf, k + 1, b)
        if buf[k] == 46 or end - k <= 7:
            micro = fraction(buf, k + 1, end)
            k = end
    t = civil(year, month, day, hour, minute, second, micro)
    if t == NONE:
        return NONE, a
    if k < b and (buf[k] == 90 or buf[k] == 122):
        k += 1
    elif k + 2 < b and (buf[k] == 43 or buf[k] == 45):
        h = digits(buf, k + 1, k + 3)
        p = k + 3
        if p < b and buf[p] == 58:
            p += 1
        m = digits(buf, p, p + 2) if p + 2 <= b else -1
        if 0 <= h <= 14:
            shift = h * 3600 + (m * 60 if 0 <= m < 60 else 0)
            t = t - shift * SECOND if buf[k] == 43 else t + shift * SECOND
            k = p + 2 if 0 <= m < 60 else k + 3
    return t, k


@njit(cache=True, nogil=True)
def _separator(c: int) -> bool:
    return c <= 32 or c == 44 or c == 59 or c == 124 or c == 34 or c == 39 or c == 91 or c == 40


@njit(cache=True, nogil=True)
def find_time(buf: np.ndarray, a: int, b: int, base: int) -> tuple[int, int]:
    """The first date or Unix time that begins a column of `buf[a:b]`; the time and where it ends."""
    k = a
    fresh = True
    while k < b:
        c = buf[k]
        if fresh and 48 <= c <= 57:
            t, end = iso(buf, k, b)
            if t == NONE:
                t, end = epoch(buf, k, b, base if k == a else NONE)
                if (
                    t != NONE
                    and end < b
                    and not (
                        _separator(buf[end])
                        or buf[end] == 93
                        or buf[end] == 41
                        or buf[end] == 58
                        or buf[end] == 62
                    )
                ):
                    t = NONE
            if t != NONE:
                return t, end
        fresh = _separator(c)
        k += 1
    return NONE, a
