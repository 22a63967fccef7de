"""Times of recorded lines: read, moved, checksums kept true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.feed.net.moments import GROUP_BYTES, moments, span
from huanqiong.feed.net.stamps import from_us, moved, time_of, to_us, xor

VDM = b"!AIVDM,1,1,,A,169oQ@?P1E7pM:0;P5H:UgwD0000,0*50"
NOON = datetime(2013, 11, 12, 12, tzinfo=UTC)


def summed(body: bytes) -> bytes:
    return b"%s*%02X" % (body, xor(body))


def tag(body: bytes) -> bytes:
    return b"\\" + summed(body) + b"\\" + VDM


LINES = [
    (b"$PGHP,1,2013,11,12,12,0,0,11,413,,4130007,1,2A*57\r\n", NOON + timedelta(milliseconds=11)),
    (b"$PSTT,30A,20131112,120002*6F", NOON + timedelta(seconds=2)),
    (b"$" + summed(b"GPZDA,120001.50,12,11,2013,00,00"), NOON + timedelta(seconds=1.5)),
    (
        b"$" + summed(b"GPRMC,120003,A,2000.0,N,11000.0,E,0.0,0.0,121113,,,A"),
        NOON + timedelta(seconds=3),
    ),
    (tag(b"s:r1,c:1384257600"), NOON),
    (tag(b"c:1384257600"), NOON),
    (tag(b"g:1-2-33,s:r1,c:1384257600500,n:7"), NOON + timedelta(milliseconds=500)),
    (tag(b"c:1384257600000007"), NOON + timedelta(microseconds=7)),
    (VDM + b",r003669945,1384257600", NOON),
    (b"1384257600.25\t" + VDM, NOON + timedelta(milliseconds=250)),
    (b"2013-11-12T12:00:00.363Z,2,129038,43,255,4,aa,bb\n", NOON + timedelta(milliseconds=363)),
    (b"2013-11-12 20:00:00+08:00 " + VDM, NOON),
]


@pytest.mark.parametrize(("line", "t"), LINES)
def test_a_time_is_read(line: bytes, t: datetime) -> None:
    read = time_of(line)
    assert read is not None
    assert from_us(read) == t


@pytest.mark.parametrize(("line", "t"), LINES)
@pytest.mark.parametrize("by", [timedelta(minutes=1), timedelta(days=4759, hours=3), timedelta(hours=-13)])
def test_a_moved_line_says_the_moved_time_with_true_checksums(
    line: bytes, t: datetime, by: timedelta
) -> None:
    there = moved(line, to_us(t + by) - to_us(t))
    read = time_of(there)
    assert read is not None
    assert from_us(read) == t + by
    for part in there.replace(b"\\!", b"\\\n!").split(b"\n"):
        body = part.lstrip(b"$!\\").strip(b"\\\r\n")
        if b"*" in body and not part[:1].isdigit():
            text, _, tail = body.partition(b"*")
            assert xor(text) == int(tail[:2], 16), part
    assert moved(there, to_us(t) - to_us(t + by)) == line


@pytest.mark.parametrize(
    "line",
    [
        VDM,
        b"",
        b"$PFEC,GPint",
        b"$PGHP,1,2013,13,12,12,0,0,11,413,,1,1,62*26",
        b"\\s:a*00\\" + VDM,
        b"$PSTT,203,002,V*2B",
    ],
)
def test_no_time_is_none_and_the_line_stays(line: bytes) -> None:
    assert time_of(line) is None
    assert moved(line, 60_000_000) == line


def test_a_wrong_checksum_stays_wrong() -> None:
    wrong = b"$PGHP,1,2013,11,12,12,0,0,11,413,,4130007,1,2A*FF\r\n"
    assert moved(wrong, 60_000_000) == b"$PGHP,1,2013,11,12,12,1,0,11,413,,4130007,1,2A*FF\r\n"


@given(
    st.lists(st.sampled_from([line.strip() for line, _ in LINES] + [VDM, b"$PFEC,x", b"junk"]), max_size=60)
)
def test_moments_keep_every_byte_in_order(lines: list[bytes]) -> None:
    whole = [line + b"\n" for line in lines]
    found = list(moments(whole))
    assert b"".join(m.data for m in found) == b"".join(whole)
    assert all(len(m.data) <= GROUP_BYTES for m in found)
    said = [t for line in whole if (t := time_of(line)) is not None]
    assert span(whole) == ((min(said), max(said)) if said else None)
    if said and found:
        assert found[-1].t_us == said[-1]


def test_a_time_line_stays_with_its_sentence() -> None:
    lines = [LINES[0][0], VDM + b"\n", LINES[1][0] + b"\n", b"\\si:A*00\\\n", VDM + b"\n"]
    assert [m.data for m in moments(lines)] == [b"".join(lines[:2]), b"".join(lines[2:])]
