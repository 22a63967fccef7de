"""Pieces of several senders in one part: any grouping gives the rows, each at its own byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.flows.live_streams import TOGETHER, Stream, decode_again, together
from huanqiong.lake.incoming import Piece
from huanqiong.lines.sea.message import SAMPLE, decode

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
LINES = SAMPLE["nmea0183"].splitlines(keepends=True)


def pieces(cuts: list[tuple[int, int]]) -> list[Piece]:
    """Each (sender, milliseconds since the last) sends its next line; senders cycle through the sample."""
    out, offset, at, sent = [], 0, AT, dict[int, int]()
    for sender, ms in cuts:
        data = LINES[sent.get(sender, 0) % len(LINES)]
        sent[sender] = sent.get(sender, 0) + 1
        at += timedelta(milliseconds=ms)
        out.append(Piece(offset, at, str(sender), data))
        offset += len(data)
    return out


CUTS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 60, 250])), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(CUTS)
def test_rows_lie_where_their_first_line_lies(cuts: list[tuple[int, int]]) -> None:
    sent = pieces(cuts)
    part = b"".join(p.data for p in sent)
    rows = decode_again(sent)
    offsets = [o for t in rows.positions for o in t.column("raw_offset").to_pylist()]
    assert sorted(offsets) == [p.offset for p in sent if p.data == LINES[0]]
    for offset in offsets:
        assert part[offset:].startswith(LINES[0])
    statics = sum(t.num_rows for t in rows.static)
    whole = sum(p.data == LINES[2] for p in sent)
    assert statics == whole


@settings(max_examples=60, deadline=None)
@given(CUTS)
def test_together_keeps_all_and_each_senders_order(cuts: list[tuple[int, int]]) -> None:
    sent = pieces(cuts)
    groups = together(sent)
    assert sorted(p.offset for _, g in groups for p in g) == [p.offset for p in sent]
    for sender in {p.sender for p in sent}:
        assert [p for s, g in groups if s == sender for p in g] == [p for p in sent if p.sender == sender]
    assert all(g[-1].arrived - g[0].arrived <= TOGETHER for _, g in groups)


def test_a_message_begun_in_an_earlier_part_has_no_offset_in_this_one() -> None:
    stream = Stream()
    first, second = LINES[1], LINES[2]
    stream.feed([Piece(0, AT, "a", LINES[0] + first)], "part 1")
    got = stream.feed([Piece(500, AT, "a", second + LINES[0])], "part 2")
    assert got.static.num_rows == 1
    assert got.positions.column("raw_offset").to_pylist() == [500 + len(second)]


def test_n2k_text_is_known_by_its_first_line() -> None:
    got = Stream().feed([Piece(40, AT, "a", SAMPLE["n2k"])], "part")
    want = decode(SAMPLE["n2k"], format="n2k").positions.to_pylist()
    assert [(r["mmsi"], r["t"]) for r in got.positions.to_pylist()] == [(r["mmsi"], r["t"]) for r in want]
    assert got.positions.column("raw_offset").to_pylist() == [40]


def test_lines_without_a_time_have_that_of_their_arrival() -> None:
    rows = decode_again([Piece(0, AT, "a", LINES[0]), Piece(9, AT + timedelta(seconds=9), "a", LINES[0])])
    times = [t for p in rows.positions for t in p.column("t").to_pylist()]
    assert [abs((t - AT).total_seconds()) < 60 for t in times] == [True, True]
    assert times[1] > times[0]
