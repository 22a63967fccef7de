"""`hq sea detect` on files: four columns, zones, wrong usage, nothing usable."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "lines" / "sea"))

from huanqiong.cli.app import app
from huanqiong.core.errors import InputError, ShapeError, UsageError
from huanqiong.core.schema import EVENTS

from worlds import HOUR, T0, sail, table  # isort: skip

RUN = CliRunner()
ROWS = sail(412_000_007, T0, 17.3, 110.6, 10.0, 90.0, 60)
ROWS += sail(412_000_007, T0 + 9 * HOUR, 17.3, 110.9, 10.0, 90.0, 60)


@pytest.fixture
def positions(tmp_path: Path) -> Path:
    file = tmp_path / "four.parquet"
    pq.write_table(table(ROWS).select(["mmsi", "t", "lat", "lon"]), file)
    return file


def test_four_columns_are_enough(positions: Path, tmp_path: Path) -> None:
    out = tmp_path / "events.parquet"
    zones = tmp_path / "zones.geojson"
    ring = [[110.5, 17.2], [110.7, 17.2], [110.7, 17.4], [110.5, 17.4], [110.5, 17.2]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    zones.write_text(json.dumps({"type": "Feature", "properties": {"name": "甲"}, "geometry": geometry}))
    got = RUN.invoke(
        app,
        [
            "sea",
            "detect",
            str(positions),
            "-o",
            str(out),
            "--profile",
            "gfw",
            "--zones",
            str(zones),
            "--json",
        ],
    )
    assert got.exit_code == 0, got.output
    events = pq.read_table(out)
    assert events.schema.equals(EVENTS)
    assert {"gap", "zone_visit"} <= set(events["kind"].to_pylist())
    lines = [json.loads(line) for line in got.stdout.splitlines() if line.startswith("{")]
    assert len(lines) == events.num_rows


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        (["--engine", "spark"], UsageError),
        (["--kinds", "gaps"], UsageError),
        (["--profile", "nobody"], UsageError),
    ],
)
def test_wrong_usage_says_what_to_give(
    positions: Path, tmp_path: Path, extra: list[str], error: type[Exception]
) -> None:
    got = RUN.invoke(app, ["sea", "detect", str(positions), "-o", str(tmp_path / "e.parquet"), *extra])
    assert isinstance(got.exception, error)
    assert not (tmp_path / "e.parquet").exists()


def test_bad_files_write_nothing(tmp_path: Path) -> None:
    out = tmp_path / "e.parquet"
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert isinstance(RUN.invoke(app, ["sea", "detect", str(empty), "-o", str(out)]).exception, InputError)
    outside = tmp_path / "outside.parquet"
    pq.write_table(table([(412_000_007, T0, 91.0, 181.0, 1.0, 1.0)]), outside)
    assert RUN.invoke(app, ["sea", "detect", str(outside), "-o", str(out)]).exit_code == 1
    crossing = tmp_path / "z.geojson"
    crossing.write_text('{"type":"Polygon","coordinates":[[[109,18],[110,19],[110,18],[109,19],[109,18]]]}')
    bad = RUN.invoke(app, ["sea", "detect", str(outside), "-o", str(out), "--zones", str(crossing)])
    assert isinstance(bad.exception, ShapeError)
    assert not out.exists()
