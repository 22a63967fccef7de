"""Rows that go from the lake are gone from the disk; the rest reads as before, through kills too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.core.schema import POSITIONS
from huanqiong.lake import forget as forgetting
from huanqiong.lake.forget import Going, Piece, forget, pieces
from huanqiong.lake.positions import Lake

DAY0 = datetime(2025, 3, 1, tzinfo=UTC)


class KilledError(Exception):
    """Stands for a kill at this line."""


def fixes(minutes: list[int], mmsi: int = 1, raw: str = "a") -> pa.Table:
    rows = [
        {"source": "ais", "device": str(mmsi), "mmsi": mmsi, "t": DAY0 + timedelta(minutes=m), "lat": 1.0,
         "raw_sha256": raw, "raw_offset": m}
        for m in minutes
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=POSITIONS)


def of(*mmsis: int):
    def choose(piece: Piece) -> np.ndarray:
        mine = np.isin(np.asarray(piece.rows.column("mmsi")), mmsis)
        return np.where(mine, 0, -1).astype(np.int16)

    return choose


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.append(fixes([0, 1, 2]), source_id="file:a")
    lake.append(fixes([0, 1, 1500], 2, "b"), source_id="file:b")
    return lake


def on_disk(lake: Lake, mmsi: int) -> int:
    import pyarrow.parquet as pq

    files = lake.path.glob("*/day=*/*.parquet")
    return sum(pq.read_table(f).filter(pa.compute.field("mmsi") == mmsi).num_rows for f in files)


def test_rows_of_one_go_and_the_rest_stays(lake: Lake) -> None:
    before, told = lake.read(devices=["1"]), []
    assert forget(lake, "positions", of(2), told.append) == 3
    assert lake.read().equals(before)
    assert not lake.verify()
    assert on_disk(lake, 2) == 0
    assert [(g.day, g.rows) for g in told] == [("2025-03-01", {0: 2}), ("2025-03-02", {0: 1})]
    assert lake.sources() == {"file:a": 3}
    assert forget(lake, "positions", of(2), told.append) == 0
    assert len(told) == 2


def test_a_part_that_loses_some_rows_is_written_again_and_survives_a_lost_manifest(lake: Lake) -> None:
    lake.compact("2025-03-01")
    forget(lake, "positions", of(2), lambda g: None)
    assert lake.sources() == {"file:a": 3}
    before = lake.read()
    lake.manifest_path.unlink()
    lake.repair()
    assert lake.read().equals(before)
    assert lake.append(fixes([0, 1, 2]), source_id="file:a").rows_new == 0


@pytest.mark.parametrize("where", ["tell", "commit", "_remove"])
def test_killed_and_run_again_it_finishes(lake: Lake, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.compact("2025-03-01")
    told: list[Going] = []

    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as m:
        if where == "commit":
            m.setattr(Lake, "commit", die)
        elif where == "_remove":
            once = iter([False])
            real = forgetting._remove
            m.setattr(forgetting, "_remove", lambda f: real(f) if not next(once, True) else die())
        with pytest.raises(KilledError):
            forget(lake, "positions", of(2), die if where == "tell" else told.append)
    if where == "tell":
        assert lake.read(devices=["2"]).num_rows == 3
        assert not lake.verify()
    again: list[Going] = []
    forget(lake, "positions", of(2), again.append)
    assert on_disk(lake, 2) == 0
    assert on_disk(lake, 1) == 3
    assert not lake.verify()
    if where == "commit":  # the same keys: the log's entry is recognised
        assert again[0] == told[0]


def test_rows_without_a_time_keep_when_they_were_stored(lake: Lake) -> None:
    rows = fixes([0, 1], 3).set_column(3, "t", pa.nulls(2, POSITIONS.field("t").type))
    rows = pa.concat_tables([rows, fixes([5], 4).set_column(3, "t", pa.nulls(1, POSITIONS.field("t").type))])
    lake.append(rows, source_id="file:c")
    (first,) = [p for p in pieces(lake, "positions") if not p.timed]
    forget(lake, "positions", of(4), lambda g: None)
    (second,) = [p for p in pieces(lake, "positions") if not p.timed]
    assert second.stored_at == first.stored_at
    assert second.rows.num_rows == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 4)), min_size=1, max_size=8), max_size=5
    ),
    out=st.sets(st.integers(1, 4)),
    compact=st.booleans(),
)
def test_what_stays_is_what_a_plain_filter_keeps(
    tmp_path_factory: pytest.TempPathFactory, batches: list, out: set[int], compact: bool
) -> None:
    lake = Lake(tmp_path_factory.mktemp("l") / "lake")
    for i, batch in enumerate(batches):
        for m, who in batch:
            lake.append(fixes([m], who, f"r{i}"), source_id=f"file:r{i}")
    for day in lake.days() if compact else ():
        lake.compact(day)
    keep = [r for r in lake.read().to_pylist() if r["mmsi"] not in out]
    gone = lake.rows() - len(keep)
    told: list[Going] = []
    assert forget(lake, "positions", of(*out), told.append) == gone
    assert sum(sum(g.rows.values()) for g in told) == gone
    assert lake.read().to_pylist() == keep
    assert not lake.verify()
    assert sum(lake.sources().values()) == len(keep)
