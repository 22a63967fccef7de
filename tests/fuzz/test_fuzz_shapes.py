"""Outlines, shores, ports and anchorages that others draw: sound, or refused with the place."""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutate import JSON, Room, bent, fuzzing, tolerated

from huanqiong import data
from huanqiong.core.coordinates import parse_coordinates
from huanqiong.core.errors import HuanqiongError, InputError
from huanqiong.core.geography import anchorages, areas, ports, shoreline
from huanqiong.desk.registry.shape import read_shape

RING = [[110.0, 19.0], [111.0, 19.0], [111.0, 20.0], [110.0, 19.0]]
ZONE = json.dumps({"type": "Polygon", "coordinates": [RING]}).encode()
LINES = [
    {"properties": {"level": 1}, "geometry": {"type": "LineString", "coordinates": RING}},
    {"properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]}},
]
SHORE = json.dumps({"type": "FeatureCollection", "features": LINES}).encode()
AREA = {
    "id": "a",
    "name_zh": "甲",
    "name_en": "A",
    "kind": "sea",
    "county": "",
    "label_lat": 1,
    "label_lon": 2,
}
OUTLINE = {"type": "Polygon", "coordinates": [RING]}
SEAS = json.dumps({"features": [{"properties": AREA, "geometry": OUTLINE}]}).encode()
PORTS = b"id,name_zh,name_en,lat,lon,kind,radius_m,county,note\np,\xe7\xa7\x80,X,20.02,110.28,port,900,46,\n"
WORLD = b"locode,name,country,lat,lon\nCNHAK,Haikou,CN,20.02,110.28\n"
WPI = b"World Port Index Number,Main Port Name,Latitude,Longitude,Country Code\n1,X,1.5,2.5,CN\n"
ANCHORS = b"lat,lon,label,radius_m\n20.0,110.0,a,\n20.1,110.1,b,1500\n"


@fuzzing(300)
@given(geometry=st.one_of(JSON, JSON.map(lambda c: {"type": "Polygon", "coordinates": c})))
def test_any_json_is_an_area_or_refused(geometry: object) -> None:
    found = tolerated(lambda: read_shape(geometry))  # type: ignore[arg-type]
    assert isinstance(found, HuanqiongError) or found.area > 0


@fuzzing(200)
@given(text=bent(ZONE))
def test_a_bent_outline_is_an_area_or_refused(text: bytes) -> None:
    try:
        geometry = json.loads(text)
    except (ValueError, RecursionError):
        return
    found = tolerated(lambda: read_shape(geometry))
    if not isinstance(found, HuanqiongError):
        west, south, east, north = found.bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        assert found.is_valid


def test_a_nested_or_endless_outline_is_refused() -> None:
    nest: object = []
    for _ in range(50_000):
        nest = [nest]
    many = [[110 + k * 1e-6, 19.0] for k in range(200_000)]
    for coordinates in (nest, [many], [[[1e308, 1], [1, 1e308], [2, 2], [1e308, 1]]], [[["1", "2"]] * 4]):
        with pytest.raises(HuanqiongError):
            read_shape({"type": "Polygon", "coordinates": coordinates})


READERS = {
    "shore": (SHORE, shoreline.lines_from_geojson),
    "shore.gz": (gzip.compress(SHORE), shoreline.lines_from_geojson),
    "rings": (
        shoreline.pack_rings([np.array([[0, 0], [10, 0], [10, 10], [0, 0]])], (1e-3, 1e-3), (110.0, 19.0)),
        shoreline.lines_from_rings,
    ),
    "seas": (SEAS, areas.read_seas),
    "divisions": (data.path("geography/divisions.csv").read_bytes()[:2000], areas.read_divisions),
    "ports": (PORTS, ports.read_ports),
    "ports.gz": (gzip.compress(PORTS), ports.read_ports),
    "world": (WORLD, ports.read_world_ports),
    "wpi": (WPI, ports.read_world_port_index),
    "anchorages": (ANCHORS, anchorages.read_anchorages),
    "anchorages.gz": (gzip.compress(ANCHORS), anchorages.read_anchorages),
}


@pytest.mark.parametrize("name", READERS)
def test_a_bent_file_of_geography_is_read_or_refused(name: str) -> None:
    good, reader = READERS[name]
    assert tolerated(lambda: reader(good, name)) is not None

    @fuzzing(250)
    @given(raw=bent(good))
    def run(raw: bytes) -> None:
        tolerated(lambda: reader(raw, name))

    run()


def test_a_bent_parquet_of_anchorages_is_read_or_refused() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"lat": [20.0, 21.0], "lon": [110.0, 111.0], "label": ["a", "b"]}), out)
    assert anchorages.read_anchorages(out.getvalue(), "x.parquet").rows == 2

    @fuzzing(200)
    @given(raw=bent(out.getvalue()))
    def run(raw: bytes) -> None:
        tolerated(lambda: anchorages.read_anchorages(raw, "x.parquet"))

    run()


def test_packed_geography_does_not_swell() -> None:
    bomb = gzip.compress(b"lat,lon\n" + b"\n" * (300 << 20))
    assert len(bomb) < 500_000
    with Room(700), pytest.raises(InputError, match="unpacks to more than"):
        anchorages.read_anchorages(bomb, "anchorages.csv.gz")
    out = io.BytesIO()
    np.savez_compressed(out, dx=np.zeros(60_000_000, np.int32))
    with Room(300), pytest.raises(InputError):
        shoreline.lines_from_rings(out.getvalue(), "coast.npz")


@fuzzing(400)
@given(text=st.one_of(st.text(max_size=40), st.text("0123456789°′″'\"NSEW北南东西 .,-+", max_size=30)))
def test_typed_coordinates_are_a_place_or_refused(text: str) -> None:
    found = tolerated(lambda: parse_coordinates(text))
    if not isinstance(found, HuanqiongError):
        lat, lon = found
        assert -90 <= lat <= 90
        assert -180 <= lon <= 180
