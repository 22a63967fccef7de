"""The newest report of every vessel, against a dict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.schema import POSITIONS
from huanqiong.flows.sea_now import Now

T0 = datetime(2025, 3, 1, tzinfo=UTC)
ROW = st.tuples(
    st.sampled_from([None, *range(1, 9)]),
    st.sampled_from([None, *range(20)]),
    st.sampled_from([None, 1.0, 2.0]),
)


def table(rows: list[tuple[int | None, int | None, float | None]]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"mmsi": m, "t": None if s is None else T0 + timedelta(seconds=s), "lat": lat, "lon": 110.0}
            for m, s, lat in rows
        ],
        schema=POSITIONS,
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(ROW, max_size=12), max_size=6))
def test_as_a_dict_would(updates: list[list[tuple[int | None, int | None, float | None]]]) -> None:
    now, plain = Now(), dict[int, tuple[int, float]]()
    for rows in updates:
        cursor, before = now.cursor, dict(plain)
        for mmsi, s, lat in rows:
            if mmsi is None or s is None or lat is None:
                continue
            old = plain.get(mmsi)
            fixed = before.get(mmsi)
            # Of several at one time the last of an update counts; one already shown stays.
            if old is None or s > old[0] or (s == old[0] and (fixed is None or fixed[0] < s)):
                plain[mmsi] = (s, lat)
        moved = {m for m in plain if plain[m] != before.get(m)}
        assert now.update(table(rows)) == len(moved)
        newest, changed = now.since(cursor)
        assert set(changed["mmsi"].tolist()) == moved
        assert (newest > cursor) == bool(moved)
    _, all_of = now.since(-1)
    start = int(T0.timestamp())
    held = zip(all_of["mmsi"].tolist(), all_of["t"].tolist(), all_of["lat"].tolist(), strict=True)
    assert {m: (t - start, lat) for m, t, lat in held} == plain


def test_it_grows_and_begins_anew() -> None:
    now = Now()
    assert now.update(table([(m, 0, 1.0) for m in range(1, 3001)])) == 3000
    cursor = now.cursor
    now.clear()
    assert now.cursor > cursor
    assert len(now.since(-1)[1]["mmsi"]) == 0
    assert now.update(table([(7, 0, 1.0)])) == 1
    assert now.since(cursor)[1]["mmsi"].tolist() == [7]
