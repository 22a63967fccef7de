"""Every real set loads, and what it gives is what its README says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huanqiong.core.schema import POSITIONS
from huanqiong.lake.positions import Lake

pytestmark = pytest.mark.real
Load = Callable[..., Any]
NOW = datetime(2026, 11, 23, tzinfo=UTC)

SETS = [
    ("us_marinecadastre_20220103_sample", 69_933),
    ("dk_kattegat_20251101_02_1min", 28_996),
    ("dk_20131112_positions_decoded", 24_686),
    ("dk_drift_538004030_positions", 5_029),
    ("sat_sharedmmsi_416000000", 1_668),
    ("sat_sharedmmsi_416000000_gfw_segments", 1_668),
    ("sat_sharedmmsi_263576000", 948),
    ("norfolk_msis_set1", 13_714),
    ("injected_train", 83_438),
]


@pytest.mark.parametrize(("name", "rows"), SETS)
def test_all_rows_of_a_set(data_dir: Path, whole: Load, name: str, rows: int) -> None:
    path = data_dir / "ais" / f"{name}.parquet"
    got = whole(path, now=NOW, t0=datetime(2014, 5, 1, tzinfo=UTC))
    assert got.positions.schema.equals(POSITIONS)
    assert got.positions.num_rows == rows
    assert not got.rejects
    assert got.positions["t"].null_count == 0
    assert got.positions["raw_offset"].to_pylist() == list(range(rows))
    raw = pq.read_table(path)
    for column in ("lat", "lon"):
        sent = pc.if_else(pc.greater(raw["lat"], 90.0), None, raw[column])
        assert got.positions[column].equals(sent.cast(pa.float64()))
    if pa.types.is_timestamp(raw.schema.field(min(2, 1)).type):
        assert got.positions["t"].equals(raw["t"])


def test_the_invalid_positions_of_the_satellite_set(data_dir: Path, whole: Load) -> None:
    got = whole(data_dir / "ais" / "sat_sharedmmsi_263576000.parquet", now=NOW)
    assert got.counts["position not available"] == got.positions["lat"].null_count == 20


def test_static_data_of_the_american_set(data_dir: Path, whole: Load) -> None:
    path = data_dir / "ais" / "us_marinecadastre_20220103_sample.parquet"
    got = whole(path, now=NOW)
    raw = pq.read_table(path)
    named = set(raw.filter(pc.not_equal(raw["name"], ""))["mmsi"].to_pylist())
    ours = got.static.filter(pc.is_valid(got.static["name"]))
    assert set(ours["mmsi"].to_pylist()) == named
    assert ours.num_rows < 1.02 * len(named)


def test_times_of_day_without_their_day(data_dir: Path, whole: Load) -> None:
    got = whole(data_dir / "ais" / "norfolk_msis_set1.parquet", now=NOW, t0=datetime(2014, 5, 1, tzinfo=UTC))
    ends = pc.min_max(got.positions["t"]).as_py()
    assert ends["min"] == datetime(2014, 5, 1, 14, tzinfo=UTC)
    assert ends["max"] < datetime(2014, 5, 1, 19, tzinfo=UTC)
    assert len(set(got.positions["device"].to_pylist())) == 20
    assert set(got.positions["source"].to_pylist()) == {"report"}


def _fixes(table: pa.Table) -> Counter[tuple[int, datetime, float, float]]:
    names = ("mmsi", "t", "lat", "lon")
    place = [pc.round(table[c], 5).to_pylist() if c[0] == "l" else table[c].to_pylist() for c in names]
    return Counter(zip(*place, strict=True))


def test_raw_sentences(data_dir: Path, whole: Load) -> None:
    path = data_dir / "ais" / "nmea_dk_20131112_dma.txt.gz"
    got = whole(path, now=NOW)
    assert got.layout == "nmea0183"
    decoded = pq.read_table(data_dir / "ais" / "dk_20131112_positions_decoded.parquet")
    ours, theirs = _fixes(got.positions), _fixes(decoded)
    assert not theirs - ours
    assert (ours - theirs).total() < 0.001 * decoded.num_rows
    assert set(got.positions["raw_sha256"].to_pylist()) == {hashlib.sha256(path.read_bytes()).hexdigest()}


def test_the_injected_set_in_arrival_order_lies_in_time_order_in_the_lake(
    data_dir: Path, whole: Load, tmp_path: Path
) -> None:
    got = whole(data_dir / "ais" / "injected_train.parquet", now=NOW)
    arrival = got.positions["t"].cast(pa.int64()).to_numpy()
    assert (arrival[1:] < arrival[:-1]).any()
    once, often = Lake(tmp_path / "once"), Lake(tmp_path / "often")
    once.append(got.positions, source_id="a")
    for i in range(0, len(arrival), 9_000):
        often.append(got.positions.slice(i, 9_500), source_id="a")
    table = often.read()
    assert table.num_rows == len(arrival)
    assert table.equals(once.read())
    stored = table["t"].cast(pa.int64()).to_numpy()
    assert (stored[1:] >= stored[:-1]).all()
