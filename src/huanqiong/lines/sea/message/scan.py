"""The scanner: lines of a block to rows, in one pass and without Python."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.borrow import borrowed
from huanqiong.lines.sea.message.causes import NO_SENTENCE, OVERLONG, TAG_BLOCK, TIME_LINE
from huanqiong.lines.sea.message.clock import find_time
from huanqiong.lines.sea.message.parts import orphan, reject
from huanqiong.lines.sea.message.rows import N_HEAP, N_ROWS, NONE, REJECT_TEXT
from huanqiong.lines.sea.message.sentences import LINE_SENTENCES, sentences
from huanqiong.lines.sea.message.state import (
    BASE,
    HEADER,
    HEADER_LEN,
    HEADER_T,
    LINE,
    OFFSET,
    ORDER,
    OWN,
    SKIPPED,
    SLOT_0,
    SLOT_WIDTH,
    SLOTS,
    STICKY_T,
    TAG,
    TAG_GROUP,
    TAG_LEN,
    TAG_SET,
    TAG_T,
)
from huanqiong.lines.sea.message.tag import BROKEN, copy, group_recall, tag_block
from huanqiong.lines.sea.message.timelines import checksum_at, pghp, pstt, rmc, xor, zda

LINE_LIMIT: Final = 65_536
ROOM: Final = 2 * LINE_SENTENCES + SLOTS + 8
"""Free rows a line may need."""


@njit(cache=True, nogil=True)
def _dollar(
    buf: np.ndarray,
    k: int,
    e: int,
    offset: int,
    ints: np.ndarray,
    octets: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> None:
    """A `$` line: a time line or some other instrument's sentence."""
    n = e - k
    is_pghp = n > 6 and buf[k + 1] == 80 and buf[k + 2] == 71 and buf[k + 3] == 72 and buf[k + 4] == 80
    is_pstt = n > 6 and buf[k + 1] == 80 and buf[k + 2] == 83 and buf[k + 3] == 84 and buf[k + 4] == 84
    is_zda = n > 7 and buf[k + 3] == 90 and buf[k + 4] == 68 and buf[k + 5] == 65
    is_rmc = n > 7 and buf[k + 3] == 82 and buf[k + 4] == 77 and buf[k + 5] == 67
    if not is_pghp:
        ints[HEADER_T] = NONE
        ints[HEADER_LEN] = 0
    if not (is_pghp or is_pstt or is_zda or is_rmc):
        ints[SKIPPED] += 1
        return
    star = e - 3
    if star <= k or buf[star] != 42 or checksum_at(buf, star) != xor(buf, k + 1, star):
        ints[HEADER_T] = NONE
        ints[HEADER_LEN] = 0
        reject(ints, row, heap, used, TIME_LINE, offset, ints[LINE], buf, k, e)
        return
    if is_pghp:
        t, a, b = pghp(buf, k + 6, star)
        ints[HEADER_T] = t
        ints[HEADER_LEN] = copy(buf, a, b, octets, HEADER)
        if t == NONE:
            reject(ints, row, heap, used, TIME_LINE, offset, ints[LINE], buf, k, e)
    elif is_pstt:
        t = pstt(buf, k + 6, star)
    elif is_zda:
        t = zda(buf, k + 7, star)
    else:
        t = rmc(buf, k + 7, star)
    if t != NONE:
        ints[STICKY_T] = t
    elif not is_pghp:
        ints[SKIPPED] += 1


