"""`hq sea decode` as a person or a script calls it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner, Result

from huanqiong.cli.sea.decode import decode
from huanqiong.core.errors import UsageError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC

SAMPLE = Path(str(files("huanqiong.data") / "sample/aava-n2k.data.gz"))
SENTENCES = (
    b"\\s:haikou,c:1714564800*21\\!AIVDM,1,1,,A,15Mj23P000G?q7fK>g:o7@1:0L3S,0*1B\r\n"
    b"!AIVDM,2,1,4,A,55O0W7`00001L@gCWGA2uItLth@DqtL5@F22220j1h742t0Ht0000000,0*08\r\n"
    b"!AIVDM,2,2,4,A,000000000000000,2*20\r\n"
    b"!AIVDM,1,1,,A,15Mj23P000G?q7fK>g:o7@1:0L3S,0*FF\r\n"
    b"!AIVDM,1,1,,A,15Mj23P000G\r\n"
)


def app() -> typer.Typer:
    tested = typer.Typer()
    tested.command()(decode)
    return tested


def call(*words: object) -> Result:
    return CliRunner().invoke(app(), [str(w) for w in words])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.nmea"
    path.write_bytes(SENTENCES)
    return path


def test_tables_side_file_and_counts(tmp_path: Path, feed: Path) -> None:
    out, static, other = (tmp_path / f"{name}.parquet" for name in ("out", "static", "other"))
    got = call(feed, "-o", out, "--static", static, "--other", other)
    assert got.exit_code == 0
    assert "2 set aside" in got.stderr
    assert "1 positions" in got.stdout
    positions = pq.read_table(out)
    assert positions.schema.equals(POSITIONS)
    assert positions["raw_sha256"].to_pylist()[0] is not None
    assert pq.read_table(static).schema.equals(STATIC)
    assert pq.read_table(static).num_rows == 1
    assert pq.read_table(other).schema.equals(OTHER)
    rejects = [json.loads(text) for text in (tmp_path / "out.parquet.rejects.jsonl").read_text().splitlines()]
    assert [r["cause"] for r in rejects] == ["checksum", "truncated"]
    assert {"where", "cause", "text"} <= rejects[0].keys()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "feed.nmea", "other.parquet", "out.parquet", "out.parquet.rejects.jsonl", "static.parquet",
    ]  # fmt: skip


def test_strict_makes_broken_sentences_a_failure_but_writes(tmp_path: Path, feed: Path) -> None:
    out = tmp_path / "out.parquet"
    assert call(feed, "-o", out, "--strict").exit_code == 1
    assert pq.read_table(out).num_rows == 1


def test_json_is_one_object_a_file(tmp_path: Path, feed: Path) -> None:
    got = call(feed, SAMPLE, "-o", tmp_path / "out.parquet", "--json")
    one, two = (json.loads(text) for text in got.stdout.splitlines())
    assert (one["counts"]["positions"], one["counts"]["checksum"]) == (1, 1)
    assert two["counts"]["positions"] == 1_981 + 886
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 1 + 1_981 + 886


def test_packed_and_plain_give_the_same_rows(tmp_path: Path, feed: Path) -> None:
    packed = tmp_path / "feed.nmea.gz"
    packed.write_bytes(gzip.compress(SENTENCES))
    call(feed, "-o", tmp_path / "a.parquet")
    call(packed, "-o", tmp_path / "b.parquet")
    a, b = (pq.read_table(tmp_path / name).drop(["raw_sha256"]) for name in ("a.parquet", "b.parquet"))
    assert a.equals(b)


def test_gzip_cut_short_keeps_what_came(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(SAMPLE.read_bytes()[:200_000])
    got = call(cut, "-o", tmp_path / "out.parquet")
    assert got.exit_code == 0
    assert "ends early" in got.stderr
    assert 500 < pq.read_table(tmp_path / "out.parquet").num_rows < 2_867
    last = (tmp_path / "out.parquet.rejects.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["where"] == "end of file"


def test_base_time_for_files_without_one(tmp_path: Path) -> None:
    bare = tmp_path / "bare.nmea"
    bare.write_bytes(SENTENCES.split(b"\\", 2)[2])
    call(bare, "-o", tmp_path / "a.parquet")
    call(bare, "-o", tmp_path / "b.parquet", "--t0", "2024-05-01T20:00:00+08:00")
    a, b = (pq.read_table(tmp_path / name)["t"].to_pylist()[0] for name in ("a.parquet", "b.parquet"))
    assert a is None
    assert abs(b.timestamp() - 1_714_564_800) <= 60


@pytest.mark.parametrize("content", [b"", b"  \n", b"id,lat,lon\n1,2,3\n", SENTENCES.splitlines()[3]])
def test_nothing_usable_leaves_old_output_alone(tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "out.parquet"
    out.write_bytes(b"what was there before")
    bad = tmp_path / "bad.nmea"
    bad.write_bytes(content)
    got = call(bad, "-o", out)
    assert got.exit_code == 1
    assert "bad.nmea" in got.stderr
    assert out.read_bytes() == b"what was there before"


def test_a_missing_file_among_good_ones(tmp_path: Path, feed: Path) -> None:
    got = call(tmp_path / "nope", feed, "-o", tmp_path / "out.parquet")
    assert got.exit_code == 0
    assert "nope" in got.stderr
    assert call(tmp_path / "nope", "-o", tmp_path / "out2.parquet").exit_code == 1


def test_wrong_usage_says_what_to_write(tmp_path: Path, feed: Path) -> None:
    out = tmp_path / "out.parquet"
    for words, message in (
        ((feed, "-o", out, "--format", "ais"), "nmea0183"),
        ((feed, "-o", out, "--t0", "noon"), "--t0"),
        ((feed, "-o", feed), "named twice"),
        ((feed, "-o", tmp_path / "no/out.parquet"), "no directory"),
    ):
        error = call(*words).exception
        assert isinstance(error, UsageError)
        assert message in str(error)
    assert call(feed).exit_code == 2
    assert feed.read_bytes() == SENTENCES


def test_decodes_with_django_blocked(tmp_path: Path, feed: Path) -> None:
    code = (
        "import sys; sys.modules['django'] = None\n"
        "import typer\n"
        "from pathlib import Path\n"
        "from huanqiong.cli.sea.decode import decode\n"
        f"decode([Path({str(feed)!r})], Path({str(tmp_path / 'out.parquet')!r}), json=True)\n"
        "assert not any(name.startswith('django.') for name in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["positions"] == 1
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 1


@pytest.mark.real
def test_national_feed(tmp_path: Path, data_dir: Path) -> None:
    got = call(data_dir / "ais/nmea_dk_20131112_dma.txt.gz", "-o", tmp_path / "out.parquet", "--strict")
    assert got.exit_code == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 24_688
