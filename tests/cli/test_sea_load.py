"""`hq sea load` as a person or a script calls it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from huanqiong.cli import ui
from huanqiong.cli.sea.load import load
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.schema import POSITIONS

GOOD = "mmsi,t,lat,lon,sog\n413000001,2025-01-01 00:00:00,20,110,5\n413000002,2025-01-01 00:00:01,20,110,6\n"
HALF = GOOD + "413000003,when?,20,110,6\n413000004,2025-01-01 00:00:01,95,110,6\n"


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call() -> object:
    app = typer.Typer()
    app.command()(load)

    def _call(*words: object) -> Result:
        done = CliRunner().invoke(app, [str(w) for w in words])
        if isinstance(done.exception, HuanqiongError):
            with pytest.raises(SystemExit) as e:
                ui.fail(done.exception)
            return Result(int(e.value.code or 0), done.stdout, str(done.exception))
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return Result(done.exit_code, done.stdout, done.stderr)

    return _call


def test_writes_the_table_and_says_what_it_set_aside(tmp_path: Path, call) -> None:
    (tmp_path / "in.csv").write_text(HALF)
    out = tmp_path / "out.parquet"
    done = call(tmp_path / "in.csv", "-o", out)
    assert done.code == 0
    assert done.out == f"2 positions -> {out}\n"
    assert "2 set aside, listed in" in done.err
    assert "without a zone are read as UTC" in done.err
    table = pq.read_table(out)
    assert table.schema.equals(POSITIONS)
    assert table["mmsi"].to_pylist() == [413000001, 413000002]
    lines = [json.loads(line) for line in Path(f"{out}.rejects.jsonl").read_text().splitlines()]
    assert [(r["row"], r["column"], r["cause"]) for r in lines] == [
        (4, "t", "no time"),
        (5, "lat", "latitude is out of range"),
    ]
    assert lines[0]["text"].startswith("413000003,when?")
    assert lines[0]["where"] == f"row 4, byte {HALF.index('413000003')}"


def test_strict(tmp_path: Path, call) -> None:
    (tmp_path / "in.csv").write_text(HALF)
    assert call(tmp_path / "in.csv", "-o", tmp_path / "o.parquet", "--strict").code == 1
    assert (tmp_path / "o.parquet").exists()
    (tmp_path / "in.csv").write_text(GOOD)
    assert call(tmp_path / "in.csv", "-o", tmp_path / "o.parquet", "--strict").code == 0
    assert not (tmp_path / "o.parquet.rejects.jsonl").exists()


def test_json(tmp_path: Path, call) -> None:
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(HALF.encode()))
    done = call(tmp_path / "in.csv.gz", "-o", tmp_path / "o.parquet", "--json")
    (line,) = done.out.splitlines()
    told = json.loads(line)
    assert told["layout"] == "generic"
    assert told["counts"]["positions"] == 2
    assert told["counts"]["rejected"] == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"a,b\n1,2\n", "no column for time"),
        (GOOD[:19].encode(), "no position in"),
    ],
)
def test_nothing_usable(tmp_path: Path, call, content: bytes, message: str) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    (tmp_path / "o.parquet").write_bytes(b"the old one")
    done = call(tmp_path / "in.csv", "-o", tmp_path / "o.parquet")
    assert done.code == 1
    assert message in done.err
    assert (tmp_path / "o.parquet").read_bytes() == b"the old one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "o.parquet"]


def test_a_bad_file_among_good_ones(tmp_path: Path, call) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").write_text("")
    done = call(tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "o.parquet")
    assert done.code == 0
    assert "b.csv: the file is empty" in done.err
    assert call(tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "o.parquet", "--strict").code == 1


def test_wrong_usage(tmp_path: Path, call) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    assert call(tmp_path / "a.csv").code == 2
    assert call(tmp_path / "a.csv", "-o", tmp_path / "no" / "o.parquet").code == 2
    assert call(tmp_path / "a.csv", "-o", tmp_path / "o.parquet", "--t0", "soon").code == 2


def test_static_and_other_tables(tmp_path: Path, call) -> None:
    (tmp_path / "a.csv").write_text(GOOD.replace("sog\n", "name\n").replace(",6\n", ",HAI 1\n"))
    done = call(tmp_path / "a.csv", "-o", tmp_path / "o.parquet", "--static", tmp_path / "s.parquet")
    assert done.code == 0
    assert pq.read_table(tmp_path / "s.parquet")["name"].to_pylist() == ["5", "HAI 1"]


def test_runs_without_django(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from pathlib import Path\n"
        "from huanqiong.cli.sea.load import load\n"
        "load([Path(sys.argv[1])], out=Path(sys.argv[2]))"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "a.csv"), str(tmp_path / "o.parquet")]
    subprocess.run(words, check=True, capture_output=True)
    assert pq.read_table(tmp_path / "o.parquet").num_rows == 2