@njit(cache=True, nogil=True, forceinline=True)
def _line(
    buf: np.ndarray,
    a: int,
    e: int,
    offset: int,
    ints: np.ndarray,
    octets: np.ndarray,
    words: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> None:
    """One line without its end."""
    k = a
    line_t = NONE
    prefix_t = NONE
    own_len = 0
    group = -1
    tagged = False
    if ints[TAG_SET] != 0:
        line_t, own_len, group = ints[TAG_T], ints[TAG_LEN], ints[TAG_GROUP]
        for j in range(own_len):
            octets[OWN + j] = octets[TAG + j]
    while k < e:
        c = buf[k]
        if c == 92:
            end = k + 1
            while end < e and buf[end] != 92:
                end += 1
            if end == e:
                reject(ints, row, heap, used, TAG_BLOCK, offset, ints[LINE], buf, k, e)
                k += 1
                while k < e and buf[k] != 33 and buf[k] != 36:
                    k += 1
                if k == e:
                    return
                continue
            t, length, g = tag_block(buf, k + 1, end, octets, OWN)
            if length == BROKEN:
                if not tagged:
                    reject(ints, row, heap, used, TAG_BLOCK, offset, ints[LINE], buf, k, end + 1)
                own_len = 0
            else:
                line_t = t if t != NONE else line_t
                own_len = length if length > 0 else own_len
                group = g if g >= 0 else group
                if g >= 0:
                    line_t, own_len = group_recall(ints, octets, g, line_t, own_len, OWN)
            tagged = True
            k = end + 1
        elif c == 33:
            ints[TAG_SET] = 0
            sentences(
                buf, k, e, line_t, own_len, group, prefix_t, offset, ints, octets, words, row, heap, used
            )
            return
        elif c == 36:
            if not (e - k > 4 and buf[k + 1] == 80 and buf[k + 2] == 71):
                ints[TAG_SET] = 0
            _dollar(buf, k, e, offset, ints, octets, row, heap, used)
            return
        elif c == 35 and k == a:
            ints[SKIPPED] += 1
            return
        else:
            m = k
            while m < e and buf[m] != 33 and buf[m] != 92 and buf[m] != 36:
                m += 1
            t, end = find_time(buf, k, m, ints[BASE])
            if m == e and (t == NONE or end < e):  # only a time and nothing else makes a time line
                reject(ints, row, heap, used, NO_SENTENCE, offset, ints[LINE], buf, a, e)
                return
            if t != NONE:
                prefix_t = t
            k = m
    if tagged:  # the tag block of the next line
        ints[TAG_SET], ints[TAG_T], ints[TAG_LEN], ints[TAG_GROUP] = 1, line_t, own_len, group
        for j in range(own_len):
            octets[TAG + j] = octets[OWN + j]
    elif prefix_t != NONE:
        ints[STICKY_T] = prefix_t
    else:
        ints[SKIPPED] += 1


@njit(cache=True, nogil=True)
def scan(
    buf: np.ndarray,
    start: int,
    stop: int,
    base: int,
    ints: np.ndarray,
    octets: np.ndarray,
    words: np.ndarray,
    row: np.ndarray,
    heap: np.ndarray,
    used: np.ndarray,
) -> int:
    """Decode the lines of `buf[start:stop]`, which ends with a line's end; `base` is the offset of `buf[0]`.

    Stops early where the scratch is nearly full; gives where the next line starts.
    """
    buf, ints, octets, words = borrowed(buf), borrowed(ints), borrowed(octets), borrowed(words)
    row, heap, used = borrowed(row), borrowed(heap), borrowed(used)
    rows_max = row.shape[0] - ROOM
    heap_max = heap.size - ROOM * REJECT_TEXT
    i = start
    while i < stop:
        if used[N_ROWS] > rows_max or used[N_HEAP] > heap_max:
            return i
        e = i
        while buf[e] != 10:
            e += 1
        ints[LINE] += 1
        if e - i > LINE_LIMIT:
            reject(ints, row, heap, used, OVERLONG, base + i, ints[LINE], buf, i, e)
        else:
            b = e
            while b > i and buf[b - 1] <= 32:
                b -= 1
            a = i
            while a < b and buf[a] <= 32:
                a += 1
            _line(buf, a, b, base + i, ints, octets, words, row, heap, used)
        i = e + 1
    return i


@njit(cache=True, nogil=True)
def flush(ints: np.ndarray, octets: np.ndarray, row: np.ndarray, heap: np.ndarray, used: np.ndarray) -> None:
    """Set aside every message whose parts never met, oldest first."""
    while True:
        oldest = -1
        for i in range(SLOTS):
            s = SLOT_0 + SLOT_WIDTH * i
            if ints[s + ORDER] != 0 and (
                oldest < 0 or ints[s + OFFSET] < ints[SLOT_0 + SLOT_WIDTH * oldest + OFFSET]
            ):
                oldest = i
        if oldest < 0:
            return
        orphan(ints, octets, row, heap, used, oldest)
