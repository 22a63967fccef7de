"""Raw bytes out of every kind of file: cut out, read again, equal; and nobody else's line among them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import evidence_world as world
import pyarrow as pa
import pytest

from huanqiong.data import path as data_path
from huanqiong.feed.files import read
from huanqiong.flows.evidence.excerpt import excerpt
from huanqiong.flows.evidence.reread import Reread, by_file, reread
from huanqiong.lines.sea.message import Decoder

OWN = world.SILENT


def again(file: Path, mmsi: int) -> tuple[Reread, bytes]:
    """How many of a ship's rows come out of the bytes cut out for them, and the bytes."""
    rows = pa.concat_tables([b.positions for b in read(file)])
    mine = rows.filter(pa.array([m == mmsi for m in rows.column("mmsi").to_pylist()]))
    assert 0 < mine.num_rows < rows.num_rows
    [(_, part)] = by_file(mine).items()
    cut = excerpt(file, part.column("raw_offset").to_pylist())
    return reread(cut.suffix, cut.data, cut.offsets, part), cut.data


def whole(got: Reread) -> bool:
    return got.whole == got.rows > 0


def plain(line: bytes) -> bytes:
    """A tagged sentence without its tag block."""
    return line.rpartition(b"\\")[2]


def ships(data: bytes) -> set[int]:
    found = Decoder().feed(data)
    return set(found.positions.column("mmsi").to_pylist())


def test_sentences_packed_or_not(tmp_path: Path) -> None:
    text = world.sentences(world.before_noon())
    for name, content in (("a.nmea", text), ("a.nmea.gz", gzip.compress(text))):
        (tmp_path / name).write_bytes(content)
        got, cut = again(tmp_path / name, OWN)
        assert whole(got)
        assert ships(cut) == {OWN}


def test_a_time_line_of_its_own_goes_along(tmp_path: Path) -> None:
    out = []
    for k, line in enumerate(world.sentences(world.before_noon()).splitlines(keepends=True)):
        second = line.split(b"c:")[1][:10]
        if k % 3 == 0:
            out.append(b"# a comment\n")
        out += [second + b"\n", plain(line)]
    (tmp_path / "log.nmea").write_bytes(b"".join(out))
    got, cut = again(tmp_path / "log.nmea", OWN)
    assert whole(got)
    assert ships(cut) == {OWN}
    assert cut.count(b"\n") == 2 * got.rows


def test_messages_in_parts_among_others(tmp_path: Path) -> None:
    extended = [
        b"!AIVDM,2,1,%d,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000,0*",
        b"!AIVDM,2,2,%d,B,S0D:R220,0*",
    ]
    others = world.sentences(world.before_noon()).splitlines(keepends=True)[:40]
    random.seed(1)
    lines = []
    for n in range(5):
        first, second = (_closed(part % n) for part in extended)
        lines += [_tag(n) + first, *random.sample(others, 3), _tag(n) + second, *random.sample(others, 2)]
    (tmp_path / "parts.nmea").write_bytes(b"".join(lines))
    rows = pa.concat_tables([b.positions for b in read(tmp_path / "parts.nmea")])
    mmsi = next(m for m in rows.column("mmsi").to_pylist() if m < 412_000_000 or m > 413_000_000)
    got, cut = again(tmp_path / "parts.nmea", mmsi)
    assert (got.rows, got.whole) == (5, 5)
    assert cut.count(b"!AIVDM") == 10


def _closed(body: bytes) -> bytes:
    total = 0
    for c in body[1:-1]:
        total ^= c
    return body + b"%02X\r\n" % total


def _tag(n: int) -> bytes:
    body = b"c:%d" % (world.T0 // 1_000_000 + 60 * n)
    total = 0
    for c in body:
        total ^= c
    return b"\\%s*%02X\\" % (body, total)


def test_what_was_noted_on_arrival_is_told_apart(tmp_path: Path) -> None:
    lines = b"".join(map(plain, world.sentences(world.before_noon()).splitlines(keepends=True)))
    decoded = Decoder(raw_sha256="0" * 64).feed(lines, arrived=world.START)
    rows = decoded.positions
    mine = rows.filter(pa.array([m == OWN for m in rows.column("mmsi").to_pylist()]))
    (tmp_path / "part").write_bytes(lines)
    cut = excerpt(tmp_path / "part", mine.column("raw_offset").to_pylist())
    assert reread(cut.suffix, cut.data, cut.offsets, mine) == Reread(mine.num_rows, 0, mine.num_rows, 0)


def test_tables_with_odd_cells(tmp_path: Path) -> None:
    head, *rest = world.csv(world.before_noon()).decode().splitlines()
    rows = [f'{line},"a ""quoted"" name\nover two lines, and a comma"' for line in rest]
    text = "\r\n".join([f"{head},name", *rows]) + "\r\n"
    (tmp_path / "t.csv").write_bytes(text.encode())
    got, cut = again(tmp_path / "t.csv", OWN)
    assert whole(got)
    assert cut.count(b"quoted") == got.rows


@pytest.mark.parametrize("lined", [True, False])
def test_objects(tmp_path: Path, lined: bool) -> None:
    features = [
        {
            "mmsi": r[0],
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [r[3], r[2]]},
            "properties": {
                "mmsi": r[0],
                "sog": r[4],
                "cog": r[5],
                "navStat": 0,
                "heading": 511,
                "timestampExternal": r[1] // 1000,
            },
        }
        for r in world.before_noon()
    ]
    document = {"type": "FeatureCollection", "features": features}
    text = "\n".join(map(json.dumps, features)) if lined else json.dumps(document, indent=1)
    (tmp_path / "d.json").write_text(text)
    got, cut = again(tmp_path / "d.json", OWN)
    assert whole(got)
    assert cut.count(b"coordinates") == got.rows


def test_nmea_2000_of_the_bundled_sample(tmp_path: Path) -> None:
    sample = next(data_path("sample").glob("*.gz"))
    rows = pa.concat_tables([b.positions for b in read(sample)])
    mmsi = rows.column("mmsi")[0].as_py()
    got, cut = again(sample, mmsi)
    assert whole(got)
    assert len(cut) < 400 * got.rows
