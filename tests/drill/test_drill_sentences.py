"""The sentences carry exactly what the tables hold: through the real decoder, and through pyais."""

from __future__ import annotations

import numpy as np
import pyais
import pyarrow as pa
import pytest

from huanqiong.core.schema import OTHER, POSITIONS, STATIC
from huanqiong.drill import World, hainan
from huanqiong.lines.sea.message import Decoder

CARRIED = [n for n in POSITIONS.names if not n.startswith("raw_")]


@pytest.fixture(scope="module")
def world() -> World:
    return hainan(7, hours=8, scale=0.15)


@pytest.fixture(scope="module")
def lines(world: World) -> bytes:
    return world.sentences()


def _sorted(table: pa.Table, columns: list[str], keys: list[str]) -> list[dict]:
    order = [(k, "ascending") for k in keys]
    return table.select(columns).sort_by(order).to_pylist()


def test_decoding_gives_the_same_rows(world: World, lines: bytes) -> None:
    decoder = Decoder()
    first, last = decoder.feed(lines), decoder.finish()
    assert sum(first.counts.rejected.values()) == 0 if hasattr(first.counts, "rejected") else True
    positions = pa.concat_tables([first.positions, last.positions])
    assert positions.num_rows == world.positions.num_rows > 5_000
    keys = ["t", "mmsi"]
    assert _sorted(positions, CARRIED, keys) == _sorted(world.positions, CARRIED, keys)
    static = pa.concat_tables([first.static, last.static])
    keys = ["t", "mmsi", "name"]
    assert _sorted(static, STATIC.names, keys) == _sorted(world.static, STATIC.names, keys)
    carried = [n for n in OTHER.names if not n.startswith("raw_")]
    other = pa.concat_tables([first.other, last.other])
    assert _sorted(other, carried, ["t", "mmsi"]) == _sorted(world.other, carried, ["t", "mmsi"])


def test_pyais_reads_what_was_meant(world: World, lines: bytes) -> None:
    """An independent decoder on a sample of the single-part lines."""
    rows = {(r["mmsi"], int(r["t"].timestamp())): r for r in world.positions.to_pylist()}
    seen = 0
    for line in lines.split(b"\r\n")[:4000:7]:
        if b"!AIVDM,1,1" not in line:
            continue
        stamp = int(line.split(b"c:")[1].split(b"*")[0])
        m = pyais.decode(line[line.index(b"!") :])
        if m.msg_type not in (1, 18):
            continue
        row = rows[(m.mmsi, stamp)]
        assert m.is_valid if hasattr(m, "is_valid") else True
        assert abs(m.lat - row["lat"]) < 1e-6
        assert abs(m.lon - row["lon"]) < 1e-6
        assert np.isclose(m.speed, row["sog_kn"], atol=0.051)
        assert m.second == stamp % 60
        seen += 1
    assert seen > 200
