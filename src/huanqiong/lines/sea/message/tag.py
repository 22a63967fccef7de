r"""Tag blocks: `\g:1-2-1234,s:source,c:1384257600*hh\` in front of a sentence, or alone on the line before.

Source: NMEA 0183 version 4, section 7 (parameters c, g, n, s); the old form `1G2:1234` of g is read too.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from huanqiong.lines.sea.message.clock import digits, epoch, number_end
from huanqiong.lines.sea.message.rows import NONE, RECEIVER_MAX
from huanqiong.lines.sea.message.state import GROUP_0, GROUP_SOURCE, GROUP_WIDTH, GROUPS
from huanqiong.lines.sea.message.timelines import checksum_at, comma, xor

BROKEN: Final = -2


@njit(cache=True, nogil=True)
def copy(buf: np.ndarray, a: int, b: int, octets: np.ndarray, out: int) -> int:
    """Bytes of a name into `octets[out:]`, at most what it holds and only printable ASCII; how many."""
    n = 0
    for k in range(a, min(b, a + RECEIVER_MAX)):
        if 32 < buf[k] < 127:
            octets[out + n] = buf[k]
            n += 1
    return n


@njit(cache=True, nogil=True)
def _group(buf: np.ndarray, a: int, b: int) -> int:
    """Group number of `1-2-1234` or the `1234` of `1G2:1234`; -1 where it is none."""
    k = b
    while k > a and 48 <= buf[k - 1] <= 57:
        k -= 1
    return digits(buf, k, b) if k > a else -1


@njit(cache=True, nogil=True)
def tag_block(buf: np.ndarray, a: int, b: int, octets: np.ndarray, out: int) -> tuple[int, int, int]:
    """Read `buf[a:b]` between the backslashes: time, length of the source put into `octets[out:]`, group.

    Time `NONE`, length 0, group -1 where absent; length `BROKEN` where the checksum is wrong or missing.
    """
    star = b - 3
    if star < a or buf[star] != 42 or checksum_at(buf, star) != xor(buf, a, star):
        return NONE, BROKEN, -1
    t = NONE
    length = 0
    group = -1
    k = a
    while k < star:
        e = comma(buf, k, star)
        if e - k > 2 and buf[k + 1] == 58:
            if buf[k] == 99:
                t, _ = epoch(buf, k + 2, e, NONE)
            elif buf[k] == 115:
                length = copy(buf, k + 2, e, octets, out)
            elif buf[k] == 103:
                group = _group(buf, k + 2, e)
        elif e - k > 4 and buf[k + 1] == 71 and number_end(buf, k, e) == k + 1:
            group = _group(buf, k, e)
        k = e + 1
    return t, length, group


@njit(cache=True, nogil=True)
def group_recall(
    ints: np.ndarray, octets: np.ndarray, group: int, t: int, length: int, out: int
) -> tuple[int, int]:
    """Time and source of an earlier member of the group where this one has none; remembers both."""
    row = GROUP_0 + GROUP_WIDTH * (group % GROUPS)
    source = GROUP_SOURCE + RECEIVER_MAX * (group % GROUPS)
    if ints[row] == group:
        if t == NONE:
            t = ints[row + 1]
        if length == 0:
            length = ints[row + 2]
            for k in range(length):
                octets[out + k] = octets[source + k]
    ints[row] = group
    ints[row + 1] = t
    ints[row + 2] = length
    for k in range(length):
        octets[source + k] = octets[out + k]
    return t, length
