"""Where the kernels write: one matrix of whole numbers, a row a report, and one heap of text.

Numbers stay as sent (raw); `columns.py` scales them and turns "not available" into nulls. A row's texts
follow each other in the heap from `TEXT_AT` on; their lengths are in the last four columns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import text

NONE: Final = np.iinfo(np.int64).min
RECEIVER_MAX: Final = 32
REJECT_TEXT: Final = 200

TABLE: Final = 0
POSITION: Final = 0
STATIC_ROW: Final = 1
OTHER_ROW: Final = 2
REJECT: Final = 3

TIME: Final = 1  # microseconds since 1970; of a reject its line
MMSI: Final = 2
AT: Final = 3  # offset of the first line
KIND: Final = 4  # message type; of a reject its cause
LAT: Final = 5
LON: Final = 6
SOG: Final = 7
COG: Final = 8
HEADING: Final = 9
STATUS: Final = 10
# Other reports
ALTITUDE: Final = 8
VIRTUAL: Final = 9
# Static data
IMO: Final = 5
SHIP_TYPE: Final = 6
LENGTH: Final = 7
BEAM: Final = 8
DRAUGHT: Final = 9
# Texts: receiver, name, text of positions and others; call sign, name, destination, ETA of static data
TEXT_AT: Final = 11
TEXT_1: Final = 12
TEXT_2: Final = 13
TEXT_3: Final = 14
TEXT_4: Final = 15
WIDTH: Final = 16

N_ROWS: Final = 0
N_HEAP: Final = 1


class Rows(NamedTuple):
    """Scratch for the kernels, used again for each block."""

    row: np.ndarray  # int64, rows x WIDTH
    heap: np.ndarray  # uint8
    used: np.ndarray  # int64: rows, bytes of the heap


def make_rows(rows: int = 16_384, heap: int = 1 << 19) -> Rows:
    """Room for so many rows and bytes of text."""
    return Rows(np.empty((rows, WIDTH), np.int64), np.empty(heap, np.uint8), np.zeros(2, np.int64))


@njit(cache=True, nogil=True, forceinline=True)
def begin(
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    table: int,
    kind: int,
    mmsi: int,
    t: int,
    offset: int,
    octets: np.ndarray,
    source: int,
    length: int,
) -> int:
    """Start a row, with the receiver as its first text; its number."""
    n = used[N_ROWS]
    at = used[N_HEAP]
    row[n, TABLE] = table
    row[n, TIME] = t
    row[n, MMSI] = mmsi
    row[n, AT] = offset
    row[n, KIND] = kind
    row[n, TEXT_AT] = at
    row[n, TEXT_1] = length
    row[n, TEXT_2] = 0
    row[n, TEXT_3] = 0
    row[n, TEXT_4] = 0
    for k in range(length):
        heap[at + k] = octets[source + k]
    used[N_ROWS] = n + 1
    used[N_HEAP] = at + length
    return n


@njit(cache=True, nogil=True)
def put_text(
    words: np.ndarray,
    start: int,
    stop: int,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    n: int,
    column: int,
) -> None:
    """The text between two bits as the next text of row n."""
    at = used[N_HEAP]
    end = text(words, start, stop, heap, at)
    row[n, column] = end - at
    used[N_HEAP] = end
