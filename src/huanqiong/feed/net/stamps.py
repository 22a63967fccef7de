"""The times that recorded lines carry, read and moved.

Known: tag blocks (`c:` in seconds, milli- or microseconds), `$PGHP`, `$PSTT,30A`, `$xxZDA`, `$xxRMC`, a date
or Unix time in front of the sentence (N2K logs too), a Unix time behind it. Times inside AIS payloads (the
second of the minute, types 4 and 11) are never touched: a shift of whole minutes keeps the second true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000


def to_us(t: datetime) -> int:
    """Microseconds since 1970."""
    return (t - EPOCH) // timedelta(microseconds=1)


def from_us(t_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=t_us)


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a time: where it stands, how it is read, how it is written in the same form."""

    pattern: re.Pattern[bytes]
    read: Callable[[re.Match[bytes]], int | None]
    write: Callable[[re.Match[bytes], int], bytes]


def _civil(*parts: bytes | int) -> int | None:
    """Microseconds of year, month, day, hour, minute, second, microsecond; None when it is no such moment."""
    try:
        year, month, day, hour, minute, second, micro = (int(p) for p in parts)
        leap = second == 60
        t = datetime(year, month, day, hour, minute, 59 if leap else second, micro, tzinfo=UTC)
    except ValueError:
        return None
    return to_us(t) + (SECOND_US if leap else 0)


def _number(digits: bytes, fraction: bytes | None) -> int | None:
    """Microseconds of a Unix time in seconds, milliseconds or microseconds, by the count of digits."""
    v = int(digits)
    if 100_000_000 <= v < 10**10:
        return v * SECOND_US + int(((fraction or b"") + b"000000")[:6])
    if 10**10 <= v < 10**13:
        return v * 1000
    return v if 10**13 <= v < 10**16 else None


