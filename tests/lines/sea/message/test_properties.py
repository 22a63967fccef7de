"""Made-up messages of every type equal pyais's reading, and no cut of a stream changes what it gives."""

from __future__ import annotations

import pyais
from hypothesis import given, settings
from hypothesis import strategies as st
from pyais.constants import ShipType
from tests.lines.sea.message.air import bits, line, position, sentences, ship, tag
from tests.lines.sea.message.compare import assert_same
from tests.lines.sea.message.peer import tables

from huanqiong.lines.sea.message import Decoded, Decoder, decode, joined

BITS = {
    1: 168,
    2: 168,
    3: 168,
    4: 168,
    5: 424,
    9: 168,
    12: 360,
    14: 280,
    18: 168,
    19: 312,
    21: 272,
    24: 168,
    27: 96,
}
"""Length of a message of each type, in bits."""
SHIP_TYPE = st.sampled_from([int(t) for t in ShipType])
MMSI = st.one_of(st.integers(0, 999_999_999), st.sampled_from([412000001, 982000001, 2194005, 970412001]))


@st.composite
def streams(draw: st.DrawFn) -> str:
    """The bits of any message: its type, an MMSI, and what follows; "not available" made likely."""
    kind = draw(st.sampled_from(sorted(BITS)))
    rest = BITS[kind] - 38
    if kind == 24:
        part = draw(st.integers(0, 1))
        tail = format(part, "02b") + format(draw(st.integers(0, (1 << (rest - 2)) - 1)), f"0{rest - 2}b")
    else:
        tail = format(draw(st.integers(0, (1 << rest) - 1)), f"0{rest}b")
    stream = bits([(kind, 6), (draw(st.integers(0, 3)), 2), (draw(MMSI), 30)]) + tail
    if draw(st.booleans()):
        stream = _unavailable(stream, kind)
    at = {5: 232, 19: 263}.get(kind, 40 if kind == 24 and stream[39] == "1" else None)
    if at is not None:  # pyais takes a reserved ship type for "not available", we keep what was sent
        stream = stream[:at] + format(draw(SHIP_TYPE), "08b") + stream[at + 8 :]
    return stream


def _unavailable(stream: str, kind: int) -> str:
    fields = {
        1: [(50, 1023, 10), (61, 181 * 600_000, 28), (89, 91 * 600_000, 27), (116, 3600, 12), (128, 511, 9)],
        18: [(46, 1023, 10), (57, 181 * 600_000, 28), (85, 91 * 600_000, 27), (112, 3600, 12), (124, 511, 9)],
        9: [(38, 4095, 12), (50, 1023, 10), (61, 181 * 600_000, 28), (89, 91 * 600_000, 27), (116, 3600, 12)],
        27: [(44, 181 * 600, 18), (62, 91 * 600, 17), (79, 63, 6), (85, 511, 9)],
        4: [(79, 181 * 600_000, 28), (107, 91 * 600_000, 27)],
        5: [(40, 0, 30), (232, 0, 38), (274, 0, 20), (294, 0, 8)],
    }
    for start, value, width in fields.get({2: 1, 3: 1, 19: 18}.get(kind, kind), []):
        stream = stream[:start] + format(value, f"0{width}b") + stream[start + width :]
    return stream


@settings(max_examples=600, deadline=None)
@given(stream=streams(), parts=st.integers(1, 4))
def test_every_message_equals_pyais(stream: str, parts: int) -> None:
    lines = sentences(stream, parts=parts)
    ours = decode("\n".join(lines).encode())
    assert ours.rejects == []
    assert_same(ours, tables(iter([pyais.decode(*lines)])))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_survived_and_counted(data: bytes) -> None:
    found = decode(data + b"\n" + position().encode())
    assert found.positions["mmsi"].to_pylist()[-1:] in ([412000001], [])
    assert found.counts["rejected"] == len(found.rejects)


def _feed() -> bytes:
    clock = "GPZDA,120000.00,01,05,2024,00,00"
    lines = [position(412000000 + n, second=n) for n in range(8)]
    lines[2:2] = sentences(ship("A"), parts=3)
    lines[4:4] = [tag("s:x,c:1714564800"), line("PGHP,1,2024,5,1,12,0,0,250,412,,2190067,1,00"), "junk"]
    lines[7:7] = [
        tag("g:1-2-5,c:1714564900") + lines[0],
        line(clock),
        tag("g:2-2-5") + lines[1],
        "!AIVDM,2,1,7,A,00,0*00",
    ]
    lines += [
        position()[:-1],
        position() + position(),
        line("AIVDM,2,1,3,A,0000,0"),
        "x" * 66_000,
        position(),
    ]
    return "\r\n".join(lines).encode()


FEED = _feed()


def _plain(found: Decoded) -> tuple[object, ...]:
    tables_ = (found.positions, found.static, found.other)
    return (*(t.to_pylist() for t in tables_), found.rejects, {k: n for k, n in found.counts.items() if n})


WHOLE = _plain(decode(FEED))


@settings(max_examples=80, deadline=None)
@given(cuts=st.lists(st.integers(0, len(FEED)), max_size=12))
def test_any_cut_gives_the_same(cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(cuts), len(FEED)]
    parts = [decoder.feed(FEED[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    assert _plain(joined([*parts, decoder.finish()])) == WHOLE


def test_byte_by_byte_gives_the_same() -> None:
    short = FEED.replace(b"x" * 66_000, b"y")
    decoder = Decoder()
    parts = [decoder.feed(short[k : k + 1]) for k in range(len(short))]
    assert _plain(joined([*parts, decoder.finish()])) == _plain(decode(short))
