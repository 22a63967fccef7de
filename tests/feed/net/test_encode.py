"""Tables as AIVDM, read back with an independent decoder (pyais)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyais import decode

from huanqiong.core.schema import POSITIONS, STATIC, conform
from huanqiong.feed.net.encode import position_sentences, static_sentences, tagged
from huanqiong.feed.net.stamps import time_of, to_us

T = datetime(2026, 3, 1, 6, 30, 42, tzinfo=UTC)


def table(*rows: dict[str, Any]) -> pa.Table:
    base = {"source": "ais", "mmsi": 413000000, "t": T, "lat": 20.1, "lon": 110.2}
    return conform(pa.Table.from_pylist([base | row for row in rows], schema=POSITIONS), POSITIONS)


row = st.fixed_dictionaries(
    {
        "mmsi": st.integers(0, 999_999_999),
        "lat": st.integers(-54_000_000, 54_000_000).map(lambda v: v / 600_000.0),
        "lon": st.integers(-108_000_000, 108_000_000).map(lambda v: v / 600_000.0),
        "sog_kn": st.none() | st.integers(0, 1022).map(lambda v: v / 10),
        "cog_deg": st.none() | st.integers(0, 3599).map(lambda v: v / 10),
        "heading": st.none() | st.integers(0, 359),
        "nav_status": st.none() | st.integers(0, 15),
        "msg_type": st.sampled_from([None, 1, 2, 3, 18, 19]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=8))
def test_pyais_reads_what_was_encoded(rows: list[dict[str, Any]]) -> None:
    for sent, sentence in zip(rows, position_sentences(table(*rows)), strict=True):
        assert sentence is not None
        got = decode(sentence.strip()).asdict()
        assert got["mmsi"] == sent["mmsi"]
        assert got["msg_type"] == {None: 1, 19: 18}.get(sent["msg_type"], sent["msg_type"])
        assert got["lat"] == pytest.approx(sent["lat"], abs=6e-7)
        assert got["lon"] == pytest.approx(sent["lon"], abs=6e-7)
        assert got["speed"] == pytest.approx(102.3 if sent["sog_kn"] is None else sent["sog_kn"])
        assert got["course"] == pytest.approx(360.0 if sent["cog_deg"] is None else sent["cog_deg"])
        assert got["heading"] == (511 if sent["heading"] is None else sent["heading"])
        assert got["second"] == 42
        if got["msg_type"] != 18:
            assert got["status"] == (15 if sent["nav_status"] is None else sent["nav_status"])


def test_rows_that_ais_cannot_carry_give_none() -> None:
    rows = [{"mmsi": None}, {"t": None}, {"mmsi": 1 << 30}, {}]
    assert [s is None for s in position_sentences(table(*rows))] == [True, True, True, False]


def test_a_missing_position_is_sent_as_not_available() -> None:
    for missing in ({"lat": None, "lon": None}, {"lat": 91.0, "lon": 181.0}, {"lat": float("nan")}):
        (sentence,) = position_sentences(table(missing))
        assert sentence is not None
        got = decode(sentence.strip()).asdict()
        assert (got["lat"], got["lon"]) == (91.0, 181.0)


def test_long_range_reports_are_kept() -> None:
    (sentence,) = position_sentences(
        table({"msg_type": 27, "sog_kn": 12.0, "cog_deg": 90.0, "nav_status": 5})
    )
    assert sentence is not None
    got = decode(sentence.strip()).asdict()
    assert (got["msg_type"], got["lat"], got["lon"], got["speed"], got["course"], got["status"]) == (
        27, 20.1, 110.2, 12.0, 90.0, 5,
    )  # fmt: skip


def test_a_narrow_table_is_enough() -> None:
    narrow = pa.table(
        {"mmsi": [413000000], "t": pa.array([T], pa.timestamp("us", tz="UTC")), "lat": [20.1], "lon": [110.2]}
    )
    (sentence,) = position_sentences(narrow)
    assert sentence is not None
    assert decode(sentence.strip()).asdict()["mmsi"] == 413000000


def test_static_data_in_two_sentences() -> None:
    values = {
        "mmsi": 413000001, "t": T, "imo": 9123456, "callsign": "BABC1",
        "name": "Qiong Yue 8", "ship_type": 70, "length_m": 121, "beam_m": 17, "draught_m": 6.4,
        "destination": "HAIKOU, 海口",
        "eta": "03-02 14:05",
    }  # fmt: skip
    (row,) = conform(pa.Table.from_pylist([values], schema=STATIC), STATIC).to_pylist()
    first, second = static_sentences(row, 13).splitlines()
    assert first.startswith(b"!AIVDM,2,1,3,A,")
    got = decode(first, second).asdict()
    assert (got["mmsi"], got["imo"], got["callsign"], got["shipname"]) == (
        413000001,
        9123456,
        "BABC1",
        "QIONG YUE 8",
    )
    assert got["to_bow"] + got["to_stern"] == 121
    assert got["to_port"] + got["to_starboard"] == 17
    assert (got["draught"], got["destination"], got["ship_type"]) == (6.4, "HAIKOU, ??", 70)
    assert (got["month"], got["day"], got["hour"], got["minute"]) == (3, 2, 14, 5)


def test_a_tag_block_says_time_and_receiver() -> None:
    for micro in (0, 250_000, 7):
        t_us = to_us(T) + micro
        assert time_of(tagged(b"!AIVDM\r\n", t_us, "coast-1")) == t_us
    assert tagged(b"!x", to_us(T), "coast-1").startswith(b"\\s:coast-1,c:1772346642*")
    assert tagged(b"!x", to_us(T), "a,b").startswith(b"\\c:")
