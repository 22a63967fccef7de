"""Six-bit armour to bits, and bits to fields.

A payload lies in `words`: 60 bits a word from the highest bit down, so that ten armoured characters fill
one word and no field of an AIS message spans more than two.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

WORD: Final = 60
MAX_CHARS: Final = 400  # five slots carry 1,008 bits, 168 characters (ITU-R M.1371-5); the rest is slack
MAX_WORDS: Final = MAX_CHARS // 10 + 2
BAD: Final = 255


def _armour() -> np.ndarray:
    table = np.full(256, BAD, dtype=np.uint8)
    for value in range(64):
        table[value + 48 if value < 40 else value + 56] = value
    return table


ARMOUR_VALUE: Final = _armour()
"""Six-bit value of a payload character, 255 where it is none. Source: IEC 61162-1, table of VDM."""


@njit(cache=True, nogil=True, forceinline=True)
def unarmour(buf: np.ndarray, a: int, b: int, words: np.ndarray) -> bool:
    """Fill `words` from characters `a` to `b` of `buf`; False where one of them is no armour."""
    seen = np.uint8(0)
    acc: np.int64 = np.int64(0)
    w = 0
    n = 0
    for c in buf[a:b]:
        v = ARMOUR_VALUE[c]
        seen |= v
        acc = acc << 6 | np.int64(v)
        n += 1
        if n == 10:
            words[w] = acc
            acc = np.int64(0)
            w += 1
            n = 0
    words[w] = acc << (6 * (10 - n))
    words[w + 1] = 0
    return bool(seen < 128)


@njit(cache=True, nogil=True)
def append(words: np.ndarray, nbits: int, value: int, width: int) -> int:
    """Put `width` bits of `value` after the first `nbits`; the new number of bits."""
    w = nbits // WORD
    room = WORD - nbits % WORD
    if room >= width:
        words[w] |= value << (room - width)
    else:
        words[w] |= value >> (width - room)
        words[w + 1] |= (value & ((1 << (width - room)) - 1)) << (WORD - (width - room))
    return nbits + width


@njit(cache=True, nogil=True, forceinline=True)
def ubits(words: np.ndarray, start: int, width: int) -> int:
    """The unsigned field of `width` <= 60 bits that begins at bit `start`."""
    w = start // WORD
    end = start - w * WORD + width
    if end <= WORD:
        return (words[w] >> (WORD - end)) & ((1 << width) - 1)
    low = end - WORD
    high = words[w] & ((1 << (width - low)) - 1)
    return (high << low) | (words[w + 1] >> (WORD - low))


@njit(cache=True, nogil=True, forceinline=True)
def sbits(words: np.ndarray, start: int, width: int) -> int:
    """The field in two's complement."""
    v = ubits(words, start, width)
    return v - ((v >> (width - 1)) << width)


@njit(cache=True, nogil=True)
def characters(words: np.ndarray, start: int, stop: int, out: np.ndarray, at: int) -> int:
    """Six-bit characters between two bits into `out[at:]`; where they end.

    A character cut by the payload's end is dropped.
    """
    p = start
    n = at
    while p + 6 <= stop:
        v = ubits(words, p, 6)
        out[n] = v + 64 if v < 32 else v
        n += 1
        p += 6
    return n


@njit(cache=True, nogil=True)
def trimmed(out: np.ndarray, at: int, n: int) -> int:
    """The end of the text without the `@` that fill its end and the blanks around it; moves it to `at`."""
    while n > at and out[n - 1] == 64:
        n -= 1
    while n > at and out[n - 1] == 32:
        n -= 1
    blanks = 0
    while at + blanks < n and out[at + blanks] == 32:
        blanks += 1
    if blanks > 0:
        for k in range(at, n - blanks):
            out[k] = out[k + blanks]
    return n - blanks


@njit(cache=True, nogil=True)
def text(words: np.ndarray, start: int, stop: int, out: np.ndarray, at: int) -> int:
    """The text between two bits into `out[at:]`; where it ends."""
    return trimmed(out, at, characters(words, start, stop, out, at))
