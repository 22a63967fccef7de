"""Each supplier's file gives the positions its columns say."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huanqiong.core.errors import InputError, LayoutError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC
from huanqiong.data import path as data_path
from huanqiong.feed.files import bundled, kind_of
from huanqiong.feed.files.layout import load_layout

MC_OLD = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,"
    "Length,Width,Draft,Cargo,TransceiverClass\n"
    '366000001,2022-01-03T00:00:01,29.10000,-90.20000,10.5,360.0,511,"GULF, STAR",IMO9000001,'
    "WAA1,1024,0,120,20,6.5,80,A\n"
    '366000001,2022-01-03T00:01:01,29.20000,-90.30000,102.3,181.5,180,"GULF, STAR",IMO9000001,'
    "WAA1,1024,15,120,20,6.5,80,A\n"
    "366000002,2022-01-03T00:02:01,91.0,181.0,-3.0,49.9,10,,,,,,,,,,B\n"
)
MC_NEW = (
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,"
    "vessel_type,status,length,width,draft,cargo,transceiver\n"
    "366000001,2025-01-01 00:00:01,-90.2,29.1,10.5,12.0,511,GULF STAR,,WAA1,80,0,120,20,6.5,80,A\n"
)
DMA = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,"
    "Heading,IMO,Callsign,Name,"
    "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,"
    "Data source type,A,B,C,D\n"
    "18/03/2023 00:00:00,Base Station,2190001,56.7166,11.519,Unknown value,,,,,Unknown,,,"
    "Undefined,,,,GPS,,,,AIS,,,,\n"
    "18/03/2023 00:00:00,Class A,219000001,55.4921,14.7525,Under way using engine,0.7,12.5,"
    "241.8,241,Unknown,,,Undefined,,,,Undefined,,,,AIS,,,,\n"
    "18/03/2023 00:00:02,Class A,219000001,55.4920,14.7524,Engaged in fishing,,3.5,241.8,,"
    "9000001,OXAA,LILLE PER,Fishing,,6,18,GPS,2.7,RØNNE;,29/10/2023 07:00:00,AIS,5,13,3,3\n"
    "18/03/2023 00:00:03,Class A,219000001,55.4919,14.7523,Engaged in fishing,,3.5,241.8,,"
    "9000001,OXAA,LILLE PER,Fishing,,6,18,GPS,2.7,RØNNE;,29/10/2023 07:00:00,AIS,5,13,3,3\n"
    "18/03/2023 00:00:04,Class B,219000002,91.000000,0.000000,Unknown value,,,,,Unknown,,,"
    "Undefined,,,,Undefined,,,,AIS,,,,\n"
    "31/02/2023 00:00:05,Class B,219000002,55.1,12.0,Unknown value,,,,,Unknown,,,Undefined,,,,"
    "Undefined,,,,AIS,,,,\n"
)
BEIDOU = (
    "终端号,船名,时间,经度,纬度,航速,航向\n"
    "00123456,琼渔00001,2025-05-02 08:00:00,109.5,18.2,9.2,90\n"
    "00123456,琼渔00001,2025/5/2 8:03:05,109°30.600′E,18°12.0′N,9.2,91\n"
    '00123457,琼渔00002,2025年5月2日 08时04分06秒,E109°30′36",北18°12′0",无,-\n'
    "00123458,琼渔00003,2025-05-02T08:00:00+00:00,9x,18.2,9.2,90\n"
)
T = datetime
Load = Callable[..., Any]


def test_marinecadastre_old_columns(load: Load) -> None:
    got = load(MC_OLD)
    assert got.layout == "marinecadastre"
    assert got.positions.schema == POSITIONS
    assert got.static.schema == STATIC
    assert got.rows("mmsi", "lat", "lon", "sog_kn", "cog_deg", "heading", "nav_status") == [
        (366000001, 29.1, -90.2, 10.5, None, None, 0),
        (366000001, 29.2, -90.3, None, 181.5, 180, 15),
        (366000002, None, None, None, pytest.approx(49.9), 10, None),
    ]
    assert got.positions["t"][0].as_py() == T(2022, 1, 3, 0, 0, 1, tzinfo=UTC)
    assert got.positions["source"].to_pylist() == ["ais"] * 3
    assert got.positions["device"][0].as_py() == "366000001"
    assert got.static.to_pylist() == [
        {
            "mmsi": 366000001,
            "t": T(2022, 1, 3, 0, 0, 1, tzinfo=UTC),
            "imo": 9000001,
            "callsign": "WAA1",
            "name": "GULF, STAR",
            "ship_type": 80,
            "length_m": 120,
            "beam_m": 20,
            "draught_m": 6.5,
            "destination": None,
            "eta": None,
        }
    ]
    assert got.counts["sog_kn out of range"] == 1
    assert got.counts["position not available"] == 1
    assert not got.rejects


def test_marinecadastre_new_columns(load: Load) -> None:
    got = load(MC_NEW)
    assert got.layout == "marinecadastre"
    assert got.rows("lat", "lon", "nav_status") == [(29.1, -90.2, 0)]
    assert got.static["ship_type"].to_pylist() == [80]


def test_geoparquet_points(tmp_path: Path, whole: Load) -> None:
    little = struct.pack("<BIdd", 1, 1, -90.5, 29.25)
    big_with_srid = struct.pack(">BIIdd", 0, 1 | 0x20000000, 4326, -91.5, 28.25)
    table = pa.table(
        {
            "mmsi": pa.array([366000001, 366000002, 366000003, 366000004]),
            "base_date_time": pa.array([T(2024, 6, 1)] * 4, pa.timestamp("ms")),
            "sog": [1.0, None, float("nan"), 4.0],
            "geometry": pa.array([little, big_with_srid, None, b"\x01\x02\x00\x00\x00"], pa.binary()),
        }
    )
    pq.write_table(table, tmp_path / "geo.parquet")
    got = whole(tmp_path / "geo.parquet")
    assert got.layout == "marinecadastre"
    assert got.rows("lat", "lon", "sog_kn", "raw_offset") == [
        (29.25, -90.5, 1.0, 0),
        (28.25, -91.5, None, 1),
        (None, None, None, 2),
    ]
    assert [(r.row, r.column, r.cause) for r in got.rejects] == [(3, "geometry", "geometry is no point")]


def test_danish_columns(load: Load) -> None:
    got = load(DMA)
    assert got.layout == "dma"
    assert got.rows("mmsi", "lat", "sog_kn", "heading", "nav_status") == [
        (219000001, 55.4921, 12.5, 241, 0),
        (219000001, 55.4920, 3.5, None, 7),
        (219000001, 55.4919, 3.5, None, 7),
        (219000002, None, None, None, None),
    ]
    assert got.positions["t"][1].as_py() == T(2023, 3, 18, 0, 0, 2, tzinfo=UTC)
    assert got.other.schema == OTHER
    assert [(r["mmsi"], r["msg_type"], r["lat"]) for r in got.other.to_pylist()] == [(2190001, 4, 56.7166)]
    (static,) = got.static.to_pylist()
    assert (static["name"], static["imo"], static["ship_type"]) == ("LILLE PER", 9000001, 30)
    assert (static["length_m"], static["beam_m"], static["eta"]) == (18, 6, "10-29 07:00")
    assert static["destination"] == "RØNNE;"
    assert [(r.row, r.column, r.cause) for r in got.rejects] == [(7, "# Timestamp", "no time")]


def test_digitraffic_rest(load: Load) -> None:
    locations = (
        '{"type":"FeatureCollection","dataUpdatedTime":"2022-07-30T21:08:58Z","features":['
        '{"mmsi":230000001,"type":"Feature","geometry":{"type":"Point","coordinates":[20.85,59.5]},'
        '"properties":{"mmsi":230000001,"sog":0.1,"cog":346.5,"navStat":1,"rot":4,"posAcc":true,"raim":false,'
        '"heading":79,"timestamp":59,"timestampExternal":1659212938646}},\n'
        '{"mmsi":230000002,"type":"Feature","geometry":{"type":"Point","coordinates":[21.0,60.0]},'
        '"properties":{"mmsi":230000002,"sog":102.3,"cog":360.0,"heading":511,'
        '"timestampExternal":1659212938000}},'
        '{"nonsense":1}]}'
    )
    got = load(locations)
    assert got.layout == "digitraffic"
    assert got.rows("mmsi", "lat", "lon", "cog_deg", "heading") == [
        (230000001, 59.5, 20.85, 346.5, 79),
        (230000002, 60.0, 21.0, None, None),
    ]
    assert got.positions["t"][0].as_py() == T(2022, 7, 30, 20, 28, 58, 646000, tzinfo=UTC)
    for at in got.positions["raw_offset"].to_pylist():
        assert locations[at:].startswith('{"mmsi":23000000')
    assert [r.cause for r in got.rejects] == ["no location or vessel of Digitraffic"]


def test_digitraffic_vessels(load: Load) -> None:
    got = load(
        '[{"name":"MÄRTA","timestamp":1659212938646,"mmsi":230000001,"callSign":"OHAA",'
        '"imo":9000001,"shipType":70,'
        '"draught":68,"eta":733376,"posType":1,"referencePointA":160,"referencePointB":33,'
        '"referencePointC":20,'
        '"referencePointD":12,"destination":"UST LUGA"}]'
    )
    assert got.positions.num_rows == 0
    (row,) = got.static.to_pylist()
    assert (row["name"], row["length_m"], row["beam_m"], row["draught_m"]) == (
        "MÄRTA",
        193,
        32,
        pytest.approx(6.8),
    )
    assert row["eta"] == "11-06 03:00"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"M\u00c4RTA", "MÄRTA"),
        (r"M\u00c4RTA ÄL\u00e4", "MÄRTA ÄLä"),
        (r"\u7434\u6d77 琼", "琴海 琼"),
        (r"\ud83d\udea2", "🚢"),
        (r"A\ud83dB", "A?B"),
    ],
)
def test_digitraffic_escapes_and_plain_letters_are_the_same_text(load: Load, written: str, name: str) -> None:
    before = '{"name":"ÖÖÖ","mmsi":230000009,"timestamp":1659212938646}'
    vessels = f'[{before},{{"name":"{written}","timestamp":1659212938646,"mmsi":230000001}},{{"ä":1}}]'
    got = load(vessels)
    assert [r["name"] for r in got.static.to_pylist()] == ["ÖÖÖ", name]
    assert [(r.text, r.where.split("byte ")[1]) for r in got.rejects] == [
        ('{"ä":1}]', str(vessels.encode().index('{"ä"'.encode())))
    ], "what is set aside stands where its bytes are"


def test_digitraffic_lines(load: Load) -> None:
    got = load(
        'vessels-v2/230000001/location {"time":1668075025,"sog":10.7,"cog":326.6,"navStat":0,'
        '"heading":325,"lon":20.3,"lat":60.0}\n'
        '{"topic":"vessels-v2/230000002/location","payload":{"time":1668075026,"lon":20.4,"lat":60.1}}\n'
        "vessels-v2/230000001/location {broken\n"
        'vessels-v2/230000002/metadata {"timestamp":1668075026035,"name":"B","refA":10,"refB":5,'
        '"refC":2,"refD":2,"type":36}\n'
    )
    assert got.rows("mmsi", "lat") == [(230000001, 60.0), (230000002, 60.1)]
    assert got.positions["t"][0].as_py() == T(2022, 11, 10, 10, 10, 25, tzinfo=UTC)
    assert [(r.row, r.cause) for r in got.rejects] == [(3, "no location or vessel of Digitraffic")]
    assert [(r["mmsi"], r["length_m"], r["ship_type"]) for r in got.static.to_pylist()] == [
        (230000002, 15, 36)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_beidou_terminals(load: Load, encoding: str) -> None:
    got = load(BEIDOU.encode(encoding))
    assert got.layout == "beidou"
    assert got.rows("source", "device", "mmsi", "sog_kn", "cog_deg") == [
        ("beidou", "00123456", None, pytest.approx(9.2), 90.0),
        ("beidou", "00123456", None, pytest.approx(9.2), 91.0),
        ("beidou", "00123457", None, None, None),
    ]
    assert got.positions["lon"].to_pylist() == pytest.approx([109.5, 109.51, 109.51])
    assert got.positions["lat"].to_pylist() == pytest.approx([18.2, 18.2, 18.2])
    assert got.positions["t"].to_pylist() == [
        T(2025, 5, 2, 0, 0, 0, tzinfo=UTC),
        T(2025, 5, 2, 0, 3, 5, tzinfo=UTC),
        T(2025, 5, 2, 0, 4, 6, tzinfo=UTC),
    ]
    assert [(r.row, r.column, r.cause) for r in got.rejects] == [(5, "经度", "no number")]
    assert "UTC+8" in got.notes[0]


def test_beidou_packed_minutes_and_kilometres(load: Load) -> None:
    text = "终端号,时间,经度,纬度,速度(km/h)\n1,2025-05-02 08:00:00,10930.6,1812.0,18.52\n"
    wrong = load(text)
    assert [r.cause for r in wrong.rejects] == ["latitude is out of range"]
    got = load(text, layout="beidou-dm")
    assert got.rows("lat", "lon", "sog_kn") == [
        (pytest.approx(18.2), pytest.approx(109.51), pytest.approx(10.0))
    ]


def test_own_layout_with_another_datum(load: Load, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('name = "mine"\ntitle = "x"\norigin = "x"\nextends = "beidou"\ndatum = "GCJ-02"\n')
    got = load("终端号,时间,经度,纬度\n1,2025-05-02 08:00:00,109.5,18.2\n", layout=str(own))
    (lat, lon) = got.rows("lat", "lon")[0]
    assert 1e-4 < abs(float(lat) - 18.2) < 0.01  # type: ignore[arg-type]
    assert 1e-4 < abs(float(lon) - 109.5) < 0.01  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stamp",
    ["1700000000", "1700000000000", "1700000000000000", "2023-11-14T22:13:20Z", "2023-11-15 06:13:20+08:00"],
)
def test_generic_times(load: Load, stamp: str) -> None:
    got = load(f"ssvid;timestamp;latitude;lng;speed\n413000001;{stamp};20,5;110,25;4\n")
    assert got.layout == "generic"
    assert got.rows("mmsi", "t", "lat", "lon", "sog_kn") == [
        (413000001, T(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 20.5, 110.25, 4.0)
    ]


def test_naive_times_are_read_as_the_layout_says(load: Load) -> None:
    got = load("mmsi,t,lat,lon\n413000001,2023-11-14 22:13:20,20.5,110.25\n")
    assert got.positions["t"][0].as_py() == T(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert "without a zone are read as UTC" in got.notes[0]


def test_metres_a_second(load: Load) -> None:
    got = load("mmsi,t,lat,lon,speed_ms\n413000001,2023-11-14 22:13:20,20.5,110.25,5.144444\n")
    assert got.rows("sog_kn") == [(pytest.approx(10.0, abs=1e-4),)]


def test_times_of_day_pass_midnight(load: Load) -> None:
    text = "mmsi,tod,lat,lon\n1,23:59:58,20,110\n1,00:00:01,20,110\n1,25:00:00,20,110\n"
    with pytest.raises(InputError, match="--t0"):
        load(text)
    got = load(text, t0=T(2024, 5, 1, 14, tzinfo=UTC))
    assert got.positions["t"].to_pylist() == [
        T(2024, 5, 1, 23, 59, 58, tzinfo=UTC),
        T(2024, 5, 2, 0, 0, 1, tzinfo=UTC),
    ]
    assert [r.row for r in got.rejects] == [4]


def test_own_tables_keep_their_origin(tmp_path: Path, load: Load, whole: Load) -> None:
    first = load(MC_NEW)
    pq.write_table(first.positions, tmp_path / "own.parquet")
    again = whole(tmp_path / "own.parquet")
    assert again.positions.equals(first.positions)


def test_origin_of_packed_files(load: Load) -> None:
    packed = gzip.compress(MC_OLD.encode())
    got = load(packed)
    assert set(got.positions["raw_sha256"].to_pylist()) == {hashlib.sha256(packed).hexdigest()}
    for at, t in got.rows("raw_offset", "t"):
        assert MC_OLD.encode()[at:].split(b",")[1] == f"{t:%Y-%m-%dT%H:%M:%S}".encode()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PAR1....", "parquet"),
        (b"!AIVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*7B\r\n", "nmea0183"),
        (b"\\si:AISD*3F\\\r\n$PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62*26\r\n", "nmea0183"),
        (b"2014-08-15T18:00:00Z !AIVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*7B", "nmea0183"),
        (b"2014-08-15-18:00:10.005,2,127245,204,255,8,fc,f8,ff,7f,ff,7f,ff,ff\n", "n2k"),
        (b"(1502979132.106111) slcan0 09F50374#000A00FFFF00FFFF\n", "n2k"),
        (b"16:29:27.082 R 09F8017F 50 C3 B8 13 47 D8 2B C6\n", "n2k"),
        (b'[{"mmsi": 1}]', "json"),
        (b"\xef\xbb\xbf{", "json"),
        (b"mmsi,t,lat,lon\n1,2,3,4\n", "csv"),
        (b"2025-01-01 00:00:00,1,12345,1,2,3,44\nx,y\nz,w\n", "csv"),
        (DMA.encode(), "csv"),
    ],
)
def test_what_a_file_is_by_its_content(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


def test_the_bundled_sample_of_nmea_2000(whole: Load) -> None:
    got = whole(data_path("sample/aava-n2k.data.gz"))
    assert got.layout == "n2k"
    assert got.positions.num_rows == 1_981 + 886
    assert not got.rejects


def test_unknown_columns_are_named_with_near_misses(load: Load) -> None:
    with pytest.raises(LayoutError) as e:
        load("mmsi,latitud,when,lon\n1,2,3,4\n")
    message = str(e.value)
    assert "no column for time; latitude (near: latitud)" in message
    assert "Columns seen: mmsi, latitud, when, lon" in message
    assert "marinecadastre" in message


def test_bundled_layouts_are_whole() -> None:
    assert bundled() == ["beidou", "beidou-dm", "digitraffic", "dma", "generic", "marinecadastre"]
    for name in bundled():
        one = load_layout(name)
        assert one.name == name
        assert one.origin
        assert one.note
