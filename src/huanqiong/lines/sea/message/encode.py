"""Reports as AIS messages, all rows of a kind at once: the decoder's counterpart, for drills and replays.

Values are as the message carries them: 1/600,000 degrees, 0.1 kn, 0.1 degrees, and its own "not available".
Source: ITU-R M.1371-5, annex 8.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from huanqiong.lines.sea.message.armour import I8, Bits

LAT_NONE, LON_NONE = 91 * 600_000, 181 * 600_000
SOG_NONE, COG_NONE, HEADING_NONE = 1023, 3600, 511
NO_ETA = (0, 0, 24, 60)
_TURN_NONE = -128


def class_a(
    mmsi: I8, status: I8, sog: I8, lon: I8, lat: I8, cog: I8, heading: I8, second: I8, kind: I8 | int = 1,
    accurate: int = 1,
) -> Bits:  # fmt: skip
    """Types 1, 2 and 3 (`kind`). Turn rate and radio state are left at their defaults."""
    b = Bits(len(mmsi)).number(kind, 6).number(0, 2).number(mmsi, 30).number(status, 4).number(_TURN_NONE, 8)
    b.number(sog, 10).number(accurate, 1).number(lon, 28).number(lat, 27).number(cog, 12)
    return b.number(heading, 9).number(second, 6).number(0, 2 + 3 + 1 + 19)


def class_b(mmsi: I8, sog: I8, lon: I8, lat: I8, cog: I8, heading: I8, second: I8) -> Bits:
    """Type 18, carrier sense."""
    b = Bits(len(mmsi)).number(18, 6).number(0, 2).number(mmsi, 30).number(0, 8)
    b.number(sog, 10).number(0, 1).number(lon, 28).number(lat, 27).number(cog, 12)
    b.number(heading, 9).number(second, 6)
    return b.number(0, 2).number(0b1011100, 7).number(393222, 20)


def long_range(mmsi: I8, status: I8, lon: I8, lat: I8, sog: I8, cog: I8) -> Bits:
    """Type 27: 1/600 degrees, whole knots (63: none) and degrees (511: none)."""
    b = Bits(len(mmsi)).number(27, 6).number(0, 2).number(mmsi, 30).number(0, 2).number(status, 4)
    return b.number(lon, 18).number(lat, 17).number(sog, 6).number(cog, 9).number(0, 2)


def static_a(
    mmsi: I8, imo: I8, callsign: Sequence[str], name: Sequence[str], ship_type: I8, length: I8, beam: I8,
    draught: I8, destination: Sequence[str], eta: tuple[int, int, int, int] = NO_ETA,
) -> Bits:  # fmt: skip
    """Type 5; draught in 0.1 m, IMO 0 where there is none; `eta` is month, day, hour, minute."""
    b = Bits(len(mmsi)).number(5, 6).number(0, 2).number(mmsi, 30).number(0, 2).number(imo, 30)
    b.text(callsign, 7).text(name, 20).number(ship_type, 8)
    _size(b, length, beam).number(1, 4)
    for value, width in zip(eta, (4, 5, 5, 6), strict=True):
        b.number(value, width)
    return b.number(np.minimum(draught, 255), 8).text(destination, 20).number(0, 2)


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
    b = Bits(len(mmsi)).number(14, 6).number(0, 2).number(mmsi, 30).number(0, 2)
    return b.text([text] * len(mmsi), len(text))


def _size(b: Bits, length: I8, beam: I8) -> Bits:
    """Length and beam as distances from the middle, at most 1022 m and 126 m."""
    for whole, width in ((length, 9), (beam, 6)):
        most = (1 << width) - 1
        half = np.minimum(whole // 2, most)
        b.number(half, width).number(np.minimum(whole - half, most), width)
    return b
