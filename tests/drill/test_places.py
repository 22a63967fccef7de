"""The drill's ports and anchorages lie where the geography has them, and its names read as names."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pytest

from huanqiong import data
from huanqiong.core.geography import load_geography
from huanqiong.core.geography.anchorages import joined, read_anchorages
from huanqiong.core.geography.points import nearest_point
from huanqiong.core.place import haversine_m
from huanqiong.core.profile import load_profile
from huanqiong.drill import hainan
from huanqiong.drill.track import AT_ANCHOR

LISTED = {"haiphong": "lachhuyen", "lingao": "bopu", "weizhou": "weizhou-xijiao", "xinying": "xinying-lingao"}
"""Ports whose key in the drill is not the list's id."""
NO_WATER = {"wuchang", "lingao"}
"""No way by water to the listed point that the shoreline shows: within 4 km."""


def test_every_port_lies_at_the_listed_one() -> None:
    ports = load_geography().ports
    for key, port in data.toml("drill/hainan_ways.toml")["port"].items():
        listed = ports.by_id(LISTED.get(key, key))
        off = float(haversine_m(*port["at"], listed.lat, listed.lon))
        assert off < (4_000 if key in NO_WATER else 1_800), (key, round(off))
        if key not in NO_WATER:
            # a ship anywhere in the port is in port by the watch's rule
            assert off + port["spread_nm"] * 1852 < load_profile("hainan").number("encounter", "min_port_m")


@pytest.mark.parametrize("seed", [7, 11])
def test_ships_at_anchor_lie_on_charted_anchorages(seed: int) -> None:
    world = hainan(seed, 18, scale=0.3)
    out = pa.BufferOutputStream()
    pcsv.write_csv(world.anchorages, out)
    read = read_anchorages(out.getvalue().to_pybytes(), "anchorages.csv")
    assert read.set_aside == ()
    assert read.rows == world.anchorages.num_rows == len(data.toml("drill/hainan.toml")["anchorage"])
    assert all("DRILL" in label for label in read.points.label)
    g = load_geography()
    known = joined(g.anchorages, read.points).arrays(3_000.0)
    anchored = world.positions.filter(pa.compute.equal(world.positions["nav_status"], AT_ANCHOR))
    lat, lon = anchored["lat"].to_numpy(), anchored["lon"].to_numpy()
    assert len(lat) > 1_000
    near = np.array([nearest_point(known, y, x)[0] >= 0 for y, x in zip(lat, lon, strict=True)])
    ships = set(anchored.filter(pa.array(~near))["mmsi"].to_pylist())
    accused = set(world.truth.filter(pa.compute.invert(world.truth["innocent"]))["mmsi"].to_pylist())
    assert ships <= accused  # who anchors elsewhere has a story


@pytest.mark.parametrize("seed", range(1, 9))
def test_no_name_doubles_a_character(seed: int) -> None:
    rows = hainan(seed, 2, scale=1.0).register.to_pylist()
    names = [r["name_zh"] for r in rows if r["name_zh"]]
    assert len(names) > 300
    assert not [n for n in names if re.search(r"([\u4e00-\u9fff])\1", n)]
    assert not [r["name_en"] for r in rows if re.search(r"\b([A-Z]{2,}) \1\b", r["name_en"])]
    assert len({r["name_en"] for r in rows}) == len(rows)
