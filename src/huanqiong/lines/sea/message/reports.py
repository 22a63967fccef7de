"""A message's bits to its rows: positions, static data, and here the rest (types 4, 12, 14, 21).

Field positions and "not available" values. Source: ITU-R M.1371-5, annex 8 (types 1 to 5, 9, 12, 14, 18, 19,
21, 24) and annex 4 (type 27).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import characters, sbits, trimmed, ubits
from huanqiong.lines.sea.message.causes import OK, SHORT, UNKNOWN_TYPE, UNUSED
from huanqiong.lines.sea.message.clock import SECOND, civil
from huanqiong.lines.sea.message.position import LAT_NONE, LON_NONE, position
from huanqiong.lines.sea.message.rows import (
    ALTITUDE,
    LAT,
    LON,
    N_HEAP,
    NONE,
    OTHER_ROW,
    SOG,
    TEXT_2,
    TEXT_3,
    VIRTUAL,
    begin,
    put_text,
)
from huanqiong.lines.sea.message.state import ROLL
from huanqiong.lines.sea.message.static import static

SAFETY_BITS: Final = 6 * 161
RESYNC_US: Final = 3_600 * SECOND
"""A base station's clock may move the time rolled on from `t0` forward by at most an hour."""


@njit(cache=True, nogil=True)
def own_clock(words: np.ndarray, ints: np.ndarray, t: int) -> int:
    """A base station's own time where the stream tells none."""
    own = civil(
        ubits(words, 38, 14),
        ubits(words, 52, 4),
        ubits(words, 56, 5),
        ubits(words, 61, 5),
        ubits(words, 66, 6),
        ubits(words, 72, 6),
        0,
    )
    if own == NONE or ubits(words, 72, 6) > 59:
        return t
    if t != NONE and 0 < own - t <= RESYNC_US:
        ints[ROLL] = own
    return own


@njit(cache=True, nogil=True)
def other(
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
    """Types 4, 12, 14 and 21: a row of other reports; OK or SHORT."""
    if nbits < (134 if kind == 4 else 219 if kind == 21 else 72 if kind == 12 else 40):
        return SHORT
    if t == NONE:
        t = ints[ROLL]
        if kind == 4:
            t = own_clock(words, ints, t)
    n = begin(row, heap, used, OTHER_ROW, kind, mmsi, t, offset, octets, source, length)
    row[n, LAT] = NONE
    row[n, LON] = NONE
    row[n, SOG] = -1
    row[n, ALTITUDE] = -1
    row[n, VIRTUAL] = -1
    if kind == 12:
        put_text(words, 72, min(nbits, 72 + SAFETY_BITS), row, heap, used, n, TEXT_3)
    elif kind == 14:
        put_text(words, 40, min(nbits, 40 + SAFETY_BITS), row, heap, used, n, TEXT_3)
    else:
        lon, lat = sbits(words, 79, 28), sbits(words, 107, 27)
        if kind == 21:
            lon, lat = sbits(words, 164, 28), sbits(words, 192, 27)
            a = used[N_HEAP]
            end = characters(words, 43, 163, heap, a)
            if nbits > 272 and heap[end - 1] != 64:  # a full name goes on in the extension
                end = characters(words, 272, min(nbits, 356), heap, end)
            end = trimmed(heap, a, end)
            row[n, TEXT_2] = end - a
            used[N_HEAP] = end
            if nbits >= 270:
                row[n, VIRTUAL] = ubits(words, 269, 1)
        row[n, LAT] = NONE if lat == LAT_NONE else lat
        row[n, LON] = NONE if lon == LON_NONE else lon
    return OK


@njit(cache=True, nogil=True)
def report(
    words: np.ndarray,
    nbits: int,
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
    """Write the rows of one message; OK, UNUSED or the cause for which it is set aside."""
    if nbits < 38:
        return SHORT
    kind = ubits(words, 0, 6)
    mmsi = ubits(words, 8, 30)
    if 1 <= kind <= 3 or kind == 18 or kind == 19 or kind == 27 or kind == 9:
        return position(words, nbits, kind, mmsi, t, ints, offset, octets, source, length, row, heap, used)
    if kind == 5 or kind == 24:
        t = ints[ROLL] if t == NONE else t
        return static(words, nbits, kind, mmsi, t, offset, octets, row, heap, used)
    if kind == 4 or kind == 21 or kind == 12 or kind == 14:
        return other(words, nbits, kind, mmsi, t, ints, offset, octets, source, length, row, heap, used)
    return UNKNOWN_TYPE if kind > 27 or kind == 0 else UNUSED
