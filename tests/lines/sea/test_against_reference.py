"""The kernels find exactly what a slow program, written from docs/detectors.md alone, finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from tests.lines.sea.reference.whole import events as slow_events

from huanqiong.core.geography import Geography, load_geography
from huanqiong.core.profile import load_profile
from huanqiong.core.schema import POSITIONS
from huanqiong.drill import hainan
from huanqiong.feed.files import read
from huanqiong.lines.sea.kernels import KINDS, detect_archive
from huanqiong.lines.sea.zone import Zone

TYPE = dict[str, list[list[tuple[float, float]]]]


@pytest.fixture(scope="module")
def geography() -> Geography:
    return load_geography("hainan")


def boxes(table: pa.Table) -> TYPE:
    """Three zones where the rows are: a box, a triangle, and a ring with a hole."""
    lat = np.asarray([v for v in table.column("lat").to_pylist() if v is not None and abs(v) <= 90])
    lon = np.asarray([v for v in table.column("lon").to_pylist() if v is not None and abs(v) <= 180])
    y, x = float(np.median(lat)), float(np.median(lon))
    d = 0.05
    box = [(x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d)]
    big = [(x - 4 * d, y - 3 * d), (x + 4 * d, y - 3 * d), (x + 3 * d, y + 4 * d), (x - 3 * d, y + 3 * d)]
    return {
        "box": [box],
        "triangle": [[(x, y), (x + 9 * d, y + d), (x + d, y + 9 * d)]],
        "ring": [big, list(reversed(box))],
    }


def as_zones(rings: TYPE) -> list[Zone]:
    return [Zone(name, name, shapely.Polygon(r[0], r[1:])) for name, r in rings.items()]


def compare(table: pa.Table, profile_name: str, geography: Geography) -> Counter[str]:
    """Asserts equal events; returns how many of each kind there were."""
    profile, rings = load_profile(profile_name), boxes(table)
    fast = detect_archive(table, profile, geography, zones=as_zones(rings)).to_pylist()
    slow = slow_events(table, profile, geography, rings)

    def micros(t: Any) -> int:
        return round(t.timestamp() * 1_000_000)

    def key(kind: str, subject: str, other: str | None, t0: int, t1: int) -> tuple[Any, ...]:
        return (kind, subject, other or "", t0, t1)

    mine = sorted(
        (
            key(e["kind"], e["subject"], e["other_subject"], micros(e["t0"]), micros(e["t1"])),
            *(e["lat"], e["lon"], e["score"], e["severity"]),
        )
        for e in fast
    )
    theirs = sorted([(key(*astuple(f)[:5]), f.lat, f.lon, *graded(f.kind, f.value, profile)) for f in slow])
    assert Counter(m[0] for m in mine) == Counter(s[0] for s in theirs)
    for m, s in zip(mine, theirs, strict=True):
        assert m[1:4] == pytest.approx(s[1:4], rel=1e-9, abs=1e-9), (m, s)
        assert m[4] == s[4]
    return Counter(m[0][0] for m in mine)


def graded(kind: str, value: float, profile: Any) -> tuple[float, int]:
    section = "gap" if kind == "open_gap" else kind
    b2, b3 = profile.bands(section)
    return value / (value + b2), 1 if value < b2 else 2 if value < b3 else 3


@pytest.mark.parametrize("profile", ["gfw", "hainan"])
def test_on_the_drill(profile: str, geography: Geography) -> None:
    found = compare(hainan(3, 8, scale=0.15).positions, profile, geography)
    assert set(found) >= {"loitering", "port_visit"}, found


REAL = {
    "kattegat": ("ais/dk_kattegat_20251101_02_1min.parquet", {"gap", "loitering", "zone_visit"}),
    "us": ("ais/us_marinecadastre_20220103_sample.parquet", {"port_visit"}),
    "shared": ("ais/sat_sharedmmsi_416000000.parquet", set()),
    "drifting": ("ais/dk_drift_538004030_positions.parquet", set()),
    "danish": ("ais/nmea_dk_20131112_dma.txt.gz", {"zone_visit"}),
}
"""The set's file and kinds that both profiles find in it."""


@pytest.mark.real
@pytest.mark.timeout(900)
@pytest.mark.parametrize("profile", ["gfw", "hainan"])
@pytest.mark.parametrize("name", REAL)
def test_on_real_days(name: str, profile: str, data_dir: Path, geography: Geography) -> None:
    file, expected = REAL[name]
    table = pa.concat_tables(b.positions for b in read(data_dir / file))
    found = compare(table.cast(POSITIONS), profile, geography)
    assert found
    assert set(found) >= expected, found


def test_every_kind_is_compared() -> None:
    """A kind the reference does not know would pass unseen."""
    known = {"gap", "open_gap", "loitering", "encounter", "port_visit", "zone_visit", "fast_near_coast"}
    assert set(KINDS) == known
