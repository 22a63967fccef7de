"""A damaged lake says what is wrong, and repair loses nothing that is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from huanqiong.core.errors import IntegrityError, MissingError, StoreError
from huanqiong.core.schema import POSITIONS
from huanqiong.feed.files import read
from huanqiong.lake.objects import Objects
from huanqiong.lake.origin import origin
from huanqiong.lake.positions import Lake

DAY0 = datetime(2025, 3, 1, tzinfo=UTC)


def fixes(*minutes: int) -> pa.Table:
    rows = [
        {"source": "ais", "device": "1", "mmsi": 1, "t": DAY0 + timedelta(minutes=m), "lat": 1.0}
        for m in minutes
    ]
    return pa.Table.from_pylist(rows, schema=POSITIONS)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.append(fixes(0, 1), source_id="file:a")
    lake.append(fixes(2000), source_id="file:b")
    return lake


def part(lake: Lake, i: int) -> Path:
    return lake.path / lake.manifest().parts[i].name


def test_a_changed_byte_is_found_and_set_apart(lake: Lake) -> None:
    path = part(lake, 0)
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    (found,) = lake.verify()
    assert found.path == path
    assert "SHA-256" in found.cause
    assert "file:a" in found.remedy
    lake.repair()
    assert not lake.verify()
    assert lake.read().num_rows == 1
    assert list((lake.path / "damaged").iterdir())
    assert lake.append(fixes(0, 1), source_id="file:a").rows_new == 2


def test_a_missing_part_is_named(lake: Lake) -> None:
    part(lake, 1).unlink()
    assert [f.cause for f in lake.verify()] == ["the file is missing"]
    with pytest.raises(StoreError, match="hq doctor"):
        lake.read()
    lake.repair()
    assert lake.read().num_rows == 2


@pytest.mark.parametrize("harm", ["cut", "edit", "gone"])
def test_a_lost_manifest_is_built_again(lake: Lake, harm: str) -> None:
    lake.append(fixes(5), source_id="file:c")
    lake.compact("2025-03-01")
    whole = lake.read()
    text = lake.manifest_path.read_bytes()
    if harm == "gone":
        lake.manifest_path.unlink()
    else:
        lake.manifest_path.write_bytes(text[:-9] if harm == "cut" else text.replace(b'"rows":1', b'"rows":7'))
    broken = Lake(lake.path)
    assert [f.path for f in broken.verify()] == [lake.manifest_path]
    with pytest.raises(StoreError, match="hq doctor --repair"):
        broken.read()
    with pytest.raises(StoreError, match="hq doctor --repair"):
        broken.append(fixes(9), source_id="x")
    broken.repair()
    assert not broken.verify()
    assert broken.read().equals(whole)
    assert broken.sources() == {"file:a": 2, "file:b": 1, "file:c": 1}


def test_leftovers_are_ignored_and_swept(lake: Lake) -> None:
    stray = part(lake, 0).with_name("00000099-aa.parquet")
    stray.write_bytes(b"half")
    unfinished = part(lake, 0).with_name(".tmp-1-2-x.parquet")
    unfinished.write_bytes(b"")
    assert lake.read().num_rows == 3
    assert {f.path for f in lake.verify() if f.leftover} == {stray, unfinished}
    lake.repair()
    assert not stray.exists()
    assert not unfinished.exists()
    assert not lake.verify()


def test_objects_are_kept_once_and_checked(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    sha = objects.put(b"hello")
    assert sha == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    (tmp_path / "f").write_bytes(b"hello")
    assert objects.put(tmp_path / "f") == sha
    assert objects.has(sha)
    with objects.open(sha) as f:
        assert f.read() == b"hello"
    assert not objects.verify()
    with pytest.raises(MissingError, match="Load it again"):
        objects.open("0" * 64)
    with pytest.raises(StoreError, match="no SHA-256"):
        objects.has("../../etc/passwd")
    where = objects.where(sha)
    where.chmod(0o644)
    where.write_bytes(b"hellO")
    assert [f.path for f in objects.verify()] == [where]
    (objects.path / ".tmp-1-2").write_bytes(b"x")
    assert any(f.leftover for f in objects.verify())
    assert objects.repair()
    assert not any(f.leftover for f in objects.verify())


def test_a_position_leads_back_to_its_line(tmp_path: Path) -> None:
    import gzip

    lines = [b"mmsi,t,lat,lon\r\n", b"1,2025-01-01 00:00:00,1,2\r\n", b'2,2025-01-01 00:00:01,3,"4"\n']
    objects, lake = Objects(tmp_path / "objects"), Lake(tmp_path / "lake")
    for name, data in (("a.csv", b"".join(lines)), ("b.csv.gz", gzip.compress(b"".join(lines)))):
        (tmp_path / name).write_bytes(data)
        sha = objects.put(tmp_path / name)
        for batch in read(tmp_path / name):
            lake.append(batch.positions, source_id=f"file:{sha}")
    rows = lake.read().to_pylist()
    assert len(rows) == 4
    for row in rows:
        found = origin(row, objects)
        assert found.raw == lines[row["mmsi"]].rstrip(b"\r\n")
        assert found.path == objects.where(row["raw_sha256"])
    with pytest.raises(IntegrityError, match="byte 9999"):
        origin({**rows[0], "raw_offset": 9999}, objects)
    assert origin({**rows[0], "raw_sha256": "0" * 64}, objects).raw is None
    with pytest.raises(MissingError, match="no raw file"):
        origin({"raw_sha256": None, "raw_offset": None}, objects)
