"""Files of every layout, bent, packed wrongly or made to swell: their good part is read or none."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from tests.fuzz.mutate import JSON, Room, bent, fuzzing, tolerated

from huanqiong.core.errors import HuanqiongError, InputError
from huanqiong.feed.files import read
from huanqiong.feed.files.digitraffic import flatten
from huanqiong.feed.files.layout import load_layout

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = {
    "marinecadastre": (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,"
        "Cargo,TransceiverClass\n",
        '36600000{n},2022-01-03T00:0{n}:01,29.1,-90.2,10.5,36.0,511,"GULF, STAR",IMO9000001,WAA1,1024,0,120,'
        "20,6.5,80,A\n",
    ),
    "dma": (
        "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading\n",
        "18/03/2023 00:00:0{n},Class A,21900000{n},55.4921,14.7525,Under way using engine,0.7,12.5,241.8,\n",
    ),
    "beidou": (
        "终端号,船名,时间,经度,纬度,航速,航向\n",
        "0012345{n},琼渔00001,2025-05-02 08:00:0{n},109.5,18.2,9.2,90\n",
    ),
    "generic": (
        "mmsi,t,lat,lon,sog_kn,cog_deg\n",
        "41290000{n},2026-01-01T00:00:0{n}Z,18.{n},109.5,3.2,45\n",
    ),
}
REST = {
    "type": "FeatureCollection",
    "features": [
        {
            "mmsi": 219598000 + n,
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [20.85, 55.77]},
            "properties": {"sog": 0.1, "cog": 346.5, "navStat": 1, "timestampExternal": 1659212938646},
        }
        for n in range(8)
    ],
}  # fmt: skip
LINES = "".join(
    f'vessels-v2/23000000{n}/location {{"time":1668075025,"sog":10.7,"cog":326.6,"lon":20.3,"lat":60.0}}\n'
    for n in range(8)
)
GOOD = {
    name: (head + "".join(row.format(n=n) for n in range(8))).encode() for name, (head, row) in ROWS.items()
}
GOOD |= {"digitraffic": json.dumps(REST).encode(), "lines": LINES.encode()}


def rows(file: Path, data: bytes) -> int:
    """Positions that a file of these bytes gives."""
    file.write_bytes(data)
    n = 0
    for batch in read(file, now=NOW):
        assert batch.positions.num_rows >= 0
        for reject in batch.rejects:
            assert reject.cause
            assert len(reject.text) <= 1000
        n += batch.positions.num_rows
    return n


@pytest.mark.parametrize("name", GOOD)
def test_a_bent_file_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x"
    whole = rows(file, GOOD[name])
    assert whole == 8

    @fuzzing(150)
    @given(data=bent(GOOD[name]))
    def run(data: bytes) -> None:
        found = tolerated(lambda: rows(file, data))
        assert isinstance(found, HuanqiongError) or found <= data.count(b"\n") + data.count(b"mmsi") + 1

    run()


@pytest.mark.parametrize("name", ROWS)
def test_the_rows_around_a_bad_one_stay(name: str, tmp_path: Path) -> None:
    head, row = ROWS[name]
    good = row.format(n=1).encode()

    @fuzzing(100)
    @given(bad=bent(row.format(n=2).encode().rstrip(b"\n")))
    def run(bad: bytes) -> None:
        line = bad.replace(b'"', b"?").replace(b"\n", b"?").replace(b"\r", b"?").replace(b"\x00", b"?")
        found = rows(tmp_path / "x", head.encode() + good * 25 + line + b"\n" + good * 5)
        assert found >= 30, "a bad row takes no good one with it"

    run()


@fuzzing(300)
@given(found=JSON)
def test_any_json_is_a_vessel_or_nothing(found: object) -> None:
    for wrapped in (
        found,
        {"properties": {}, "geometry": found},
        {"properties": found, "geometry": {"coordinates": found}},
        {"topic": "vessels-v2/1/location", "payload": found},
        {"type": "x", "data": found},
        {"mmsi": found, "time": found, "lat": found, "lon": found},
    ):
        flat = flatten(wrapped)
        assert flat is None or isinstance(flat, dict)


def test_objects_within_objects_end(tmp_path: Path) -> None:
    deep: object = {"lat": 1, "lon": 2, "time": 3}
    for _ in range(3_000):
        deep = {"type": "x", "data": deep}
    assert tolerated(lambda: flatten(deep)) is None or True
    for text in ('{"type":"x","data":' * 20_000, "[" * 50_000, '[{"mmsi":' + "[" * 50_000):
        assert isinstance(
            tolerated(lambda text=text: rows(tmp_path / "x", text.encode())), HuanqiongError | int
        )


def zipped(data: bytes, name: str = "x.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zipped, lambda d: pa.compress(d, "zstd", asbytes=True)])
def test_a_bent_packing_gives_its_good_part_or_is_refused(pack: object, tmp_path: Path) -> None:
    packed = pack(GOOD["generic"])  # type: ignore[operator]
    assert rows(tmp_path / "x", packed) == 8

    @fuzzing(150)
    @given(data=bent(packed))
    def run(data: bytes) -> None:
        tolerated(lambda: rows(tmp_path / "x", data))

    run()


@pytest.mark.parametrize("pack", [gzip.compress, zipped], ids=["gzip", "zip"])
def test_what_swells_is_read_piece_by_piece(pack: object, tmp_path: Path) -> None:
    header = b"mmsi,t,lat,lon\n"
    lines = pack(header + b"\n" * 60_000_000)  # type: ignore[operator]
    one_line = pack(header + b"9" * 60_000_000)  # type: ignore[operator]
    assert max(len(lines), len(one_line)) < 100_000
    with Room(200):
        assert isinstance(tolerated(lambda: rows(tmp_path / "x", one_line)), HuanqiongError | int)
        assert isinstance(tolerated(lambda: rows(tmp_path / "x", lines)), HuanqiongError | int)


def test_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    for name in ("../outside.csv", str(outside), "..\\outside.csv"):
        assert rows(tmp_path / "x", zipped(GOOD["generic"], name)) == 8
        assert not outside.exists(), "nothing is unpacked to a path"
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as z:
        info = zipfile.ZipInfo("x.csv")
        info.external_attr = 0o120777 << 16  # a symbolic link to another file
        z.writestr(info, "/etc/passwd")
    with pytest.raises(InputError):
        rows(tmp_path / "x", link.getvalue())


def test_a_bent_parquet_is_read_or_refused(tmp_path: Path) -> None:
    table = pa.table({"mmsi": [412900001] * 8, "t": [NOW] * 8, "lat": [18.0] * 8, "lon": [109.0] * 8})
    out = io.BytesIO()
    pq.write_table(table, out)
    assert rows(tmp_path / "x", out.getvalue()) == 8

    @fuzzing(200)
    @given(data=bent(out.getvalue()))
    def run(data: bytes) -> None:
        tolerated(lambda: rows(tmp_path / "x", data))

    run()


LAYOUT = b"""name = "mine"
title = "x"
origin = "x"
extends = "beidou"
datum = "GCJ-02"
recognise = ["a"]
[fields.lat]
na = [91]
choices = [{ names = ["lat"], unit = "deg" }]
"""


def test_a_bent_layout_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"

    @fuzzing(200)
    @given(data=bent(LAYOUT))
    def run(data: bytes) -> None:
        file.write_bytes(data)
        load_layout.cache_clear()
        tolerated(lambda: load_layout(str(file)))

    run()
    for text in (
        'extends = "x.toml"',
        f'extends = "{file}"',
        "extends = 3",
        "fields = [1]",
        "fields.lat = 1",
    ):
        file.write_text(text)
        load_layout.cache_clear()
        assert isinstance(tolerated(lambda: load_layout(str(file))), HuanqiongError), text
    load_layout.cache_clear()
