"""AIS sentences of a line: `!AIVDM,total,number,sequence,channel,payload,fill*hh`, whatever the talker."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.bits import MAX_CHARS, unarmour
from huanqiong.lines.sea.message.causes import (
    ARMOUR,
    CHECKSUM,
    FIELDS,
    OVERLONG,
    PAYLOAD_LONG,
    TRUNCATED,
    UNUSED,
)
from huanqiong.lines.sea.message.clock import find_time
from huanqiong.lines.sea.message.parts import join, put_part, reject
from huanqiong.lines.sea.message.reports import report
from huanqiong.lines.sea.message.rows import NONE, RECEIVER_MAX
from huanqiong.lines.sea.message.state import (
    ARRIVED,
    FIRST_T,
    HEADER,
    HEADER_LEN,
    HEADER_T,
    LINE,
    MESSAGES,
    OFFSET,
    OWN,
    PART_MAX,
    PARTS,
    RECEIVER_LEN,
    SENTENCES,
    SKIPPED,
    SLOT_0,
    SLOT_RECEIVER,
    SLOT_WIDTH,
    STICKY_T,
    TRAILER,
    UNUSED_N,
)
from huanqiong.lines.sea.message.tag import copy
from huanqiong.lines.sea.message.timelines import checksum_at, comma, xor

LINE_SENTENCES: Final = 32
"""Sentences read from one line, where line ends were lost."""
PART_OF: Final = -2  # a sentence that waits for the rest of its message


@njit(cache=True, nogil=True)
def _finish_message(
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
    """Count a message, or set its sentence aside."""
    if cause > 0:
        reject(ints, row, heap, used, cause, offset, line, buf, a, b)
        return
    ints[MESSAGES] += 1
    if cause == UNUSED:
        ints[UNUSED_N] += 1


@njit(cache=True, nogil=True, forceinline=True)
def _fields(
    buf: np.ndarray,
    k: int,
    star: int,
    t: int,
    source: int,
    length: int,
    group: int,
    offset: int,
    la: int,
    lb: int,
    ints: np.ndarray,
    octets: np.ndarray,
    words: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> int:
    """Decode the sentence at `k`, its checksum proven, its time and source known; the cause where it fails.

    Form: `!AIVDM,total,number,sequence,channel,payload,fill`.
    """
    if star - k < 14 or buf[k + 8] != 44 or buf[k + 10] != 44:
        return FIELDS
    total, number = buf[k + 7] - 48, buf[k + 9] - 48
    if total < 1 or total > PARTS or number < 1 or number > total:
        return FIELDS
    sequence = 255
    f = k + 11
    if buf[f] != 44:
        sequence = buf[f]
        f += 1
    if f >= star or buf[f] != 44:
        return FIELDS
    f += 1
    channel = 0
    while f < star and buf[f] != 44:
        channel = (channel << 8 | buf[f]) & 0xFFFF
        f += 1
    a = f + 1
    b = star - 2
    if a > b or buf[b] != 44:
        # An empty fill field is read as no fill bits.
        if star - 1 < a or buf[star - 1] != 44:
            return FIELDS
        b = star - 1
        fill = 0
    else:
        fill = buf[star - 1] - 48
        if fill < 0 or fill > 5:
            return FIELDS
    if b - a > MAX_CHARS - 12:
        return PAYLOAD_LONG
    if total > 1:
        if b - a > PART_MAX:
            return PAYLOAD_LONG
        if a == b and fill > 0:
            return FIELDS
        key = ((buf[k + 1] << 8 | buf[k + 2]) << 32) | (channel << 16) | (sequence << 8) | total
        i = put_part(
            ints, octets, row, heap, used, key, group, total, number - 1, fill, offset, t, source, length,
            buf, a, b, la, lb,
        )  # fmt: skip
        if i < 0:
            return PART_OF
        nbits = join(ints, octets, words, i)
        if nbits < 0:
            return -nbits
        s = SLOT_0 + SLOT_WIDTH * i
        t, offset = ints[s + FIRST_T], ints[s + OFFSET]
        source, length = SLOT_RECEIVER + RECEIVER_MAX * i, ints[s + RECEIVER_LEN]
    else:
        if not unarmour(buf, a, b, words):
            return ARMOUR
        nbits = 6 * (b - a) - fill
    return report(words, nbits, t, ints, offset, octets, source, length, row, heap, used)


@njit(cache=True, nogil=True)
def _trailer(buf: np.ndarray, a: int, b: int, octets: np.ndarray) -> tuple[int, int]:
    """Columns after the checksum: a Unix time or date, and a station as `r...` or `b...`; time, length."""
    t, _ = find_time(buf, a, b, NONE)
    length = 0
    k = a
    while k < b:
        e = comma(buf, k, b)
        if length == 0 and e - k > 3 and (buf[k] == 114 or buf[k] == 98):
            length = copy(buf, k, e, octets, TRAILER)
        k = e + 1
    return t, length


@njit(cache=True, nogil=True)
def sentences(
    buf: np.ndarray,
    k: int,
    e: int,
    line_t: int,
    own_len: int,
    group: int,
    prefix_t: int,
    offset: int,
    ints: np.ndarray,
    octets: np.ndarray,
    words: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> None:
    """The sentences of a line from the first `!` on: one as a rule, more where line ends were lost."""
    line = ints[LINE]
    tries = 0
    while k < e:
        tries += 1
        if tries > LINE_SENTENCES:
            reject(ints, row, heap, used, OVERLONG, offset, line, buf, k, e)
            return
        stop = e
        star = e - 3
        good = star > k and buf[star] == 42 and checksum_at(buf, star) == xor(buf, k + 1, star)
        if not good:
            star = k + 1
            while star < e and buf[star] != 42 and buf[star] != 33:
                star += 1
            if star + 3 > e or buf[star] == 33:
                stop = star if star < e and buf[star] == 33 else e
                reject(ints, row, heap, used, TRUNCATED, offset, line, buf, k, stop)
                k = stop
                continue
            stop = star + 3
            while stop < e and buf[stop] != 33:
                stop += 1
            good = checksum_at(buf, star) == xor(buf, k + 1, star)
        ais = (
            star - k > 6 and buf[k + 3] == 86 and buf[k + 4] == 68 and (buf[k + 5] == 77 or buf[k + 5] == 79)
        )
        if not good:
            ints[SENTENCES] += 1 if ais else 0
            reject(ints, row, heap, used, CHECKSUM, offset, line, buf, k, stop)
        elif not ais or buf[k + 6] != 44:
            ints[SKIPPED] += 1
        else:
            ints[SENTENCES] += 1
            t = line_t
            source, length = OWN, own_len
            if t == NONE:
                t = ints[HEADER_T]
            if t == NONE:
                t = prefix_t
            if stop > star + 3:
                t_end, n = _trailer(buf, star + 3, stop, octets)
                if t == NONE:
                    t = t_end
                if length == 0 and ints[HEADER_LEN] == 0 and n > 0:
                    source, length = TRAILER, n
            if t == NONE:
                t = ints[STICKY_T]
            if t == NONE:
                t = ints[ARRIVED]
            if length == 0 and ints[HEADER_LEN] > 0:
                source, length = HEADER, ints[HEADER_LEN]
            cause = _fields(
                buf, k, star, t, source, length, group, offset, k, stop, ints, octets, words, row, heap, used
            )
            if cause >= UNUSED:
                _finish_message(ints, row, heap, used, cause, offset, line, buf, k, stop)
        ints[HEADER_T] = NONE
        ints[HEADER_LEN] = 0
        k = stop
        while k < e and buf[k] != 33:
            k += 1
