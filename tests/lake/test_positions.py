"""The lake holds a set of rows: how they were appended leaves no trace."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import StoreError
from huanqiong.core.schema import POSITIONS, STATIC, conform
from huanqiong.lake import positions as module
from huanqiong.lake.positions import Lake

DAY0 = datetime(2025, 3, 1, tzinfo=UTC)


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=POSITIONS)


def fix(minute: float, mmsi: int | None = 413000001, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "source": "ais",
        "device": str(mmsi),
        "mmsi": mmsi,
        "t": DAY0 + timedelta(minutes=minute),
        "lat": 20.0,
        "lon": 110.0,
    }
    return {**row, **more}


ROWS = st.lists(
    st.builds(
        fix,
        st.sampled_from([0.0, 1.0, 1.5, 1439.99, 1440.0, 3000.0]),
        st.sampled_from([413000001, 413000002, None]),
        lat=st.sampled_from([20.0, -0.0, 0.0, None, float("nan")]),
        sog_kn=st.sampled_from([None, 5.0]),
        heading=st.sampled_from([None, 90]),
        receiver=st.sampled_from([None, "a", "b"]),
        raw_offset=st.sampled_from([None, 0, 7]),
    ),
    max_size=24,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, data=st.data())
def test_any_order_cut_and_repetition_gives_the_same_table(
    rows: list[dict[str, object]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as a, TemporaryDirectory() as b:
        once, often = Lake(a), Lake(b)
        once.append(table(rows), source_id="s")
        shuffled = data.draw(
            st.permutations(rows + data.draw(st.lists(st.sampled_from(rows)) if rows else st.just([])))
        )
        while shuffled:
            n = data.draw(st.integers(1, len(shuffled)))
            piece, shuffled = shuffled[:n], shuffled[n:]
            often.append(table(piece), source_id=data.draw(st.sampled_from(["s", "r"])))
            if data.draw(st.booleans()):
                for day in often.days():
                    often.compact(day)
        assert often.read().equals(once.read())
        assert often.days() == once.days()
        assert often.span() == once.span()
        narrow = ["lat", "device", "t"]
        assert often.read(columns=narrow).equals(once.read().select(narrow))
        assert not often.verify()
        assert once.rows() == once.read().num_rows


def test_appending_again_adds_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = table([fix(0), fix(1), fix(1), fix(1500)])
    first = lake.append(rows, source_id="file:a")
    assert (first.rows_in, first.rows_new, first.rows_duplicate) == (4, 3, 1)
    assert first.days == (date(2025, 3, 1), date(2025, 3, 2))
    before = lake.manifest()
    again = lake.append(rows, source_id="file:a")
    assert (again.rows_new, again.rows_duplicate) == (0, 4)
    other = lake.append(rows.slice(1), source_id="file:b")
    assert (other.rows_new, other.rows_duplicate) == (0, 3)
    assert lake.manifest() == before
    assert lake.sources() == {"file:a": 3}


def test_late_rows_are_merged_in_time_order(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(table([fix(10), fix(30)]), source_id="a")
    version = lake.version(date(2025, 3, 1))
    lake.append(table([fix(20), fix(5)]), source_id="a")
    minutes = [(t - DAY0).total_seconds() / 60 for t in lake.read()["t"].to_pylist()]
    assert minutes == [5, 10, 20, 30]
    assert lake.version(date(2025, 3, 1)) != version
    assert lake.compact("2025-03-01") == 2
    assert len(lake.manifest().of("positions", "2025-03-01")) == 1
    assert not lake.verify()


def test_reading_by_time_and_device(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append(
        table([fix(m, mmsi) for m in (0, 1, 2, 1440) for mmsi in (413000001, 413000002)]), source_id="a"
    )
    some = lake.read(DAY0 + timedelta(minutes=1), DAY0 + timedelta(minutes=1440))
    assert some.num_rows == 4
    one = lake.read(devices=["413000002"], columns=["t", "mmsi"])
    assert one.column("mmsi").to_pylist() == [413000002] * 4
    assert lake.read(devices=["999"]).num_rows == 0
    assert (
        lake.read(order="device", columns=["mmsi"])["mmsi"].to_pylist() == [413000001] * 4 + [413000002] * 4
    )
    assert lake.read_day(date(2025, 3, 2)).num_rows == 2
    with pytest.raises(ValueError, match="aware"):
        lake.read(datetime(2025, 3, 1))  # noqa: DTZ001


def test_rows_without_a_time_are_kept_apart(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    done = lake.append(table([fix(0), fix(0, t=None), fix(0, t=None, mmsi=413000003)]), source_id="a")
    assert (done.rows_new, done.untimed) == (3, 2)
    assert lake.read().num_rows == 1
    assert lake.read_untimed().num_rows == 2
    assert lake.days() == [date(2025, 3, 1)]
    assert lake.append(table([fix(0, t=None)]), source_id="b").rows_new == 0


def test_static_and_other_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    static = conform(pa.table({"mmsi": [1, 2, 1], "t": [DAY0, None, DAY0], "name": ["A", "B", "A"]}), STATIC)
    assert lake.append_static(static, source_id="a").rows_new == 2
    assert lake.read_static()["name"].to_pylist() == ["B", "A"]
    assert lake.read_static(mmsis=[1])["name"].to_pylist() == ["A"]
    assert lake.read_static(DAY0, DAY0 + timedelta(days=1))["name"].to_pylist() == ["A"]
    assert (
        lake.append_other(pa.table({"mmsi": [3], "t": [DAY0], "text": ["SECURITE"]}), source_id="a").rows_new
        == 1
    )
    assert lake.read_other()["text"].to_pylist() == ["SECURITE"]
    assert lake.days() == []
    assert lake.span() is None


def test_many_small_parts_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_SMALL", 4)
    lake = Lake(tmp_path)
    for i in range(11):
        lake.append(table([fix(i)]), source_id=f"live:{i % 2}")
    parts = lake.manifest().of("positions")
    assert len(parts) < 6
    assert lake.read().num_rows == 11
    assert lake.sources() == {"live:0": 6, "live:1": 5}
    assert not lake.verify()


def test_a_writer_gathers_and_leaves_its_days_merged(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with lake.writer("file:a", rows=5) as writer:
        for i in range(12):
            writer.add(table([fix(i), fix(1440)]))
    done = writer.appended
    assert (done.rows_in, done.rows_new, done.rows_duplicate, len(done.days)) == (24, 13, 11, 2)
    assert len(lake.manifest().of("positions")) == 2
    with lake.writer("file:b") as writer:
        writer.add(table([fix(99)]))
    assert len(lake.manifest().of("positions")) == 3
    with lake.writer("file:a", rows=5) as writer:
        for i in range(12):
            writer.add(table([fix(i), fix(1440)]))
    assert writer.appended.rows_new == 0


def _hold(path: str, ready: object, done: object) -> None:
    with Lake(path).writing():
        ready.set()  # type: ignore[attr-defined]
        done.wait(20)  # type: ignore[attr-defined]


def test_two_writers_do_not_collide(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path), ready, done))
    other.start()
    try:
        assert ready.wait(20)
        with pytest.raises(StoreError, match=f"process {other.pid} is writing"):
            Lake(tmp_path, wait_s=0).append(table([fix(0)]), source_id="a")
    finally:
        done.set()
        other.join(20)
    assert Lake(tmp_path).append(table([fix(0)]), source_id="a").rows_new == 1


def test_a_reader_survives_a_merge(tmp_path: Path) -> None:
    reader, writer = Lake(tmp_path), Lake(tmp_path)
    writer.append(table([fix(0)]), source_id="a")
    writer.append(table([fix(1)]), source_id="a")
    old = reader.manifest()
    writer.compact("2025-03-01")
    stale = iter([old])
    reader.manifest = lambda: next(stale, writer.manifest())  # type: ignore[method-assign]
    assert reader.read().num_rows == 2
