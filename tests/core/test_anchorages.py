"""Anchorages of one's own: what is read, what is set aside and how it is named, and where they count."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import InputError, LayoutError
from huanqiong.core.geography import geography, load_anchorages, load_geography, told
from huanqiong.core.geography.anchorages import LAID_M, read_anchorages
from huanqiong.core.geography.points import nearest_point
from huanqiong.core.place import haversine_m
from huanqiong.core.units import EARTH_RADIUS_M


def test_good_rows_are_kept_and_bad_ones_named(tmp_path: Path) -> None:
    file = tmp_path / "anchorages.csv"
    file.write_text(
        "name,latitude,longitude,radius_m\n"
        "north,20.5,110.5,\n"
        "no number,twenty,110.5,\n"
        "far,20.5,1001,\n"
        "\n"
        "empty,,110.5,\n"
        "wide,19.0,108.5,99999\n"
        "short,19.0\n"
        '"two\nlines",19.0,108.5,nan\n'
        "south,19.0,108.5,400\n"
    )
    read = load_anchorages(file)
    assert read.points.label == ("north", "south")
    assert read.points.lat.tolist() == [20.5, 19.0]
    assert read.rows == 2
    found = [(a.where.rsplit(" ", 1)[1], a.column, a.cause, a.text) for a in read.set_aside]
    assert found == [
        ("3", "latitude", "no number", "twenty"),
        ("4", "longitude", "not -180 to 180", "1001"),
        ("6", "latitude", "empty", ""),
        ("7", "radius_m", "not 0 to 30000", "99999"),
        ("8", "longitude", "empty", ""),
        ("10", "radius_m", "no number", "nan"),
    ]
    text = told(read.set_aside)
    assert text.startswith("6 rows of anchorages set aside, the first: ")
    assert f"{file}, row 3, column latitude: no number ('twenty'). Give decimal degrees" in text
    assert told(()) == ""
    assert read.set_aside[0].as_dict()["cause"] == "no number"


def test_parquet_rows_are_counted_from_0(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    table = {"s2id": ["a", "b", None], "lat": [1.0, float("nan"), 3.0], "lon": [1.0, 2.0, 3.0]}
    pq.write_table(pa.table(table), file)
    read = load_anchorages(file)
    assert read.points.label == ("a", "")
    assert [(a.where, a.column) for a in read.set_aside] == [(f"{file}, row 1", "lat")]


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("a.csv", b"x,y\n1,2\n", LayoutError, "saw x, y"),
        ("b.csv", b"lat,lon,label\n1,nowhere,x\n", InputError, r"b\.csv, row 2.*column lon, no number.*Give"),
        ("c.parquet", b"PAR", InputError, r"c\.parquet"),
        ("d.csv.gz", b"\x1f\x8b\x08", InputError, r"d\.csv\.gz"),
        ("e.csv", b"", LayoutError, "saw nothing"),
    ],
)
def test_files_that_cannot_be_used(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=says):
        load_anchorages(tmp_path / name)


def test_a_header_alone_is_an_empty_list() -> None:
    assert len(read_anchorages(b"lat,lon\n", "x.csv").points) == 0


@given(
    radius=st.floats(0, 30_000),
    bearing=st.floats(0, 360),
    share=st.floats(0, 1),
    lat=st.floats(-70, 70),
    lon=st.sampled_from([110.0, 179.95, -179.99]),
)
def test_a_wide_anchorage_is_covered_and_not_passed(
    radius: float, bearing: float, share: float, lat: float, lon: float
) -> None:
    laid = read_anchorages(f"lat,lon,radius_m\n{lat!r},{lon!r},{radius!r}\n".encode(), "x.csv").points
    assert haversine_m(lat, lon, laid.lat, laid.lon).max() <= radius + 60 or len(laid) == 1
    r, a = radius * share, np.radians(bearing)
    y = lat + np.degrees(r * np.cos(a) / EARTH_RADIUS_M)
    x = lon + np.degrees(r * np.sin(a) / EARTH_RADIUS_M / np.cos(np.radians(y)))
    assert haversine_m(y, x, laid.lat, laid.lon).min() <= LAID_M * 1.01


def test_a_directory_adds_anchorages_to_the_ports(tmp_path: Path) -> None:
    for kept in (geography._load, geography._coast):  # what is kept is shared until others have pushed it out
        kept.cache_clear()
    bundled = load_geography()
    file = tmp_path / "anchorages.csv"
    file.write_text("lat,lon,label,radius_m\n19.0,107.5,wait,2500\nx,1,y,\n")
    own = load_geography("hainan", tmp_path)
    assert own.coast is bundled.coast
    assert own.fingerprint != bundled.fingerprint
    n = len(bundled.anchorages)
    assert own.anchorages.label[:n] == bundled.anchorages.label
    assert set(own.anchorages.label[n:]) == {"wait"}
    assert len(own.set_aside) == 1
    i, d = nearest_point(own.anchorages.arrays(), 19.0, 107.52)
    assert own.anchorages.label[i] == "wait"
    assert d < LAID_M
    assert load_geography("hainan", tmp_path) is own
    # a file that changed is read again
    file.write_text("lat,lon\n19.0,107.5\n")
    os.utime(file, ns=(1, 1))
    again = load_geography("hainan", tmp_path)
    assert len(again.anchorages) == n + 1
    assert again.fingerprint not in (own.fingerprint, bundled.fingerprint)
    assert again.set_aside == ()
