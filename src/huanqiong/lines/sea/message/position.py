"""Position reports: types 1, 2, 3, 9, 18, 19 and 27.

Field positions and "not available" values. Source: ITU-R M.1371-5, annex 8, and annex 4 (type 27).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import sbits, ubits
from huanqiong.lines.sea.message.causes import OK, SHORT
from huanqiong.lines.sea.message.clock import SECOND
from huanqiong.lines.sea.message.rows import (
    ALTITUDE,
    COG,
    HEADING,
    LAT,
    LON,
    NONE,
    OTHER_ROW,
    POSITION,
    SOG,
    STATUS,
    TEXT_2,
    VIRTUAL,
    begin,
    put_text,
)
from huanqiong.lines.sea.message.state import ROLL
from huanqiong.lines.sea.message.static import begin_static, put_size

LAT_NONE: Final = 91 * 600_000
LON_NONE: Final = 181 * 600_000


@njit(cache=True, nogil=True)
def roll(ints: np.ndarray, second: int) -> int:
    """Time of a report that carries only its second, in a stream that began at `t0`.

    The report lies within the 50 s before or the 10 s after the latest one; 60 and above is no second.
    """
    t = ints[ROLL]
    if t == NONE or second > 59:
        return t
    ahead = (second * SECOND - t) % (60 * SECOND)
    if ahead > 10 * SECOND:
        return t + ahead - 60 * SECOND
    ints[ROLL] = t + ahead
    return t + ahead


@njit(cache=True, nogil=True, forceinline=True)
def position(
    words: np.ndarray,
    nbits: int,
    kind: int,
    mmsi: int,
    t: int,
    ints: np.ndarray,
    offset: int,
    octets: np.ndarray,
    source: int,
    length: int,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> int:
    """Types 1, 2, 3, 9, 18, 19 and 27: a row of positions; OK or SHORT."""
    heading = 511
    status = -1
    second = 60
    if kind == 27:
        if nbits < 94:
            return SHORT
        status = ubits(words, 40, 4)
        sog, lon, lat, cog = (
            ubits(words, 79, 6),
            sbits(words, 44, 18),
            sbits(words, 62, 17),
            ubits(words, 85, 9),
        )
        lon = NONE if lon == 181 * 600 else lon
        lat = NONE if lat == 91 * 600 else lat
        sog = -1 if sog == 63 else sog
        cog = -1 if cog == 511 or cog == 360 else cog
    else:
        if kind <= 3 or kind == 9:
            if nbits < (143 if kind <= 3 else 134):
                return SHORT
            sog, lon, lat, cog = (
                ubits(words, 50, 10),
                sbits(words, 61, 28),
                sbits(words, 89, 27),
                ubits(words, 116, 12),
            )
            if kind <= 3:
                status, heading, second = ubits(words, 38, 4), ubits(words, 128, 9), ubits(words, 137, 6)
            else:
                second = ubits(words, 128, 6)
        else:
            if nbits < 139:
                return SHORT
            sog, lon, lat, cog = (
                ubits(words, 46, 10),
                sbits(words, 57, 28),
                sbits(words, 85, 27),
                ubits(words, 112, 12),
            )
            heading, second = ubits(words, 124, 9), ubits(words, 133, 6)
        lon = NONE if lon == LON_NONE else lon
        lat = NONE if lat == LAT_NONE else lat
        sog = -1 if sog == 1023 else sog
        cog = -1 if cog == 3600 else cog
    if t == NONE:
        t = roll(ints, second)
    n = begin(row, heap, used, POSITION, kind, mmsi, t, offset, octets, source, length)
    row[n, LAT] = lat
    row[n, LON] = lon
    row[n, SOG] = sog
    row[n, COG] = cog
    row[n, HEADING] = -1 if heading == 511 else heading
    row[n, STATUS] = status
    if kind == 9:
        altitude = ubits(words, 38, 12)
        n = begin(row, heap, used, OTHER_ROW, kind, mmsi, t, offset, octets, source, length)
        row[n, LAT] = lat
        row[n, LON] = lon
        row[n, SOG] = sog
        row[n, ALTITUDE] = -1 if altitude == 4095 else altitude
        row[n, VIRTUAL] = -1
    elif kind == 19 and nbits >= 301:
        n = begin_static(row, heap, used, kind, mmsi, t, offset, octets)
        put_text(words, 143, 263, row, heap, used, n, TEXT_2)
        put_size(words, 263, 271, row, n)
    return OK
