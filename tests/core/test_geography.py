"""What the bundled geography holds, and how another takes its place."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from huanqiong.core.errors import InputError, LayoutError, MissingError, ShapeError
from huanqiong.core.geography import Geography, load_anchorages, load_geography, read_world_port_index
from huanqiong.core.geography.points import nearest_point, no_point_near, points
from huanqiong.core.place import haversine_m
from huanqiong.data import path

BUNDLE = path("geography")
TEXTS = ("MANIFEST.toml", "README.md", "LICENSE.LGPL-3.0", "LICENSE.GPL-3.0")


@pytest.fixture(scope="module")
def geo() -> Geography:
    return load_geography()


def test_manifest_names_every_file_with_its_hash() -> None:
    listed = tomllib.loads((BUNDLE / "MANIFEST.toml").read_text(encoding="utf-8"))["file"]
    names = {f["name"] for f in listed}
    there = {p.name for p in BUNDLE.iterdir() if p.name not in TEXTS}
    assert names == there
    for f in listed:
        assert hashlib.sha256((BUNDLE / f["name"]).read_bytes()).hexdigest() == f["sha256"], f["name"]
        assert f["origin"]
        assert f["licence"]
    readme = (BUNDLE / "README.md").read_text(encoding="utf-8")
    assert all(f"`{n}`" in readme for n in names)


def test_every_theatre_port_lies_within_3_km_of_the_shore(geo: Geography) -> None:
    d = geo.coast.distance_m(geo.ports.lat, geo.ports.lon)
    far = [(p.id, round(x)) for p, x in zip(geo.ports, d, strict=True) if x > 3_000]
    assert far == []
    assert len(geo.ports) >= 60


def test_theatre_ports_are_told_apart(geo: Geography) -> None:
    assert len({p.id for p in geo.ports}) == len(geo.ports)
    assert len({p.name_zh for p in geo.ports}) == len(geo.ports)
    for p in geo.ports:
        assert p.county == "VN" or p.county in geo.divisions, p.id
        assert 500 <= p.radius_m <= 5_000
        assert p.name("zh") == p.name_zh
        assert p.name("en") == p.name_en


@pytest.mark.real
@pytest.mark.parametrize(
    ("port", "wpi", "within_m"),
    [
        ("xiuying", "Haikou", 4_000),
        ("yangpu", "Yangpu", 2_000),
        ("basuo", "Basuo", 2_000),
        ("danang", "Da Nang", 4_000),
        ("zhanjiang", "Zhanjiang", 4_000),
        ("beihai", "Beihai", 4_000),
        ("hongai", "Hon Gai", 2_000),
    ],
)
def test_ports_agree_with_the_world_port_index(
    geo: Geography, data_dir: Path, port: str, wpi: str, within_m: float
) -> None:
    file = data_dir / "geo" / "world_port_index_pub150.csv"
    if not file.is_file():
        pytest.skip(f"no World Port Index at {file}")
    index = read_world_port_index(file.read_bytes(), str(file))
    assert len(index) > 3_000
    theirs = next(p for p in index if p.name_en == wpi)
    ours = geo.ports.by_id(port)
    assert haversine_m(ours.lat, ours.lon, theirs.lat, theirs.lon) < within_m


@pytest.mark.real
def test_gfw_anchorages_load_from_both_layouts(geo: Geography, data_dir: Path) -> None:
    small = load_anchorages(data_dir / "geo" / "gfw_named_anchorages_105_118_15_23.csv")
    read = load_anchorages(data_dir / "geo" / "gfw_named_anchorages_overrides.parquet")
    large = read.points
    assert (small.rows, len(small.points), small.set_aside) == (4_009, 4_009, ())
    assert len(large) == 60_409
    (lost,) = read.set_aside
    assert (lost.column, lost.text) == ("longitude", "1001.0")
    other = geo.with_anchorages(large.lat, large.lon, large.label)
    assert other.fingerprint != geo.fingerprint
    assert other.coast is geo.coast
    i, d = nearest_point(other.anchorages.arrays(), 19.098, 108.62)
    assert d < 1_000
    assert other.anchorages.label[i] in ("BASUO", "DONGFANG")


def test_nearest_point_equals_brute_force() -> None:
    r = np.random.default_rng(4)
    lat = np.concatenate([r.uniform(18, 20, 300), r.uniform(-90, 90, 300), [89.99, -89.99, 0.0, 0.0]])
    lon = np.concatenate(
        [r.uniform(108, 111, 300), r.uniform(-180, 180, 300), [10.0, -50.0, 179.99, -179.99]]
    )
    some = points(lat, lon, [str(i) for i in range(len(lat))])
    arrays = some.arrays(12_000.0)
    qlat = np.concatenate(
        [r.uniform(18, 20, 2000), r.uniform(-90, 90, 500), [89.95, -89.95, 0.01, -0.01, 90.0]]
    )
    qlon = np.concatenate(
        [r.uniform(108, 111, 2000), r.uniform(-180, 180, 500), [-120.0, 100, -179.995, 179.995, 0.0]]
    )
    found = 0
    for y, x in zip(qlat, qlon, strict=True):
        d = haversine_m(y, x, lat, lon)
        i, got = nearest_point(arrays, y, x)
        if d.min() < 12_000.0:
            found += 1
            assert got == pytest.approx(d.min(), abs=1e-6)
            assert d[i] == pytest.approx(d.min(), abs=1e-6)
            assert not no_point_near(arrays, y, x)
        else:
            assert (i, got) == (-1, np.inf)
    assert found > 500


def test_points_refuse_what_is_no_place() -> None:
    with pytest.raises(ValueError, match="no place on earth"):
        points([91.0], [0.0], ["x"])
    with pytest.raises(ValueError, match="2 latitudes"):
        points([1.0, 2.0], [0.0], ["x"])


def test_nearest_port_in_the_theatre_and_in_the_world(geo: Geography) -> None:
    port, dist_m = geo.nearest_port(20.06, 110.15)
    assert port.id == "xinhai"
    assert dist_m < 1_000
    port, dist_m = geo.nearest_port(57.70, 11.90)
    assert port.county == "SE"
    assert dist_m < 15_000


@pytest.mark.parametrize(
    ("lat", "lon", "area"),
    [
        (20.13, 110.20, "qiongzhou-strait"),
        (20.0, 107.8, "beibu-gulf"),
        (19.60, 111.10, "sea-469005"),
        (19.10, 108.45, "sea-469007"),
        (18.10, 109.58, "sea-460203"),
        (20.20, 110.18, "sea-440825"),
        (19.0, 111.9, "hainan-east"),
        (19.45, 108.60, "sea-469026"),
        (18.50, 110.25, "sea-469028"),
    ],
)
def test_areas_at_known_waters(geo: Geography, lat: float, lon: float, area: str) -> None:
    assert area in geo.area_of(lat, lon)


def test_areas_are_empty_on_land_and_on_the_high_sea(geo: Geography) -> None:
    assert geo.area_of(19.2, 109.8) == []
    assert geo.area_of(10.0, 150.0) == []


def test_county_seas_share_no_water_and_name_real_counties(geo: Geography) -> None:
    county = [a for a in geo.seas.rows if a.kind == "county"]
    assert len(county) == 18
    for i, a in enumerate(county):
        assert geo.divisions[a.county].level == 3
        for b in county[i + 1 :]:
            assert a.geometry.intersection(b.geometry).area < 0.001


def test_divisions_know_their_parents(geo: Geography) -> None:
    d = geo.divisions
    assert d["46"].name == "海南省"
    assert d["460105"].parent == "4601"
    assert d["4690"].pseudo
    assert not d["469005"].pseudo
    assert all(x.parent in d for x in d.values() if x.level > 1)
    assert sum(1 for c in d.values() if c.level == 4 and c.code.startswith("46") and not c.pseudo) == 217


def test_describe_in_both_languages(geo: Geography) -> None:
    assert geo.describe(20.33, 110.80, "zh").startswith("木兰头灯塔 03")
    assert "海里" in geo.describe(20.33, 110.80, "zh")
    text = geo.describe(18.90, 108.30, "en")
    assert " nm from Gancheng" in text
    assert text.endswith("Sea off Dongfang")
    assert geo.describe(18.2370, 109.3700, "zh").startswith("西瑁洲附近")
    assert geo.describe(0.0, -30.0, "en") == "00°00.00'N 030°00.00'W"


def test_loading_is_shared_and_the_fingerprint_stands(geo: Geography) -> None:
    assert load_geography() is geo
    assert len(geo.fingerprint) == 64
    a = geo.with_anchorages([19.0], [108.5], ["a"])
    assert a.fingerprint == geo.with_anchorages([19.0], [108.5], ["a"]).fingerprint
    assert a.fingerprint != geo.with_anchorages([19.0], [108.5], ["b"]).fingerprint


def test_a_directory_replaces_the_shoreline(geo: Geography, tmp_path: Path) -> None:
    """One square island in an empty theatre: distances, land and fingerprint are its own."""
    ring = [[110.0, 19.0], [110.5, 19.0], [110.5, 19.5], [110.0, 19.5], [110.0, 19.0]]
    lake = [[110.2, 19.2], [110.3, 19.2], [110.3, 19.3], [110.2, 19.2]]
    features = [
        {
            "type": "Feature",
            "properties": {"level": 1},
            "geometry": {"type": "LineString", "coordinates": ring},
        },
        {
            "type": "Feature",
            "properties": {"level": 2},
            "geometry": {"type": "LineString", "coordinates": lake},
        },
    ]
    raw = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    (tmp_path / "shoreline.geojson.gz").write_bytes(gzip.compress(raw))
    own = load_geography("hainan", tmp_path)
    assert own.fingerprint != geo.fingerprint
    assert own.coast.on_land([19.25, 18.5, 20.5], [110.25, 109.5, 110.0]).tolist() == [True, False, False]
    assert own.coast.distance_m(18.9, 110.25)[0] == pytest.approx(11_119.5, abs=1.0)
    assert own.coast.distance_m(19.25, 110.25)[0] > 20_000
    assert len(own.ports) == len(geo.ports)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("shoreline.geojson", b"{", InputError),
        ("shoreline.geojson.gz", b"\x1f\x8b\x08", InputError),
        ("shoreline.npz", b"PK", InputError),
        ("ports.csv", b"id,lat\n1,2\n", LayoutError),
        ("theatre.toml", b"box = [105.1, 15, 118, 23]", InputError),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, name: str, content: bytes, error: type[Exception]) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=name):
        load_geography("hainan", tmp_path)


def test_a_sea_area_that_crosses_itself_is_named(tmp_path: Path) -> None:
    p = {
        "id": "bow",
        "name_zh": "",
        "name_en": "",
        "kind": "waters",
        "county": "",
        "label_lat": 0,
        "label_lon": 0,
    }
    g = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    text = json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": p, "geometry": g}]}
    )
    (tmp_path / "seas.geojson").write_text(text)
    with pytest.raises(ShapeError, match="bow"):
        _ = load_geography("hainan", tmp_path).seas


def test_an_unknown_theatre_is_refused() -> None:
    with pytest.raises(MissingError, match="atlantis"):
        load_geography("atlantis")


STATIC = path("").parent / "console" / "static" / "geo"


@pytest.mark.parametrize(
    ("name", "gz_bytes"),
    [
        ("theatre-land.json", 700_000),
        ("theatre-coast.json", 700_000),
        ("world-land.json", 500_000),
        ("world-coast.json", 500_000),
        ("places.json", 10_000),
        ("seas.json", 10_000),
    ],
)
def test_static_map_files_are_light_geojson(name: str, gz_bytes: int) -> None:
    raw = (STATIC / name).read_bytes()
    assert len(gzip.compress(raw)) < gz_bytes
    data = json.loads(raw)
    assert data["type"] == "FeatureCollection"
    assert len(data["features"]) > 0
