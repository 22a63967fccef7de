"""Bad input never stops a run: good rows are kept, bad ones named with row, byte, column and cause."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import InputError, LayoutError
from huanqiong.feed.files import read
from huanqiong.feed.files.records import Records

Load = Callable[..., Any]
HEAD = "mmsi,t,lat,lon,name\n"
ROW = "413000001,2025-01-01 00:00:00,20,110,A\n"


def rows(n: int) -> str:
    return "".join(
        f"{413000001 + i},2025-01-01 00:00:{i % 60:02d},20,{i / 1000},NAME {i}\n" for i in range(n)
    )


@pytest.mark.parametrize("content", [b"", b"  \n\n \n"])
def test_empty_file(load: Load, content: bytes) -> None:
    with pytest.raises(InputError, match=r"file: the file (is empty|holds only blank space)\. Fetch"):
        load(content)


def test_missing_file_and_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(read(tmp_path / "none"))
    with pytest.raises(InputError, match="directory"):
        list(read(tmp_path))


def test_header_only_is_no_error(load: Load) -> None:
    assert load(HEAD).positions.num_rows == 0


def test_missing_column_is_named(load: Load) -> None:
    with pytest.raises(LayoutError, match="no column for latitude. Columns seen: mmsi, t, lon, name"):
        load(HEAD.replace("lat,", "") + ROW)


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_truncated_gzip_keeps_the_good_part(load: Load, keep: float) -> None:
    text = HEAD + rows(20000)
    packed = gzip.compress(text.encode(), 1)
    got = load(packed[: int(len(packed) * keep)])
    n = got.positions.num_rows
    assert 0.8 * keep * 20000 < n < 20000
    whole = load(text)
    assert got.positions.drop(["raw_sha256"]).equals(whole.positions.drop(["raw_sha256"]).slice(0, n))
    assert "the gzip data ends early" in got.rejects[-1].cause
    assert "the rows before that are kept" in got.notes[-1]
    if len(got.rejects) > 1:
        assert got.rejects[-2].cause == "cut off"


def test_gzip_with_a_broken_middle(load: Load) -> None:
    packed = bytearray(gzip.compress((HEAD + rows(20000)).encode(), 1))
    packed[len(packed) // 2] ^= 0x55
    got = load(bytes(packed))
    assert got.positions.num_rows > 1000
    assert "gzip data is broken" in got.rejects[-1].cause


def test_gzip_in_several_members(load: Load) -> None:
    got = load(gzip.compress((HEAD + ROW).encode()) + gzip.compress(ROW.encode()))
    assert got.positions.num_rows == 2
    assert not got.rejects


@pytest.mark.parametrize("kind", ["zip", "zstd"])
def test_other_packings(load: Load, kind: str) -> None:
    text = (HEAD + rows(20000)).encode()
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("a.csv", text)
    else:
        buffer.write(pa.Codec("zstd").compress(text, asbytes=True))
    got = load(buffer.getvalue())
    assert got.positions.num_rows == 20000
    if kind == "zip":
        with pytest.raises(InputError, match="the zip is cut off or broken"):
            load(buffer.getvalue()[:-200])
    else:
        cut = load(buffer.getvalue()[:-2000])
        assert cut.positions.num_rows > 1000
        assert "the zstd data is cut off" in cut.rejects[-1].cause


VDM = "!AIVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*7B"


def test_sentences_with_a_wrong_clock(load: Load) -> None:
    good, wrong = "\\c:1700000000*5F\\", "\\c:4000000000*5D\\"
    got = load("".join(f"{tag}{VDM}\r\n" for tag in (good, wrong, good)))
    assert got.layout == "nmea0183"
    assert got.positions.num_rows == 2
    (reject,) = got.rejects
    assert reject.cause == "time is more than a day in the future"
    assert reject.where == f"byte {len(good + VDM) + 2}"
    cut = load(gzip.compress(f"{good}{VDM}\r\n".encode() * 5000)[:200])
    assert cut.positions.num_rows > 10
    assert "the gzip data ends early" in cut.rejects[-1].cause


def test_zip_of_two_files_is_refused(load: Load) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("a.csv", HEAD)
        z.writestr("b.csv", HEAD)
    with pytest.raises(InputError, match=r"2 files \(a.csv, b.csv\).*Unpack"):
        load(buffer.getvalue())


def test_wrong_rows_are_set_aside_with_row_column_and_cause(load: Load) -> None:
    text = (
        HEAD
        + ROW
        + "413000001,2025-01-01 00:00:00,20\n"
        + "413000001,yesterday,20,110,A\n"
        + "413000001,2025-01-01 00:00:00,2o,110,A\n"
        + "413000001,2025-01-01 00:00:00,20,-190.5,A\n"
        + "41300000x,2025-01-01 00:00:00,20,110,A\n"
        + ",2025-01-01 00:00:00,20,110,A\n"
        + "413000001,,20,110,A\n"
        + "413000001,2025-01-01 00:00:00,inf,110,A\n"
        + "\n"
        + "413000001,2027-01-01 00:00:00,20,110,A\n"
        + "413000001,2025-13-01 00:00:00,20,110,A\n"
        + ROW
    )
    got = load(text)
    assert got.positions.num_rows == 2
    told = sorted((r.row, r.column, r.cause) for r in got.rejects if r.column) + [
        (r.row, r.column, r.cause) for r in got.rejects if not r.column
    ]
    assert told == [
        (4, "t", "no time"),
        (5, "lat", "no number"),
        (6, "lon", "longitude is out of range"),
        (7, "mmsi", "MMSI is no number"),
        (8, "mmsi", "no MMSI or device"),
        (9, "t", "time is missing"),
        (10, "lat", "no number"),
        (12, "t", "time is more than a day in the future"),
        (13, "t", "no time"),
        (3, None, "wrong number of columns (expected 5)"),
    ]
    for r in got.rejects:
        at = int(r.where.split("byte ")[1])
        assert text[at:].startswith(r.text)
    assert got.counts["rows"] == 12
    assert got.counts["rejected"] == len(got.rejects) == 10


def test_91_and_181_are_not_available(load: Load) -> None:
    got = load(
        HEAD + "1,2025-01-01 00:00:00,91,181,A\n1,2025-01-01 00:00:01,91.0,110,A\n1,2025-01-01 00:00:02,,,A\n"
    )
    assert got.rows("lat", "lon") == [(None, None)] * 3
    assert got.counts["position not available"] == 3
    assert not got.rejects


def test_times_out_of_order_are_fine(load: Load) -> None:
    got = load(HEAD + "1,2025-01-02 00:00:00,1,1,A\n1,2025-01-01 00:00:00,1,1,A\n")
    assert [t.day for t in got.positions["t"].to_pylist()] == [2, 1]
    assert not got.rejects


def test_a_very_long_line_is_skipped(load: Load) -> None:
    text = HEAD + ROW + "x" * 50_000 + "\n" + ROW + '413000001,2025-01-01 00:00:00,20,110,"' + "y" * 50_000
    got = load(text, longest=1000)
    assert got.positions.num_rows == 2
    cause = "line is longer than 1000 bytes"
    assert [(r.row, r.cause) for r in got.rejects] == [(3, cause), (5, cause)]
    assert all(len(r.text) == 200 for r in got.rejects)
    assert text[got.positions["raw_offset"][1].as_py() :].startswith(ROW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(load: Load, encoding: str, delimiter: str, end: str) -> None:
    lines = [
        "MMSI,时间,纬度,经度,船名",
        "413000001,2025-01-01 00:00:00,20.5,110,琼海渔00001",
        '413000002,2025-01-01 00:00:01,20,110,"x"',
    ]
    raw = end.join(line.replace(",", delimiter) for line in lines).encode(encoding)
    got = load(raw)
    assert got.rows("mmsi", "lat") == [(413000001, 20.5), (413000002, 20.0)]
    assert got.static["name"].to_pylist() == ["琼海渔00001", "x"]
    for at, mmsi in got.rows("raw_offset", "mmsi"):
        assert raw[at : at + 9] == str(mmsi).encode()


def test_utf16_is_named(load: Load) -> None:
    with pytest.raises(InputError, match="UTF-16.*Save it as UTF-8"):
        load((HEAD + ROW).encode("utf-16"))


def test_undecodable_names_do_not_cost_the_row(load: Load) -> None:
    got = load((HEAD + ROW).encode() + "413000002,2025-01-01 00:00:00,20,110,RØNNE\n".encode("latin-1"))
    assert got.positions.num_rows == 2
    assert not got.rejects


def test_quotes(load: Load) -> None:
    text = (
        HEAD
        + '1,2025-01-01 00:00:00,20,110,"A, ""B""\nC"\n'
        + '2,2025-01-01 00:00:00,20,110,5" PIPE\n'
        + '3,2025-01-01 00:00:00,20,110,"never closed\n'
        + "".join(f"{i},2025-01-01 00:00:00,20,110,N{i}\n" for i in range(4, 200))
    )
    got = load(text, longest=1000)
    assert got.rows("mmsi") == [(i,) for i in (1, 2, *range(4, 200))]
    assert got.static["name"].to_pylist()[:2] == ['A, "B"\nC', '5" PIPE']
    assert [r.row for r in got.rejects] == [4]
    for at, mmsi in got.rows("raw_offset", "mmsi"):
        assert text[at:].startswith(f"{mmsi},")


def test_broken_json(load: Load) -> None:
    got = load(
        '{"type":"FeatureCollection","features":[{"mmsi":1,"geometry":{"coordinates":[1,2]},'
        '"properties":{"timestampExternal":1659212938646}},{"mms'
    )
    assert got.positions.num_rows == 1
    assert len(got.rejects) == 1
    with pytest.raises(InputError, match="no list"):
        load('{"hello":\n{')


def test_cut_parquet(tmp_path: Path) -> None:
    one = {"mmsi": [1], "t": [datetime(2025, 1, 1, tzinfo=UTC)], "lat": [1.0], "lon": [1.0]}
    pq.write_table(pa.table(one), tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-20])
    with pytest.raises(InputError, match="Parquet file is cut off or broken"):
        list(read(tmp_path / "a"))


CELL = st.text(alphabet='ab",\n;é渔', max_size=6)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


@settings(max_examples=150, deadline=None)
@given(table=st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=1, max_size=8), cut=st.integers(1, 9))
def test_records_are_cut_alike_in_any_chunks(table: list[list[str]], cut: int) -> None:
    """Whatever the chunks, each record's bytes stand at its offset, and rows with quotes stay whole."""
    texts = [",".join(_quoted(c) for c in line) for line in table]
    raw = "".join(t + "\n" for t in texts).encode()

    def cut_up(size: int) -> list[tuple[int, int, bytes]]:
        pieces: Iterator[bytes] = (raw[i : i + size] for i in range(0, len(raw), size))
        blocks = list(Records(b",").cut(pieces))
        assert not [r for b in blocks for r in b.rejects]
        return [(int(b.offset[i]), int(b.row[i]), b.text(i)) for b in blocks for i in range(len(b.start))]

    whole = cut_up(1 << 20)
    assert [t for _, _, t in whole] == [t.encode() for t in texts if t]
    assert all(raw[at : at + len(t)] == t for at, _, t in whole)
    assert [(at, t) for at, _, t in cut_up(cut)] == [(at, t) for at, _, t in whole]


def test_row_numbers_are_64_bit() -> None:
    records = Records(b",", row=2**40, at=2**41)
    (block,) = records.cut(iter([b"a,b\nc,d\n"]))
    assert block.row.dtype == np.int64
    assert block.row.tolist() == [2**40, 2**40 + 1]
    assert block.offset.tolist() == [2**41, 2**41 + 4]
