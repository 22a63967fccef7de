"""The engine's contract, on a small kernel written here and, when it is there, on the archive kernel."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from huanqiong.core.errors import UsageError
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.engine import run, windows
from huanqiong.lake.positions import Lake

DAY0 = datetime(2025, 3, 1, tzinfo=UTC)


class Silences:
    """Per ship, each silence longer than an hour: state is the last time of each ship."""

    def __init__(self) -> None:
        self.last: dict[int, datetime] = {}
        self.found: list[dict[str, object]] = []
        self.clock: datetime | None = None

    def feed(self, table: pa.Table) -> None:
        for row in table.select(["t", "mmsi"]).to_pylist():
            assert self.clock is None or row["t"] >= self.clock
            self.clock = row["t"]
            before = self.last.get(row["mmsi"])
            if before is not None and row["t"] - before > timedelta(hours=1):
                self.found.append({"mmsi": row["mmsi"], "t0": before, "t1": row["t"]})
            self.last[row["mmsi"]] = row["t"]

    def finish(self) -> pa.Table:
        kind = pa.timestamp("us", tz="UTC")
        schema = pa.schema([("mmsi", pa.int64()), ("t0", kind), ("t1", kind)])
        return pa.Table.from_pylist(self.found, schema=schema)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    dice = np.random.default_rng(5)
    seconds = np.concatenate([dice.integers(0, 3 * 86400, 900), dice.integers(9 * 86400, 10 * 86400, 100)])
    t = (int(DAY0.timestamp()) + seconds) * 1_000_000
    mmsi = 413000000 + dice.integers(0, 40, len(t))
    columns = {"t": pa.array(t, pa.timestamp("us", tz="UTC")), "mmsi": mmsi, "device": mmsi.astype(str)}
    lake = Lake(tmp_path)
    table = conform(pa.table(columns), POSITIONS)
    for i in range(0, 1000, 130):
        lake.append(table.slice(i, 130), source_id="a")
    return lake


def in_one_go(lake: Lake, t0: datetime, t1: datetime) -> pa.Table:
    kernel = Silences()
    kernel.feed(lake.read(t0, t1))
    return kernel.finish()


def test_day_by_day_is_as_in_one_go(lake: Lake) -> None:
    days = lake.days()[:3]
    got = run(Silences, lake, days, "mmsi", columns=["t", "mmsi"])
    assert got.num_rows > 100
    assert got.equals(in_one_go(lake, DAY0, DAY0 + timedelta(days=3)))


def test_windows_do_not_see_each_other(lake: Lake) -> None:
    assert [len(w) for w in windows(lake.days())] == [3, 1]
    got = run(Silences, lake)
    apart = [
        in_one_go(lake, DAY0, DAY0 + timedelta(days=3)),
        in_one_go(lake, DAY0 + timedelta(days=9), DAY0 + timedelta(days=11)),
    ]
    assert got.equals(pa.concat_tables(apart))


def test_parts_give_the_same_events(lake: Lake) -> None:
    def sort(table: pa.Table) -> pa.Table:
        return table.sort_by([("mmsi", "ascending"), ("t0", "ascending")])

    whole = run(Silences, lake, key="mmsi")
    seen: list[tuple[str, int, int]] = []
    parts = run(Silences, lake, key="mmsi", parts=3, progress=lambda *a: seen.append(a))
    assert sort(parts).equals(sort(whole))
    assert seen[-1][1] == seen[-1][2] == 3000
    with pytest.raises(UsageError, match="all ships together"):
        run(Silences, lake, parts=2)


def test_an_empty_lake_gives_an_empty_table(tmp_path: Path) -> None:
    assert run(Silences, Lake(tmp_path / "none")).num_rows == 0
    assert list(windows([])) == []
    assert list(windows([date(2025, 1, 2), date(2025, 1, 1)])) == [[date(2025, 1, 1), date(2025, 1, 2)]]
