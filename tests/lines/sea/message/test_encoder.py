"""What we encode, an independent decoder (pyais) reads back, value for value; and so does ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyais import decode as pyais_decode

from huanqiong.lines.sea.message import decode, encode
from huanqiong.lines.sea.message.armour import PART_CHARS, Bits, rows_of_bytes, tagged_rows, vdm, vdm_pair

SIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
mmsi = st.integers(0, 999_999_999)
lat = st.integers(-54_000_000, 54_000_000) | st.just(encode.LAT_NONE)
lon = st.integers(-108_000_000, 108_000_000) | st.just(encode.LON_NONE)
sog = st.integers(0, 1023)
cog = st.integers(0, 3600)
heading = st.integers(0, 359) | st.just(encode.HEADING_NONE)
second = st.integers(0, 63)
status = st.integers(0, 15)
TYPES = st.sampled_from(
    [0, 20, 30, 36, 37, 50, 52, 55, 60, 70, 79, 80, 89, 90, 99]
)  # pyais keeps no reserved ones


def words(chars: int) -> st.SearchStrategy[str]:
    """Text that keeps its length: nothing is filled at its end but @."""
    return st.text(SIX, max_size=chars).map(lambda s: s.strip())


def columns(rows: list[tuple[Any, ...]]) -> list[np.ndarray]:
    return [np.array(c, dtype=np.int64) for c in zip(*rows, strict=True)]


def read(lines: list[bytes]) -> list[dict[str, Any]]:
    """Each row's message as pyais has it."""
    return [pyais_decode(*line.strip().split(b"\r\n")).asdict() for line in lines]


