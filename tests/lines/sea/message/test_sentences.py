"""Line grammar: parts, tag blocks, time lines, and what is set aside and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.lines.sea.message.air import bits, letters, line, position, sentences, ship, tag

from huanqiong.core.errors import UsageError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC
from huanqiong.lines.sea.message import Decoded, Decoder, decode

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
EPOCH = int(NOON.timestamp())
PGHP = line("PGHP,1,2024,5,1,12,0,0,250,412,,2190067,1,00")


def run(*lines: str, t0: datetime | None = None, end: str = "\r\n") -> Decoded:
    return decode("".join(text + end for text in lines).encode(), t0=t0)


def times(found: Decoded) -> list[datetime | None]:
    return found.positions["t"].to_pylist()


def causes(found: Decoded) -> list[str]:
    return [r.cause for r in found.rejects]


def test_nothing_gives_empty_tables_of_the_schemas() -> None:
    found = decode(b"")
    assert (found.positions.schema, found.static.schema, found.other.schema) == (POSITIONS, STATIC, OTHER)
    assert found.positions.num_rows == 0
    assert found.rejects == []


def test_a_position_in_every_column() -> None:
    found = decode((position() + "\n").encode(), raw_sha256="ab" * 32, receiver="haikou")
    assert found.positions.to_pylist() == [
        {
            "source": "ais", "device": "412000001", "mmsi": 412000001, "t": None, "lat": 20.0, "lon": 110.0,
            "sog_kn": pytest.approx(12.3, abs=1e-6), "cog_deg": pytest.approx(45.6, abs=1e-5), "heading": 46,
            "nav_status": 0, "msg_type": 1, "receiver": "haikou", "raw_sha256": "ab" * 32, "raw_offset": 0,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_a_last_line_without_one(end: str) -> None:
    found = decode((position() + end + position(412000002)).encode())
    assert found.positions["mmsi"].to_pylist() == [412000001, 412000002]
    assert found.positions["raw_offset"].to_pylist() == [0, len(position() + end)]


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 9])
def test_messages_of_several_sentences(parts: int) -> None:
    found = run(*sentences(ship("HAI FENG"), parts=parts))
    row = found.static.to_pylist()[0]
    assert (row["name"], row["callsign"], row["imo"]) == ("HAI FENG", "BXYZ", 9074729)
    assert (row["length_m"], row["beam_m"], row["draught_m"]) == (100, 20, 5.5)
    assert (row["destination"], row["eta"], row["ship_type"]) == ("HAIKOU", "12-24 08:30", 70)
    assert found.counts["messages"] == 1


def test_interleaved_parts_of_other_channels_sequences_and_talkers() -> None:
    a = sentences(ship("A", 412000001), parts=2, sequence=1)
    b = sentences(ship("B", 412000002), parts=2, sequence=2)
    c = sentences(ship("C", 412000003), parts=3, sequence=1, talker="BSVDM")
    found = run(a[0], b[0], c[0], position(), c[1], b[1], c[2], a[1])
    assert found.static["name"].to_pylist() == ["B", "C", "A"]
    assert found.rejects == []


def test_a_part_overtaken_by_the_next_one() -> None:
    a = sentences(ship("A"), parts=2)
    assert run(a[1], a[0]).static["name"].to_pylist() == ["A"]


def test_the_same_message_heard_by_two_stations() -> None:
    a = sentences(ship("A"), parts=2)
    found = run(a[0], a[0], a[1], a[1])
    assert found.static["name"].to_pylist() == ["A", "A"]
    assert found.rejects == []


def test_a_lost_part_never_joins_another_message() -> None:
    a, b = sentences(ship("A", 412000001), parts=2), sentences(ship("B", 412000002), parts=2)
    found = run(a[0], b[0], b[1])
    assert found.static["name"].to_pylist() == ["B"]
    assert causes(found) == ["orphan_part"]
    assert found.rejects[0].where == "byte 0, line 1"
    assert found.rejects[0].text == a[0]


def test_parts_too_far_apart_are_orphans() -> None:
    a = sentences(ship("A"), parts=2)
    assert causes(run(a[0], *["# nothing"] * 1_001, a[1])) == ["orphan_part", "orphan_part"]
    late = [tag(f"c:{EPOCH}") + a[0], tag(f"c:{EPOCH + 60}") + a[1]]
    assert causes(run(*late)) == ["orphan_part", "orphan_part"]


def test_tag_block_time_and_source() -> None:
    found = run(tag(f"s:r003669945,c:{EPOCH}") + position(), tag(f"c:{EPOCH}123") + position())
    assert times(found) == [NOON, NOON + timedelta(milliseconds=123)]
    assert found.positions["receiver"].to_pylist() == ["r003669945", None]


def test_tag_block_alone_on_its_line_belongs_to_the_next_sentence_only() -> None:
    found = run(tag(f"s:x1,c:{EPOCH}"), position(), position(412000002))
    assert times(found) == [NOON, None]
    assert found.positions["receiver"].to_pylist() == ["x1", None]


def test_tag_block_groups_share_time_and_source() -> None:
    a = sentences(ship("A"), parts=2)
    found = run(tag(f"g:1-2-77,s:sat,c:{EPOCH}") + a[0], tag("g:2-2-77") + a[1])
    assert found.static["t"].to_pylist() == [NOON]
    grouped = run(tag(f"g:1-2-78,s:sat,c:{EPOCH}") + position(), tag("g:2-2-78") + position())
    assert times(grouped) == [NOON, NOON]
    assert grouped.positions["receiver"].to_pylist() == ["sat", "sat"]


def test_a_broken_tag_block_is_set_aside_and_its_sentence_kept() -> None:
    found = run(f"\\c:{EPOCH}*00\\" + position(), f"\\c:{EPOCH}" + position())
    assert times(found) == [None, None]
    assert causes(found) == ["tag_block", "tag_block"]


def test_header_line_of_the_danish_feed() -> None:
    found = run(tag("si:AISD"), PGHP, position(), position(412000002))
    half = NOON + timedelta(milliseconds=250)
    assert times(found) == [half, half]
    assert found.positions["receiver"].to_pylist() == ["2190067", None]


@pytest.mark.parametrize(
    "clock",
    [
        line("GPZDA,120000.00,01,05,2024,00,00"),
        line("GPRMC,120000,A,2000.0,N,11000.0,E,0.0,0.0,010524,,"),
        line("PSTT,30A,20240501,120000"),
        "2024-05-01T12:00:00Z",
    ],
)
def test_other_time_lines(clock: str) -> None:
    assert times(run(position(), clock, position(), position())) == [None, NOON, NOON]


def test_a_time_line_with_a_wrong_checksum_tells_no_time() -> None:
    found = run(PGHP[:-2] + "00", position())
    assert times(found) == [None]
    assert causes(found) == ["time_line"]


@pytest.mark.parametrize(
    "form",
    [
        "{epoch} {s}",
        "{epoch},{s}",
        "[{epoch}] {s}",
        "{epoch}000 {s}",
        "{epoch}.0;{s}",
        "2024-05-01T12:00:00Z {s}",
        "2024-05-01 12:00:00,{s}",
        "2024/05/01 12:00:00\t{s}",
        "20240501T120000Z {s}",
        "2024-05-01T20:00:00+08:00 {s}",
        "haikou,{epoch},{s}",
        "{s},{epoch}",
        "{s},r003669945,{epoch}",
        "{s},s22501,d-104,T44.4,r003669959,{epoch}",
        "{s},2024-05-01T12:00:00Z",
    ],
)
def test_times_before_and_behind_the_sentence(form: str) -> None:
    assert times(run(form.format(epoch=EPOCH, s=position()))) == [NOON]


def test_receiver_behind_the_sentence() -> None:
    assert run(f"{position()},r003669945,{EPOCH}").positions["receiver"].to_pylist() == ["r003669945"]


def test_t0_and_the_seconds_of_the_reports() -> None:
    found = run(*(position(second=s) for s in (5, 6, 4, 14, 60)), t0=NOON)
    assert [t - NOON for t in times(found) if t] == [timedelta(seconds=s) for s in (5, 6, 4, 14, 14)]


def test_t0_and_seconds_in_front() -> None:
    assert times(run("12.5 " + position(), t0=NOON)) == [NOON + timedelta(seconds=12.5)]
    assert times(run("12.5 " + position())) == [None]


def test_arrival_time_counts_only_where_the_stream_tells_none() -> None:
    decoder = Decoder()
    late = NOON + timedelta(hours=1)
    one = decoder.feed((tag(f"c:{EPOCH}") + position() + "\n" + position() + "\n").encode(), arrived=late)
    two = decoder.feed((position() + "\n").encode())
    assert times(one) == [NOON, late]
    assert times(two) == [None]


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(UsageError, match="no zone"):
        Decoder(t0=datetime(2024, 5, 1))  # noqa: DTZ001
    with pytest.raises(UsageError, match="n2k"):
        Decoder(format="ais")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (position()[:-1] + ("0" if position()[-1] != "0" else "1"), "checksum"),
        (position()[:30], "truncated"),
        (position()[:-2], "truncated"),
        (line("AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?X,0"), "armour"),
        (line("AIVDM,1,1,,A,13aEOK,0"), "short_payload"),
        (line("AIVDM,1,1,,A,,0"), "short_payload"),
        (line("AIVDM,1,1,,A,w3aEOK?P00PD2wVMdLDRhgvL289?,0"), "unknown_type"),
        (line("AIVDM,1,1,,A,03aEOK?P00PD2wVMdLDRhgvL289?,0"), "unknown_type"),
        (line("AIVDM,1,2,,A,13aEOK?P00PD2wVMdLDRhgvL289?,0"), "fields"),
        (line("AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?,9"), "fields"),
        (line("AIVDM,1,1,A"), "fields"),
        (line("AIVDM,"), "fields"),
        (line("AIVDM,1,1,,A," + "1" * 400 + ",0"), "long_payload"),
        (line("AIVDM,2,2,3,A,0000,0"), "orphan_part"),
        ("id,lat,lon", "no_sentence"),
        ("1384257600,219000000,55.1", "no_sentence"),
        ("x" * 70_000, "overlong_line"),
    ],
)
def test_causes(text: str, cause: str) -> None:
    found = run(position(), text, position(412000002))
    assert found.positions["mmsi"].to_pylist() == [412000001, 412000002]
    assert causes(found) == [cause]
    assert found.counts[cause] == found.counts["rejected"] == 1
    assert found.rejects[0].where == f"byte {len(position()) + 2}, line 2"
    assert found.rejects[0].text == text[:200]


def test_sentences_run_together_by_a_lost_line_end() -> None:
    found = run(position()[:20] + position(412000002) + position(412000003))
    assert found.positions["mmsi"].to_pylist() == [412000002, 412000003]
    assert causes(found) == ["truncated"]


def test_other_sentences_and_comments_are_passed_over() -> None:
    found = run(line("GPGGA,1,2"), "# note", "", line("PSTT,203,002,V"), "!" + line("AIABM,1,1,0")[1:])
    assert causes(found) == []
    assert found.counts["skipped"] == 5


def test_sound_messages_no_table_takes_are_counted() -> None:
    found = run(*sentences(bits([(8, 6), (0, 2), (412000001, 30), (0, 100)])))
    assert (found.counts["messages"], found.counts["unused"], found.rejects) == (1, 1, [])


def test_a_2_gb_line_stays_small_and_costs_one_reject() -> None:
    decoder = Decoder()
    head = (position() + "\n").encode()
    found = decoder.feed(head)
    rejects = []
    for _ in range(256):
        piece = decoder.feed(b"A" * (1 << 20))
        rejects += piece.rejects
        assert len(decoder._tail) <= 65_536
    rest = decoder.feed(b"B\n" + head)
    assert [r.cause for r in rejects] == ["overlong_line"]
    assert found.positions.num_rows + rest.positions.num_rows == 2
    assert rest.positions["raw_offset"].to_pylist() == [len(head) + (256 << 20) + 2]
    assert decoder.finish().rejects == []


def test_aid_with_a_long_name_and_safety_texts() -> None:
    aid = [(21, 6), (0, 2), (994120001, 30), (1, 5), *letters("QIONGZHOU STRAIT LIG", 20), (0, 1)]
    aid += [
        (round(110.2 * 600_000), 28),
        (round(20.1 * 600_000), 27),
        (0, 30),
        (1, 4),
        (60, 6),
        (0, 1),
        (0, 8),
        (0, 1),
    ]
    aid += [(1, 1), (0, 1), (0, 1), *letters("HT 7", 4)]
    safety = [(14, 6), (0, 2), (970412001, 30), (0, 2), *letters("SART ACTIVE", 11)]
    told = [(12, 6), (0, 2), (412000001, 30), (0, 2), (412000002, 30), (0, 1), (0, 1), *letters("MAYDAY", 6)]
    found = run(*(s for fields in (aid, safety, told) for s in sentences(bits(fields))))
    rows = found.other.to_pylist()
    assert [(r["msg_type"], r["name"], r["text"]) for r in rows] == [
        (21, "QIONGZHOU STRAIT LIGHT 7", None),
        (14, None, "SART ACTIVE"),
        (12, None, "MAYDAY"),
    ]
    assert rows[0]["virtual"] is True
    assert rows[0]["lat"] == pytest.approx(20.1)
