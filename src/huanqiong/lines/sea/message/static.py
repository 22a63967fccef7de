"""Ship static data: types 5 and 24, and what type 19 says of the ship.

Field positions. Source: ITU-R M.1371-5, annex 8.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import ubits
from huanqiong.lines.sea.message.causes import OK, SHORT, UNKNOWN_TYPE
from huanqiong.lines.sea.message.rows import (
    BEAM,
    DRAUGHT,
    IMO,
    LENGTH,
    N_HEAP,
    SHIP_TYPE,
    STATIC_ROW,
    TEXT_1,
    TEXT_2,
    TEXT_3,
    TEXT_4,
    begin,
    put_text,
)


@njit(cache=True, nogil=True)
def begin_static(
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    kind: int,
    mmsi: int,
    t: int,
    offset: int,
    octets: np.ndarray,
) -> int:
    """Start a row of static data with nothing in it but whose it is."""
    n = begin(row, heap, used, STATIC_ROW, kind, mmsi, t, offset, octets, 0, 0)
    row[n, IMO] = 0
    row[n, SHIP_TYPE] = 0
    row[n, LENGTH] = 0
    row[n, BEAM] = 0
    row[n, DRAUGHT] = 0
    return n


@njit(cache=True, nogil=True)
def put_size(words: np.ndarray, ship_type: int, size: int, row: np.ndarray, n: int) -> None:
    """Ship type, and length and beam from the distances to bow, stern, port and starboard."""
    row[n, SHIP_TYPE] = ubits(words, ship_type, 8)
    row[n, LENGTH] = ubits(words, size, 9) + ubits(words, size + 9, 9)
    row[n, BEAM] = ubits(words, size + 18, 6) + ubits(words, size + 24, 6)


@njit(cache=True, nogil=True)
def put_eta(words: np.ndarray, row: np.ndarray, heap: np.ndarray, used: np.ndarray, n: int) -> None:
    """`MM-DD HH:MM` as sent; nothing where month or day is 0 (not available)."""
    month, day, hour, minute = (
        ubits(words, 274, 4),
        ubits(words, 278, 5),
        ubits(words, 283, 5),
        ubits(words, 288, 6),
    )
    if month == 0 or day == 0:
        return
    a = used[N_HEAP]
    packed = ((month * 100 + day) * 100 + hour) * 100 + minute
    for k in range(10, -1, -1):
        if k == 2:
            heap[a + k] = 45
        elif k == 5:
            heap[a + k] = 32
        elif k == 8:
            heap[a + k] = 58
        else:
            heap[a + k] = 48 + packed % 10
            packed //= 10
    row[n, TEXT_4] = 11
    used[N_HEAP] = a + 11


@njit(cache=True, nogil=True)
def static(
    words: np.ndarray,
    nbits: int,
    kind: int,
    mmsi: int,
    t: int,
    offset: int,
    octets: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> int:
    """Types 5 and 24 A and B: a row of static data; OK, SHORT or UNKNOWN_TYPE."""
    if kind == 5:
        if nbits < 302:
            return SHORT
        n = begin_static(row, heap, used, kind, mmsi, t, offset, octets)
        row[n, IMO] = ubits(words, 40, 30)
        row[n, DRAUGHT] = ubits(words, 294, 8)
        put_size(words, 232, 240, row, n)
        put_text(words, 70, 112, row, heap, used, n, TEXT_1)
        put_text(words, 112, 232, row, heap, used, n, TEXT_2)
        put_text(words, 302, min(nbits, 422), row, heap, used, n, TEXT_3)
        put_eta(words, row, heap, used, n)
        return OK
    part = ubits(words, 38, 2)
    if nbits < (160 if part == 0 else 162):
        return SHORT
    if part > 1:
        return UNKNOWN_TYPE
    n = begin_static(row, heap, used, kind, mmsi, t, offset, octets)
    if part == 0:
        put_text(words, 40, 160, row, heap, used, n, TEXT_2)
    else:
        put_size(words, 40, 132, row, n)
        put_text(words, 90, 132, row, heap, used, n, TEXT_1)
        if mmsi // 10_000_000 == 98:  # an auxiliary craft sends its mother ship's MMSI in place of its size
            row[n, LENGTH] = 0
            row[n, BEAM] = 0
    return OK