@given(
    st.lists(st.tuples(mmsi, status, sog, lon, lat, cog, heading, second), min_size=1, max_size=6), st.data()
)
@settings(max_examples=60, deadline=None)
def test_class_a(rows: list[tuple[int, ...]], data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    accurate = data.draw(st.integers(0, 1))
    bits = encode.class_a(*columns(rows), kind=np.array(kinds), accurate=accurate)
    for sent, kind, got in zip(rows, kinds, read(rows_of_bytes(vdm(bits))), strict=True):
        names = ("mmsi", "status", "speed", "lon", "lat", "course", "heading", "second")
        scale = (1, 1, 0.1, 1 / 600_000, 1 / 600_000, 0.1, 1, 1)
        assert got["msg_type"] == kind
        assert got["accuracy"] == bool(accurate)
        for name, value, times in zip(names, sent, scale, strict=True):
            assert got[name] == pytest.approx(value * times, abs=6e-7), name


@given(st.lists(st.tuples(mmsi, sog, lon, lat, cog, heading, second), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_class_b(rows: list[tuple[int, ...]]) -> None:
    for sent, got in zip(rows, read(rows_of_bytes(vdm(encode.class_b(*columns(rows)), "B"))), strict=True):
        names = ("mmsi", "speed", "lon", "lat", "course", "heading", "second")
        scale = (1, 0.1, 1 / 600_000, 1 / 600_000, 0.1, 1, 1)
        assert got["msg_type"] == 18
        for name, value, times in zip(names, sent, scale, strict=True):
            assert got[name] == pytest.approx(value * times, abs=6e-7), name


@given(
    st.lists(
        st.tuples(
            mmsi, status, st.integers(-108_000, 108_000), st.integers(-54_000, 54_000), st.integers(0, 63),
            st.integers(0, 359) | st.just(511),
        ),
        min_size=1,
        max_size=6,
    )
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_long_range(rows: list[tuple[int, ...]]) -> None:
    for sent, got in zip(rows, read(rows_of_bytes(vdm(encode.long_range(*columns(rows))))), strict=True):
        names = ("mmsi", "status", "lon", "lat", "speed", "course")
        scale = (1, 1, 1 / 600, 1 / 600, 1, 1)
        assert got["msg_type"] == 27
        for name, value, times in zip(names, sent, scale, strict=True):
            assert got[name] == pytest.approx(value * times, abs=1e-5), name


@given(
    mmsi, st.integers(0, (1 << 30) - 1), words(7), words(20), TYPES, st.integers(0, 1022),
    st.integers(0, 126), st.integers(0, 400), words(20), st.integers(0, 9),
    st.tuples(st.integers(0, 12), st.integers(0, 31), st.integers(0, 24), st.integers(0, 60)),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_static_of_class_a(
    m: int, imo: int, call: str, name: str, kind: int, length: int, beam: int, draught: int, to: str,
    sequence: int, eta: tuple[int, int, int, int],
) -> None:  # fmt: skip
    one = [np.array([v]) for v in (m, imo, kind, length, beam, draught)]
    bits = encode.static_a(one[0], one[1], [call], [name], *one[2:], [to], eta)
    (line,) = rows_of_bytes(vdm_pair(bits, np.array([sequence])))
    first, second_part = line.strip().split(b"\r\n")
    assert max(len(first), len(second_part)) <= 80, "with its line end no sentence is longer than 82"
    assert len(first.split(b",")[5]) == PART_CHARS
    got = pyais_decode(first, second_part).asdict()
    assert (got["mmsi"], got["imo"], got["callsign"], got["shipname"]) == (m, imo, call, name)
    assert (got["ship_type"], got["destination"]) == (kind, to)
    assert got["to_bow"] + got["to_stern"] == length
    assert got["to_port"] + got["to_starboard"] == beam
    assert got["draught"] == pytest.approx(min(draught, 255) / 10)
    assert (got["month"], got["day"], got["hour"], got["minute"]) == eta


@given(mmsi, words(20), words(7), TYPES, st.integers(0, 1022), st.integers(0, 126))
@settings(max_examples=40, deadline=None)
def test_static_of_class_b(m: int, name: str, call: str, kind: int, length: int, beam: int) -> None:
    who = np.array([m])
    (a,) = read(rows_of_bytes(vdm(encode.static_b_name(who, [name]))))
    assert (a["msg_type"], a["partno"], a["mmsi"], a["shipname"]) == (24, 0, m, name)
    bits = encode.static_b_rest(who, np.array([kind]), [call], np.array([length]), np.array([beam]))
    (b,) = read(rows_of_bytes(vdm(bits)))
    assert (b["msg_type"], b["partno"], b["mmsi"], b["callsign"], b["ship_type"]) == (24, 1, m, call, kind)
    if not 980_000_000 <= m < 990_000_000:  # there the same bits name a mother ship
        assert b["to_bow"] + b["to_stern"] == length
        assert b["to_port"] + b["to_starboard"] == beam


@given(mmsi, words(20), lon, lat, st.text(SIX, min_size=1, max_size=60).map(str.strip).filter(bool))
@settings(max_examples=40, deadline=None)
def test_aid_and_safety_text(m: int, name: str, x: int, y: int, said: str) -> None:
    (aid,) = read(rows_of_bytes(vdm(encode.aid(np.array([m]), [name], np.array([x]), np.array([y])))))
    assert (aid["msg_type"], aid["mmsi"], aid["name"]) == (21, m, name)
    assert aid["lon"] == pytest.approx(x / 600_000, abs=6e-7)
    assert aid["lat"] == pytest.approx(y / 600_000, abs=6e-7)
    (safety,) = read(rows_of_bytes(vdm(encode.safety(np.array([m]), said))))
    assert (safety["msg_type"], safety["mmsi"], safety["text"]) == (14, m, said)


def test_what_the_alphabet_lacks_is_a_question_mark() -> None:
    (got,) = read(rows_of_bytes(vdm(encode.static_b_name(np.array([412_000_001]), ["琼A~b"]))))
    assert got["shipname"] == "?A?B"


def test_our_decoder_reads_tagged_lines_of_both_kinds() -> None:
    t = np.array([1_770_000_000, 1_770_000_060])
    who = np.array([412_000_001, 412_000_002])
    zero = np.zeros(2, dtype=np.int64)
    places = (zero + 100, zero + 66_000_000, zero + 12_000_000, zero + 900, zero + 90, t % 60)
    lines = rows_of_bytes(tagged_rows(vdm(encode.class_a(who, zero, *places)), t, "D-01"))
    texts = (["BQ1", "BQ2"], ["HAI 1", "HAI 2"])
    static = encode.static_a(who, zero, *texts, zero + 70, zero + 90, zero + 14, zero + 31, ["", "SANYA"])
    lines += rows_of_bytes(tagged_rows(vdm_pair(static, np.arange(2)), t, "D-01"))
    found = decode(b"".join(lines))
    assert found.positions["mmsi"].to_pylist() == who.tolist()
    assert [round(x.timestamp()) for x in found.positions["t"].to_pylist()] == t.tolist()
    assert found.positions["lat"].to_pylist() == pytest.approx([20.0, 20.0])
    assert found.static["name"].to_pylist() == ["HAI 1", "HAI 2"]
    assert found.static["destination"].to_pylist()[1] == "SANYA"
    assert not found.rejects


def test_numbers_below_zero_are_two_s_complement() -> None:
    payload, fill = Bits(1).number(-1, 6).number(-2, 6).armoured()
    assert (payload.tobytes(), fill) == (b"wv", 0)
