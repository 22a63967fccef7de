"""Tables to AIVDM sentences: bits, six-bit armour, checksums and tag blocks, all rows of a kind at once.

Source: ITU-R M.1371-5, annex 8 (types 1, 5, 14, 18, 21, 24); NMEA 0183 version 4, section 7 (tag blocks).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
I8 = NDArray[np.int64]
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
        """Six-bit text, filled with @; a character it has not raises ValueError."""
        codes = np.zeros((self.rows, chars), dtype=np.int64)
        known = {s: [_SIX.index(c) for c in s.upper()[:chars]] for s in set(values)}
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


def _digits(v: I8, width: int) -> U8:
    at = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (48 + (v[:, None] // at) % 10).astype(np.uint8)


def _fixed(text: str, rows: int) -> U8:
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), dtype=np.uint8), (rows, len(text)))


def _checked(body: U8) -> U8:
    x = np.bitwise_xor.reduce(body, axis=1)
    star = np.full((len(body), 1), 42, dtype=np.uint8)
    return np.concatenate([body, star, _HEX[x >> 4][:, None], _HEX[x & 15][:, None]], axis=1)


def sentences(payload: U8, fill: int, unix_s: I8, station: str, channel: str = "A") -> U8:
    """Single-part sentences with a tag block of station and time; one row of bytes a report."""
    n = len(payload)
    tag = _checked(np.concatenate([_fixed(f"s:{station},c:", n), _digits(unix_s, 10)], axis=1))
    body = _checked(
        np.concatenate([_fixed(f"AIVDM,1,1,,{channel},", n), payload, _fixed(f",{fill}", n)], axis=1)
    )
    return np.concatenate([_fixed("\\", n), tag, _fixed("\\!", n), body, _fixed("\r\n", n)], axis=1)


def two_parts(payload: U8, fill: int, unix_s: I8, station: str, sequence: I8, cut: int = 60) -> U8:
    """Two-part sentences, both lines in one row; the tag block stands before the first."""
    n = len(payload)
    tag = _checked(np.concatenate([_fixed(f"s:{station},c:", n), _digits(unix_s, 10)], axis=1))
    seq = _digits(sequence % 10, 1)

    def part(k: int, chars: U8, bits: int) -> U8:
        head = _fixed(f"AIVDM,2,{k},", n)
        return _checked(np.concatenate([head, seq, _fixed(",B,", n), chars, _fixed(f",{bits}", n)], axis=1))

    first, second = part(1, payload[:, :cut], 0), part(2, payload[:, cut:], fill)
    return np.concatenate(
        [_fixed("\\", n), tag, _fixed("\\!", n), first, _fixed("\r\n!", n), second, _fixed("\r\n", n)], axis=1
    )


def class_a(mmsi: I8, status: I8, sog: I8, lon: I8, lat: I8, cog: I8, heading: I8, second: I8) -> Bits:
    """Type 1. Heading -1: not available (511). Turn rate and radio state are left at their defaults."""
    b = Bits(len(mmsi)).number(1, 6).number(0, 2).number(mmsi, 30).number(status, 4).number(-128, 8)
    b.number(sog, 10).number(1, 1).number(lon, 28).number(lat, 27).number(cog, 12)
    return b.number(np.where(heading < 0, 511, heading), 9).number(second, 6).number(0, 2 + 3 + 1 + 19)


def class_b(mmsi: I8, sog: I8, lon: I8, lat: I8, cog: I8, heading: I8, second: I8) -> Bits:
    """Type 18, carrier sense."""
    b = Bits(len(mmsi)).number(18, 6).number(0, 2).number(mmsi, 30).number(0, 8)
    b.number(sog, 10).number(0, 1).number(lon, 28).number(lat, 27).number(cog, 12)
    b.number(np.where(heading < 0, 511, heading), 9).number(second, 6)
    return b.number(0, 2).number(0b1011100, 7).number(393222, 20)


def _size(b: Bits, length: I8, beam: I8) -> Bits:
    return (
        b.number(length // 2, 9)
        .number(length - length // 2, 9)
        .number(beam // 2, 6)
        .number(beam - beam // 2, 6)
    )


def static_a(
    mmsi: I8, imo: I8, callsign: Sequence[str], name: Sequence[str], ship_type: I8, length: I8, beam: I8,
    draught: I8, destination: Sequence[str],
) -> Bits:  # fmt: skip
    """Type 5; draught in 0.1 m, IMO 0 where there is none, no ETA."""
    b = Bits(len(mmsi)).number(5, 6).number(0, 2).number(mmsi, 30).number(0, 2).number(imo, 30)
    b.text(callsign, 7).text(name, 20).number(ship_type, 8)
    _size(b, length, beam).number(1, 4).number(0, 4).number(0, 5).number(24, 5).number(60, 6)
    return b.number(draught, 8).text(destination, 20).number(0, 2)


def static_b_name(mmsi: I8, name: Sequence[str]) -> Bits:
    """Type 24, part A."""
    return Bits(len(mmsi)).number(24, 6).number(0, 2).number(mmsi, 30).number(0, 2).text(name, 20)


def static_b_rest(mmsi: I8, ship_type: I8, callsign: Sequence[str], length: I8, beam: I8) -> Bits:
    """Type 24, part B."""
    b = Bits(len(mmsi)).number(24, 6).number(0, 2).number(mmsi, 30).number(1, 2).number(ship_type, 8)
    b.text([""] * len(mmsi), 7).text(callsign, 7)
    return _size(b, length, beam).number(0, 6)


def aid(mmsi: I8, name: Sequence[str], lon: I8, lat: I8) -> Bits:
    """Type 21: a real (not virtual) aid, on position."""
    b = Bits(len(mmsi)).number(21, 6).number(0, 2).number(mmsi, 30).number(1, 5).text(name, 20).number(1, 1)
    b.number(lon, 28).number(lat, 27).number(0, 30).number(7, 4).number(60, 6)
    return b.number(0, 1 + 8 + 1 + 1 + 1 + 1)


def safety(mmsi: I8, text: str) -> Bits:
    """Type 14: safety text to all."""
    return (
        Bits(len(mmsi))
        .number(14, 6)
        .number(0, 2)
        .number(mmsi, 30)
        .number(0, 2)
        .text([text] * len(mmsi), len(text))
    )
