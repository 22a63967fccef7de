"""NMEA 2000 as text: one line of a log to time, PGN, source and data.

Forms: canboat's plain and fast lines (also Signal K's `.data`), candump with and without `-L`, Yacht
Devices RAW, Actisense N2K ASCII.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US: Final = 86_400_000_000
HALF_DAY_US: Final = DAY_US // 2

LOG: Final = re.compile(rb"\((\d+)(?:\.(\d{1,6}))?\d*\)\s+\w+\s+([0-9A-Fa-f]{8})#([0-9A-Fa-f]*)")
DUMP: Final = re.compile(
    rb"(?:\((\d+)(?:\.(\d{1,6}))?\d*\)\s+)?\w+\s+([0-9A-Fa-f]{8})\s+\[\d+\]\s+((?:[0-9A-Fa-f]{2}\s*)*)"
)
YDRAW: Final = re.compile(rb"(\d\d:\d\d:\d\d\.\d+)\s+[RT]\s+([0-9A-Fa-f]{8})\s+((?:[0-9A-Fa-f]{2}\s*)*)")
ACTISENSE: Final = re.compile(
    rb"A(\d{6}(?:\.\d+)?)\s+([0-9A-Fa-f]{5})\s+([0-9A-Fa-f]{4,6})\s+((?:[0-9A-Fa-f]{2})*)"
)


class Frame(NamedTuple):
    """What one line holds."""

    t_us: int | None  # microseconds since 1970
    time_of_day_us: int | None  # where the log gives no date
    pgn: int
    source: int
    data: bytes
    whole: bool  # the log has put fast packets together already


def _epoch(seconds: bytes | None, fraction: bytes | None) -> int | None:
    if seconds is None:
        return None
    return int(seconds) * 1_000_000 + int((fraction or b"0").ljust(6, b"0"))


def _time_of_day(hours: str, minutes: str, seconds: str) -> int:
    return (int(hours) * 3600 + int(minutes) * 60) * 1_000_000 + round(float(seconds) * 1e6)


def of_can_id(can_id: int) -> tuple[int, int]:
    """PGN and source address of a 29-bit identifier. Source: SAE J1939-21, section 5.2."""
    pgn = can_id >> 8 & 0x3FFFF
    if pgn & 0xFF00 < 0xF000:  # addressed: the low byte is the destination
        pgn &= 0x3FF00
    return pgn, can_id & 0xFF


def _plain(line: bytes) -> Frame | None:
    fields = line.split(b",", 6)
    if len(fields) < 7:
        return None
    stamp = fields[0].decode("ascii").strip()
    if len(stamp) > 10 and stamp[10] == "-":
        stamp = f"{stamp[:10]}T{stamp[11:]}"
    t = datetime.fromisoformat(stamp)
    if t.tzinfo is None:
        t = t.replace(tzinfo=UTC)
    size = int(fields[5])
    data = bytes.fromhex(fields[6].replace(b",", b"").decode("ascii"))
    if size > len(data):
        return None
    t_us = (t - EPOCH) // timedelta(microseconds=1)
    return Frame(t_us, None, int(fields[2]), int(fields[3]), data[:size], size > 8)


def parse(line: bytes) -> Frame | None:
    """The line's frame, None where it is of no known form."""
    try:
        if line[4:5] == b"-" and b"," in line:
            return _plain(line)
        if m := LOG.fullmatch(line):
            pgn, source = of_can_id(int(m[3], 16))
            return Frame(_epoch(m[1], m[2]), None, pgn, source, bytes.fromhex(m[4].decode()), False)
        if m := DUMP.fullmatch(line):
            pgn, source = of_can_id(int(m[3], 16))
            return Frame(_epoch(m[1], m[2]), None, pgn, source, bytes.fromhex(m[4].decode()), False)
        if m := YDRAW.fullmatch(line):
            pgn, source = of_can_id(int(m[2], 16))
            clock = _time_of_day(*m[1].decode().split(":"))
            return Frame(None, clock, pgn, source, bytes.fromhex(m[3].decode()), False)
        if m := ACTISENSE.fullmatch(line):
            stamp = m[1].decode()
            clock = _time_of_day(stamp[:2], stamp[2:4], stamp[4:])
            return Frame(None, clock, int(m[3], 16), int(m[2], 16) >> 12, bytes.fromhex(m[4].decode()), True)
    except ValueError:  # figures out of range, an odd count of digits
        return None
    return None


def pgn_of(line: bytes) -> int | None:
    """The PGN of a plain line without parsing the rest, None for other forms."""
    if line[4:5] != b"-":
        return None
    fields = line.split(b",", 3)
    return int(fields[2]) if len(fields) == 4 and fields[2].isdigit() else None


def dated(time_of_day_us: int, latest_us: int) -> int:
    """A time of day as the moment nearest to the latest one known."""
    t = latest_us - latest_us % DAY_US + time_of_day_us
    if t - latest_us > HALF_DAY_US:
        return t - DAY_US
    return t + DAY_US if latest_us - t > HALF_DAY_US else t
