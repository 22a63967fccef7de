"""Messages of several sentences: parts wait for each other in slots.

Parts belong together by talker, channel, sequence number, count of parts and tag block group. They may be
interleaved with others. A part that comes twice with other content begins a new message and orphans the old
one; one that comes twice alike (heard by two stations) opens a second slot.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import ARMOUR_VALUE, BAD, append
from huanqiong.lines.sea.message.causes import ARMOUR, ORPHAN, PAYLOAD_LONG
from huanqiong.lines.sea.message.rows import (
    AT,
    KIND,
    N_HEAP,
    N_ROWS,
    NONE,
    RECEIVER_MAX,
    REJECT,
    REJECT_TEXT,
    TABLE,
    TEXT_1,
    TEXT_AT,
    TIME,
)
from huanqiong.lines.sea.message.state import (
    CAUSE_0,
    FIRST_LINE,
    FIRST_T,
    GROUP,
    KEY,
    LINE,
    OFFSET,
    ORDER,
    PART_FILL,
    PART_LEN,
    PART_MAX,
    PARTS,
    RECEIVER_LEN,
    REORDER_LINES,
    SEEN,
    SLOT_0,
    SLOT_PART,
    SLOT_RECEIVER,
    SLOT_TEXT,
    SLOT_WIDTH,
    SLOTS,
    TEXT_LEN,
    TOTAL,
    WINDOW_LINES,
    WINDOW_US,
)

WAITING: Final = -1
LONG_CHARS: Final = 390


@njit(cache=True, nogil=True)
def reject(
    ints: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    cause: int,
    offset: int,
    line: int,
    buf: np.ndarray,
    a: int,
    b: int,
) -> None:
    """Set `buf[a:b]` aside."""
    n = used[N_ROWS]
    at = used[N_HEAP]
    size = min(b - a, REJECT_TEXT)
    for k in range(size):
        heap[at + k] = buf[a + k]
    row[n, TABLE] = REJECT
    row[n, TIME] = line
    row[n, AT] = offset
    row[n, KIND] = cause
    row[n, TEXT_AT] = at
    row[n, TEXT_1] = size
    used[N_ROWS] = n + 1
    used[N_HEAP] = at + size
    ints[CAUSE_0 + cause] += 1


@njit(cache=True, nogil=True)
def orphan(
    ints: np.ndarray, octets: np.ndarray, row: np.ndarray, heap: np.ndarray, used: np.ndarray, i: int
) -> None:
    """Set aside what slot i holds, and free it."""
    s = SLOT_0 + SLOT_WIDTH * i
    a = SLOT_TEXT + REJECT_TEXT * i
    reject(
        ints,
        row,
        heap,
        used,
        ORPHAN,
        ints[s + OFFSET],
        ints[s + FIRST_LINE],
        octets,
        a,
        a + ints[s + TEXT_LEN],
    )
    ints[s + ORDER] = 0


@njit(cache=True, nogil=True)
def sweep(
    ints: np.ndarray, octets: np.ndarray, row: np.ndarray, heap: np.ndarray, used: np.ndarray, t: int
) -> None:
    """Orphan the slots whose other parts can no longer come."""
    line = ints[LINE]
    for i in range(SLOTS):
        s = SLOT_0 + SLOT_WIDTH * i
        if ints[s + ORDER] == 0:
            continue
        late = t != NONE and ints[s + FIRST_T] != NONE and abs(t - ints[s + FIRST_T]) > WINDOW_US
        if late or line - ints[s + FIRST_LINE] > WINDOW_LINES:
            orphan(ints, octets, row, heap, used, i)


@njit(cache=True, nogil=True)
def part_at(i: int, number: int) -> int:
    """Where the characters of a part lie."""
    return SLOT_PART + PART_MAX * (PARTS * i + number)


@njit(cache=True, nogil=True)
def _same_part(
    ints: np.ndarray, octets: np.ndarray, i: int, number: int, buf: np.ndarray, a: int, b: int
) -> bool:
    if ints[SLOT_0 + SLOT_WIDTH * i + PART_LEN + number] != b - a:
        return False
    p = part_at(i, number)
    same = True
    for k in range(b - a):
        same &= octets[p + k] == buf[a + k]
    return same


@njit(cache=True, nogil=True)
def _find(
    ints: np.ndarray,
    octets: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    key: int,
    group: int,
    number: int,
    buf: np.ndarray,
    a: int,
    b: int,
) -> int:
    """The newest slot that lacks this part, -1 where a new one is needed."""
    best = -1
    newest = 0
    for i in range(SLOTS):
        s = SLOT_0 + SLOT_WIDTH * i
        if ints[s + ORDER] == 0 or ints[s + KEY] != key:
            continue
        if ints[s + GROUP] != group and ints[s + GROUP] >= 0 and group >= 0:
            continue
        later = ints[s + SEEN] >> number
        if later & 1:
            if not _same_part(ints, octets, i, number, buf, a, b):
                orphan(ints, octets, row, heap, used, i)
        elif (later == 0 or ints[LINE] - ints[s + ORDER] <= REORDER_LINES) and ints[s + FIRST_LINE] >= newest:
            best = i
            newest = ints[s + FIRST_LINE]
    return best


@njit(cache=True, nogil=True)
def _free(ints: np.ndarray, octets: np.ndarray, row: np.ndarray, heap: np.ndarray, used: np.ndarray) -> int:
    """A free slot; the oldest is orphaned where none is free."""
    oldest = 0
    for i in range(SLOTS):
        s = SLOT_0 + SLOT_WIDTH * i
        if ints[s + ORDER] == 0:
            return i
        if ints[s + FIRST_LINE] < ints[SLOT_0 + SLOT_WIDTH * oldest + FIRST_LINE]:
            oldest = i
    orphan(ints, octets, row, heap, used, oldest)
    return oldest


@njit(cache=True, nogil=True)
def put_part(
    ints: np.ndarray,
    octets: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
    key: int,
    group: int,
    total: int,
    number: int,
    fill: int,
    offset: int,
    t: int,
    source: int,
    length: int,
    buf: np.ndarray,
    a: int,
    b: int,
    la: int,
    lb: int,
) -> int:
    """Store the payload `buf[a:b]` of part `number` (from 0); the slot of a now whole message, or WAITING.

    `la`, `lb` bound the sentence, for the side file.
    """
    sweep(ints, octets, row, heap, used, t)
    i = _find(ints, octets, row, heap, used, key, group, number, buf, a, b)
    if i < 0:
        i = _free(ints, octets, row, heap, used)
        s = SLOT_0 + SLOT_WIDTH * i
        ints[s + KEY], ints[s + GROUP], ints[s + TOTAL], ints[s + SEEN] = key, group, total, 0
        ints[s + OFFSET], ints[s + FIRST_LINE], ints[s + FIRST_T] = offset, ints[LINE], NONE
        ints[s + RECEIVER_LEN] = 0
        ints[s + TEXT_LEN] = min(lb - la, REJECT_TEXT)
        for k in range(ints[s + TEXT_LEN]):
            octets[SLOT_TEXT + REJECT_TEXT * i + k] = buf[la + k]
    s = SLOT_0 + SLOT_WIDTH * i
    ints[s + ORDER] = ints[LINE]
    if ints[s + GROUP] < 0:
        ints[s + GROUP] = group
    if ints[s + FIRST_T] == NONE:
        ints[s + FIRST_T] = t
    if ints[s + RECEIVER_LEN] == 0:
        ints[s + RECEIVER_LEN] = length
        for k in range(length):
            octets[SLOT_RECEIVER + RECEIVER_MAX * i + k] = octets[source + k]
    p = part_at(i, number)
    for k in range(b - a):
        octets[p + k] = buf[a + k]
    ints[s + PART_LEN + number] = b - a
    ints[s + PART_FILL + number] = fill
    ints[s + SEEN] |= 1 << number
    return i if ints[s + SEEN] == (1 << total) - 1 else WAITING


@njit(cache=True, nogil=True)
def join(ints: np.ndarray, octets: np.ndarray, words: np.ndarray, i: int) -> int:
    """The parts of a whole message into `words`, the slot freed; its bits, or minus the cause."""
    s = SLOT_0 + SLOT_WIDTH * i
    ints[s + ORDER] = 0
    words[:] = 0
    nbits = 0
    chars = 0
    for number in range(ints[s + TOTAL]):
        size = ints[s + PART_LEN + number]
        p = part_at(i, number)
        chars += size
        if chars > LONG_CHARS:
            return -PAYLOAD_LONG
        for k in range(size):
            value = np.int64(ARMOUR_VALUE[octets[p + k]])
            if value == BAD:
                return -ARMOUR
            width = 6 - (ints[s + PART_FILL + number] if k == size - 1 else 0)
            nbits = append(words, nbits, value >> (6 - width), width)
    return nbits
