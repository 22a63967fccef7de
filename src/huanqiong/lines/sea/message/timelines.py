"""Lines that tell the time of what follows: $PGHP, $xxZDA, $xxRMC, $PSTT,30A."""

from __future__ import annotations

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.clock import civil, digits, fraction
from huanqiong.lines.sea.message.rows import NONE


@njit(cache=True, nogil=True, forceinline=True)
def hexadecimal(c: int) -> int:
    """Value of a hexadecimal digit, -1 where it is none."""
    if 48 <= c <= 57:
        return c - 48
    if 65 <= c <= 70:
        return c - 55
    if 97 <= c <= 102:
        return c - 87
    return -1


@njit(cache=True, nogil=True, forceinline=True)
def checksum_at(buf: np.ndarray, star: int) -> int:
    """The checksum written after `*`, -1 where there are no two hexadecimal digits. Two bytes must follow."""
    high, low = hexadecimal(buf[star + 1]), hexadecimal(buf[star + 2])
    if high < 0 or low < 0:
        return -1
    return high * 16 + low


@njit(cache=True, nogil=True, forceinline=True)
def xor(buf: np.ndarray, a: int, b: int) -> int:
    """The checksum of `buf[a:b]`."""
    x = np.uint8(0)
    for c in buf[a:b]:
        x ^= c
    return int(x)


@njit(cache=True, nogil=True)
def comma(buf: np.ndarray, a: int, b: int) -> int:
    """Where the next comma lies, `b` where there is none."""
    k = a
    while k < b and buf[k] != 44:
        k += 1
    return k


@njit(cache=True, nogil=True)
def pghp(buf: np.ndarray, a: int, b: int) -> tuple[int, int, int]:
    """`$PGHP,1,y,m,d,h,m,s,ms,country,region,station,...`: the time, and where the station's number lies.

    `a` is the byte after `$PGHP,`. Source: the raw feed of the Danish Maritime Authority.
    """
    k = comma(buf, a, b) + 1
    v0, v1, v2, v3, v4, v5, v6 = -1, -1, -1, -1, -1, -1, -1
    for n in range(7):
        v = 0
        start = k
        while k < b and 48 <= buf[k] <= 57 and k - start < 6:
            v = v * 10 + (buf[k] - 48)
            k += 1
        if k == start or k >= b or buf[k] != 44:
            return NONE, 0, 0
        k += 1
        if n == 0:
            v0 = v
        elif n == 1:
            v1 = v
        elif n == 2:
            v2 = v
        elif n == 3:
            v3 = v
        elif n == 4:
            v4 = v
        elif n == 5:
            v5 = v
        else:
            v6 = v
    if v6 > 999:
        return NONE, 0, 0
    t = civil(v0, v1, v2, v3, v4, v5, v6 * 1000)
    k = comma(buf, k, b) + 1
    k = comma(buf, k, b) + 1
    if k >= b:
        return t, 0, 0
    return t, k, comma(buf, k, b)


@njit(cache=True, nogil=True)
def _clock_time(buf: np.ndarray, a: int, b: int) -> tuple[int, int, int, int]:
    """`hhmmss.sss` as hour, minute, second, microseconds; hour -1 where it is none."""
    if b - a < 6:
        return -1, 0, 0, 0
    hour, minute, second = digits(buf, a, a + 2), digits(buf, a + 2, a + 4), digits(buf, a + 4, a + 6)
    if hour < 0 or minute < 0 or second < 0:
        return -1, 0, 0, 0
    return hour, minute, second, fraction(buf, a + 7, b) if b - a > 7 else 0


@njit(cache=True, nogil=True)
def zda(buf: np.ndarray, a: int, b: int) -> int:
    """`hhmmss.ss,dd,mm,yyyy,...` after `$xxZDA,`."""
    e = comma(buf, a, b)
    hour, minute, second, micro = _clock_time(buf, a, e)
    d = comma(buf, e + 1, b)
    m = comma(buf, d + 1, b)
    y = comma(buf, m + 1, b)
    if hour < 0:
        return NONE
    return civil(
        digits(buf, m + 1, y), digits(buf, d + 1, m), digits(buf, e + 1, d), hour, minute, second, micro
    )


@njit(cache=True, nogil=True)
def rmc(buf: np.ndarray, a: int, b: int) -> int:
    """`hhmmss.ss,A,lat,N,lon,E,sog,cog,ddmmyy,...` after `$xxRMC,`; a void fix (V) tells no time."""
    e = comma(buf, a, b)
    hour, minute, second, micro = _clock_time(buf, a, e)
    if hour < 0 or e + 1 >= b or buf[e + 1] != 65:
        return NONE
    k = e
    for _ in range(7):
        k = comma(buf, k + 1, b)
    end = comma(buf, k + 1, b)
    if end - (k + 1) != 6:
        return NONE
    year = digits(buf, k + 5, k + 7)
    month, day = digits(buf, k + 3, k + 5), digits(buf, k + 1, k + 3)
    if year < 0:
        return NONE
    return civil(2000 + year if year < 80 else 1900 + year, month, day, hour, minute, second, micro)


@njit(cache=True, nogil=True)
def pstt(buf: np.ndarray, a: int, b: int) -> int:
    """`30A,yyyymmdd,hhmmss` after `$PSTT,`."""
    if (
        b - a < 19
        or buf[a] != 51
        or buf[a + 1] != 48
        or buf[a + 2] != 65
        or buf[a + 3] != 44
        or buf[a + 12] != 44
    ):
        return NONE
    hour, minute, second, micro = _clock_time(buf, a + 13, a + 19)
    if hour < 0:
        return NONE
    return civil(
        digits(buf, a + 4, a + 8),
        digits(buf, a + 8, a + 10),
        digits(buf, a + 10, a + 12),
        hour,
        minute,
        second,
        micro,
    )
