"""Sentences and frames, bent in every way: the decoders never fall, and what was good around stays."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutate import Room, bent, fuzzing, tolerated

from huanqiong.data import path
from huanqiong.feed.net import stamps
from huanqiong.lines.sea.message import Decoder, decode
from huanqiong.lines.sea.message.decoder import Format
from huanqiong.lines.sea.message.sample import SAMPLE

TAGGED = (
    b"\\g:1-2-77,s:r003669945,c:1120959341*5F\\!AIVDM,2,1,4,A,55O0W7`00001L@gCWGA2uItLth@DqtL5@F22220j1h742t0Ht"
    b"0000000,0*08\r\n\\g:2-2-77*58\\!AIVDM,2,2,4,A,000000000000000,2*20\r\n"
    b"$PGHP,1,2013,11,12,10,11,12,345,219,2,2190047,1,1B*1E\r\n"
    b"\\c:1384250000,s:st*2F\\!AIVDM,1,1,,A,15Mj23P000G?q7fK>g:o7@1:0L3S,0*1B\r\n"
    b"$GPZDA,101112.00,12,11,2013,00,00*63\r\n$GPRMC,101112,A,5530.0,N,01230.0,E,1.0,2.0,121113,,*17\r\n"
)
FRAMES = b"\n".join(gzip.decompress(path("sample/aava-n2k.data.gz").read_bytes()).split(b"\n")[:40]) + b"\n"
GOOD = {"nmea0183": SAMPLE["nmea0183"] + TAGGED, "n2k": SAMPLE["n2k"] + FRAMES}


@pytest.mark.parametrize("form", GOOD)
def test_no_bent_stream_stops_a_decoder(form: Format) -> None:
    whole = decode(GOOD[form], format=form)
    assert whole.positions.num_rows >= 1

    @fuzzing(250)
    @given(data=bent(GOOD[form]), cuts=st.lists(st.integers(0, 3000), max_size=4))
    def run(data: bytes, cuts: list[int]) -> None:
        found = decode(data, format=form)
        assert (
            found.positions.num_rows + found.static.num_rows + found.other.num_rows <= data.count(b"\n") + 1
        )
        decoder, start, rows = Decoder(format=form), 0, 0
        for cut in [*sorted(cuts), len(data)]:
            rows += decoder.feed(data[start:cut]).positions.num_rows
            start = max(start, cut)
        rows += decoder.finish().positions.num_rows
        assert rows == found.positions.num_rows, "any cut of the same bytes gives the same rows"

    run()


@pytest.mark.parametrize("form", GOOD)
def test_what_is_good_around_a_bad_line_stays(form: Format) -> None:
    good = SAMPLE[form]
    alone = decode(good, format=form).positions.num_rows
    assert alone >= 1

    @fuzzing(150)
    @given(noise=st.one_of(st.binary(max_size=300), bent(good.splitlines()[0])))
    def run(noise: bytes) -> None:
        bad = noise.replace(b"\n", b"?").replace(b"\r", b"?").replace(b"\\", b"?") + b"\r\n"
        found = decode(good + bad + good, format=form)
        assert found.positions.num_rows >= 2 * alone

    run()


@pytest.mark.parametrize("form", GOOD)
def test_a_line_without_end_takes_no_room(form: Format) -> None:
    decoder = Decoder(format=form)
    decoder.feed(b"x" * 4_000_000)
    with Room(64):
        for _ in range(30):
            decoder.feed(b"x" * 4_000_000)
    found = decoder.feed(b"\n" + SAMPLE[form])
    assert found.positions.num_rows + decoder.finish().positions.num_rows >= 1


def test_parts_that_never_meet_take_no_room() -> None:
    decoder = Decoder()
    with Room(64):
        for n in range(60):
            lines = [
                f"!AIVDM,9,1,{k % 10},{'AB'[k % 2]},{'5' * 56},0" for k in range(n * 2000, n * 2000 + 2000)
            ]
            summed = []
            for line in lines:
                total = 0
                for c in line[1:]:
                    total ^= ord(c)
                summed.append(f"{line}*{total:02X}\r\n")
            decoder.feed("".join(summed).encode())
    decoder.finish()


@fuzzing(300)
@given(line=st.one_of(st.binary(max_size=200), bent(TAGGED.splitlines()[2]), bent(TAGGED.splitlines()[0])))
def test_times_of_lines_are_read_or_let_be(line: bytes) -> None:
    t = stamps.time_of(line)
    assert t is None or isinstance(t, int)
    for by in (0, 1, -86_400_000_000, 10**15):
        moved = tolerated(lambda by=by: stamps.moved(line, by))
        assert isinstance(moved, bytes | Exception)