def _number_again(digits: bytes, fraction: bytes | None, t_us: int) -> bytes:
    if len(digits) > 13:
        return b"%d" % t_us
    if len(digits) > 10:
        return b"%d" % (t_us // 1000)
    text = b"%d" % (t_us // SECOND_US)
    return text + b"." + (b"%06d" % (t_us % SECOND_US))[: len(fraction)] if fraction else text


def _pghp(m: re.Match[bytes]) -> int | None:
    return _civil(*(int(p) for p in m["t"].split(b",")[:6]), int(m["t"].split(b",")[6]) * 1000)


def _pghp_again(m: re.Match[bytes], t_us: int) -> bytes:
    t = from_us(t_us)
    fields = (t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond // 1000)
    return b",".join(b"%d" % f for f in fields)


def _pstt(m: re.Match[bytes]) -> int | None:
    d = m["t"]
    return _civil(d[:4], d[4:6], d[6:8], d[9:11], d[11:13], d[13:15], 0)


def _clock(text: bytes) -> tuple[bytes, bytes, bytes, int]:
    return text[:2], text[2:4], text[4:6], int((text[7:] + b"000000")[:6])


def _clock_again(text: bytes, t: datetime) -> bytes:
    whole = t.strftime("%H%M%S").encode()
    digits = len(text) - 7
    return whole + b"." + (b"%06d" % t.microsecond)[:digits] if digits > 0 else whole


def _zda(m: re.Match[bytes]) -> int | None:
    clock, day, month, year = m["t"].split(b",")
    return _civil(year, month, day, *_clock(clock))


def _zda_again(m: re.Match[bytes], t_us: int) -> bytes:
    t = from_us(t_us)
    return _clock_again(m["t"].split(b",")[0], t) + t.strftime(",%d,%m,%Y").encode()


def _rmc(m: re.Match[bytes]) -> int | None:
    year = int(m["date"][4:6])
    century = 2000 if year < 80 else 1900
    return _civil(century + year, m["date"][2:4], m["date"][:2], *_clock(m["clock"]))


def _rmc_again(m: re.Match[bytes], t_us: int) -> bytes:
    t = from_us(t_us)
    return _clock_again(m["clock"], t) + m["mid"] + t.strftime("%d%m%y").encode()


def _iso(m: re.Match[bytes]) -> int | None:
    fraction = int(((m["fraction"] or b"") + b"000000")[:6])
    t_us = _civil(*re.split(rb"[-/T_ t:]", m["whole"]), fraction)
    zone = m["zone"]
    if t_us is not None and zone and zone not in b"Zz":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        t_us -= (minutes if zone[:1] == b"+" else -minutes) * 60 * SECOND_US
    return t_us


def _iso_again(m: re.Match[bytes], t_us: int) -> bytes:
    whole, fraction, zone = m["whole"], m["fraction"], m["zone"]
    if zone and zone not in b"Zz":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        t_us += (minutes if zone[:1] == b"+" else -minutes) * 60 * SECOND_US
    t = from_us(t_us)
    dash, letter = whole[4:5].decode(), whole[10:11].decode()
    text = t.strftime(f"%Y{dash}%m{dash}%d{letter}%H:%M:%S").encode()
    return (
        text + (m["point"] + (b"%06d" % t.microsecond)[: len(fraction)] if fraction else b"") + (zone or b"")
    )


_FORMS = (
    _Form(
        re.compile(rb"(?<=\\)(?P<head>(?:[^\\*]*,)?c:)(?P<t>\d{9,16})(?:\.(?P<f>\d+))?(?=[,*\\])"),
        lambda m: _number(m["t"], m["f"]),
        lambda m, t_us: m["head"] + _number_again(m["t"], m["f"], t_us),
    ),
    _Form(re.compile(rb"(?<=\$PGHP,1,)(?P<t>(?:\d{1,6},){6}\d{1,3})(?=,)"), _pghp, _pghp_again),
    _Form(
        re.compile(rb"(?<=\$PSTT,30A,)(?P<t>\d{8},\d{6})"),
        _pstt,
        lambda m, t_us: from_us(t_us).strftime("%Y%m%d,%H%M%S").encode(),
    ),
    _Form(re.compile(rb"(?<=ZDA,)(?P<t>\d{6}(?:\.\d*)?,\d\d,\d\d,\d{4})(?=,)"), _zda, _zda_again),
    _Form(
        re.compile(rb"(?<=RMC,)(?P<clock>\d{6}(?:\.\d*)?)(?P<mid>,A,(?:[^,]*,){6})(?P<date>\d{6})(?=,)"),
        _rmc,
        _rmc_again,
    ),
    _Form(
        re.compile(
            rb"\A(?P<whole>\d{4}(?P<d>[-/])\d\d(?P=d)\d\d[T_ t]\d\d:\d\d:\d\d)"
            rb"(?:(?P<point>[.,])(?P<fraction>\d{1,6})\d*(?!\d))?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
        ),
        _iso,
        _iso_again,
    ),
    _Form(
        re.compile(rb"\A(?P<t>\d{9,16})(?:\.(?P<f>\d+))?(?=[\s,;|])"),
        lambda m: _number(m["t"], m["f"]),
        lambda m, t_us: _number_again(m["t"], m["f"], t_us),
    ),
    _Form(
        re.compile(rb"(?<=,)(?P<t>\d{9,16})(?:\.(?P<f>\d+))?(?=\s*\Z)"),
        lambda m: _number(m["t"], m["f"]),
        lambda m, t_us: _number_again(m["t"], m["f"], t_us),
    ),
)
_LIKELY = re.compile(rb"\$P(?:GHP|STT)|ZDA,|RMC,|c:\d|\A\d|,\d{9,16}(?:\.\d+)?\s*\Z")
_SUM = re.compile(rb"(?P<lead>[$\\])(?P<body>[^$!*\\\r\n]*)\*(?P<sum>[0-9A-Fa-f]{2})")


def time_of(line: bytes) -> int | None:
    """The time a line carries, microseconds since 1970; None when it carries none."""
    if not _LIKELY.search(line):
        return None
    for form in _FORMS:
        m = form.pattern.search(line)
        if m is not None and (t_us := form.read(m)) is not None:
            return t_us
    return None


def moved(line: bytes, by_us: int) -> bytes:
    """The line with every time it carries moved by `by_us`; checksums that were right are right again."""
    if not _LIKELY.search(line):
        return line
    right = {m.start() for m in _SUM.finditer(line) if xor(m["body"]) == int(m["sum"], 16)}
    parts = [(m.start(), m.end()) for m in _SUM.finditer(line)]
    out = line
    for form in _FORMS:
        m = form.pattern.search(out)
        if m is None or (t_us := form.read(m)) is None:
            continue
        out = out[: m.start()] + form.write(m, t_us + by_us) + out[m.end() :]
    n = -1

    def again(m: re.Match[bytes]) -> bytes:
        nonlocal n
        n += 1
        if n >= len(parts) or parts[n][0] not in right:
            return m[0]
        return m["lead"] + m["body"] + b"*%02X" % xor(m["body"])

    return _SUM.sub(again, out)


def xor(body: bytes) -> int:
    """The checksum of a sentence's or tag block's text."""
    x = 0
    for b in body:
        x ^= b
    return x
