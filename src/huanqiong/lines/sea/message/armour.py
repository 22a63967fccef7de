"""Bits to AIVDM lines: six-bit armour, checksums and tag blocks, all rows of a kind at once.

Source: ITU-R M.1371-5, annex 8 (six-bit text); IEC 61162-1 (armour, VDM); NMEA 0183 v4, section 7 (tags).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
I8 = NDArray[np.int64]
PART_CHARS = 60
"""Payload characters of a first part: with its head and checksum 82 in all. Source: IEC 61162-1."""
_SIX = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
_ARMOUR = np.array([v + 48 if v < 40 else v + 56 for v in range(64)], dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)


class Bits:
    """A message under construction: one row of bits for each report."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._parts: list[U8] = []

    def number(self, value: I8 | int, width: int) -> Bits:
        """Whole numbers, two's complement where negative."""
        v = np.broadcast_to(np.asarray(value, dtype=np.int64), (self.rows,))
        at = np.arange(width - 1, -1, -1, dtype=np.int64)
        self._parts.append(((v[:, None] >> at) & 1).astype(np.uint8))
        return self

    def text(self, values: Sequence[str], chars: int) -> Bits:
        """Six-bit text, cut to `chars` and filled with @; a character the alphabet lacks becomes `?`."""
        codes = np.zeros((self.rows, chars), dtype=np.int64)
        known = {s: [_SIX.find(c) % 64 for c in s.upper()[:chars]] for s in set(values)}  # absent: -1 is `?`
        for i, s in enumerate(values):
            codes[i, : len(known[s])] = known[s]
        at = np.arange(5, -1, -1, dtype=np.int64)
        self._parts.append(((codes[:, :, None] >> at) & 1).astype(np.uint8).reshape(self.rows, chars * 6))
        return self

    def armoured(self) -> tuple[U8, int]:
        """Payload characters (rows x length) and the fill bits."""
        bits = np.concatenate(self._parts, axis=1)
        fill = -bits.shape[1] % 6
        bits = np.pad(bits, ((0, 0), (0, fill))).reshape(self.rows, -1, 6)
        six = bits @ np.array([32, 16, 8, 4, 2, 1], dtype=np.uint8)
        return _ARMOUR[six], fill


def vdm(bits: Bits, channel: str = "A") -> U8:
    """Single-part sentences with line end; one row of bytes a report."""
    payload, fill = bits.armoured()
    n = len(payload)
    body = np.concatenate([_fixed(f"AIVDM,1,1,,{channel},", n), payload, _fixed(f",{fill}", n)], axis=1)
    return np.concatenate([_fixed("!", n), checked(body), _fixed("\r\n", n)], axis=1)


def vdm_pair(bits: Bits, sequence: I8, channel: str = "A") -> U8:
    """Two-part sentences, both lines in one row; `sequence` ties the two together by its last digit."""
    payload, fill = bits.armoured()
    n = len(payload)
    seq = _digits(sequence % 10, 1)
    out = []
    for k, chars, left in ((1, payload[:, :PART_CHARS], 0), (2, payload[:, PART_CHARS:], fill)):
        head, comma = _fixed(f"AIVDM,2,{k},", n), _fixed(f",{channel},", n)
        body = np.concatenate([head, seq, comma, chars, _fixed(f",{left}", n)], axis=1)
        out += [_fixed("!", n), checked(body), _fixed("\r\n", n)]
    return np.concatenate(out, axis=1)


def tagged_rows(lines: U8, unix_s: I8, station: str) -> U8:
    """The lines behind tag blocks of their station and time (whole seconds, ten digits)."""
    n = len(lines)
    tag = checked(np.concatenate([_fixed(f"s:{station},c:", n), _digits(unix_s, 10)], axis=1))
    return np.concatenate([_fixed("\\", n), tag, _fixed("\\", n), lines], axis=1)


def rows_of_bytes(lines: U8) -> list[bytes]:
    """Each row as bytes."""
    packed = np.ascontiguousarray(lines)
    return packed.view(f"S{packed.shape[1]}").ravel().tolist() if len(packed) else []


def checked(body: U8) -> U8:
    """The rows with `*` and their checksum behind."""
    x = np.bitwise_xor.reduce(body, axis=1)
    star = np.full((len(body), 1), 42, dtype=np.uint8)
    return np.concatenate([body, star, _HEX[x >> 4][:, None], _HEX[x & 15][:, None]], axis=1)


def _digits(v: I8, width: int) -> U8:
    at = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (48 + (v[:, None] // at) % 10).astype(np.uint8)


def _fixed(text: str, rows: int) -> U8:
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), dtype=np.uint8), (rows, len(text)))
