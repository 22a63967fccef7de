"""Distress signals: which reports are, which are not, and trains kept by their ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.schema import OTHER, POSITIONS
from huanqiong.lines.sea.distress import SAME_S, signals, thinned

T0 = datetime(2025, 3, 1, tzinfo=UTC)


def positions(*rows: dict[str, Any]) -> pa.Table:
    made = [{"t": T0, "lat": 18.0, "lon": 110.0, "msg_type": 1, "nav_status": 0, **r} for r in rows]
    return pa.Table.from_pylist(made, schema=POSITIONS)


def others(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{"t": T0, "msg_type": 14, **r} for r in rows], schema=OTHER)


def test_what_is_a_signal_and_what_is_not() -> None:
    table = positions(
        {"mmsi": 970_000_001},
        {"mmsi": 972_999_999, "nav_status": 14},
        {"mmsi": 974_123_456, "lat": None, "lon": None},
        {"mmsi": 971_000_000},
        {"mmsi": 412_000_001, "nav_status": 14},
        {"mmsi": 412_000_002},
        {"mmsi": 111_412_001, "msg_type": 9, "nav_status": None},
        {"mmsi": 970_000_002, "t": None},
        {"mmsi": None, "nav_status": 14},
    )
    texts = others(
        {"mmsi": 412_000_003, "text": "MAYDAY"},
        {"mmsi": 412_000_004, "text": ""},
        {"mmsi": 412_000_005, "text": "HELLO", "msg_type": 8},
    )
    assert {(s["mmsi"], s["signal"]) for s in signals(table, texts)} == {
        (970_000_001, "beacon"),
        (972_999_999, "beacon"),
        (974_123_456, "beacon"),
        (412_000_001, "status_14"),
        (111_412_001, "sar_aircraft"),
        (412_000_003, "safety_text"),
    }
    assert signals(POSITIONS.empty_table(), OTHER.empty_table()) == []


def test_a_signal_names_its_bytes() -> None:
    table = positions(
        {"mmsi": 970_000_001, "raw_sha256": "ab", "raw_offset": 7}, {"mmsi": 970_000_009, "raw_offset": 7}
    )
    first, second = signals(table, OTHER.empty_table())
    assert first["raw"] == [{"sha256": "ab", "offset": 7}]
    assert second["raw"] == []


def test_a_text_that_changes_is_a_signal_of_its_own() -> None:
    said = ["A", "A", "A", "B", "B", "B"]
    rows = [{"mmsi": 1, "text": w, "t": T0 + timedelta(seconds=i)} for i, w in enumerate(said)]
    assert [s["text"] for s in signals(POSITIONS.empty_table(), others(*rows))] == ["A", "A", "B", "B"]


SECONDS = st.sets(st.integers(0, 8 * SAME_S), max_size=40)


@given(SECONDS, SECONDS)
def test_trains_keep_their_ends(first: set[int], second: set[int]) -> None:
    rows = [
        {"mmsi": 970_000_000 + k, "t": T0 + timedelta(seconds=s)}
        for k in (1, 2)
        for s in (first, second)[k - 1]
    ]
    got = signals(positions(*rows), OTHER.empty_table())
    assert [(s["t"], s["mmsi"]) for s in got] == sorted((s["t"], s["mmsi"]) for s in got)
    for k, times in ((1, sorted(first)), (2, sorted(second))):
        kept = [round((s["t"] - T0).total_seconds()) for s in got if s["mmsi"] == 970_000_000 + k]
        want = [
            s
            for i, s in enumerate(times)
            if i == 0 or i == len(times) - 1 or s - times[i - 1] > SAME_S or times[i + 1] - s > SAME_S
        ]
        assert kept == want


@given(SECONDS, st.integers(0, 8 * SAME_S))
def test_in_parts_nothing_is_missed(times: set[int], cut: int) -> None:
    rows = [{"mmsi": 970_000_001, "t": T0 + timedelta(seconds=s)} for s in times]
    whole = signals(positions(*rows), OTHER.empty_table())
    halves = [[r for r in rows if ((r["t"] - T0).total_seconds() < cut) is side] for side in (True, False)]
    parts = thinned([s for h in halves for s in signals(positions(*h), OTHER.empty_table())])
    assert {s["t"] for s in whole} <= {s["t"] for s in parts} <= {r["t"] for r in rows}
