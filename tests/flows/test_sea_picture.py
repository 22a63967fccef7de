"""The picture by binary search against a plain look at every row, over the borders of days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.schema import POSITIONS
from huanqiong.flows.sea_picture import Picture
from huanqiong.lake.positions import Lake

DAY = 86_400
T0 = datetime(2025, 3, 1, tzinfo=UTC)
SECONDS = st.one_of(st.integers(0, 3 * DAY), st.sampled_from([DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY]))
ROWS = st.dictionaries(st.tuples(st.integers(1, 4), SECONDS), st.booleans(), min_size=1, max_size=40)


def at(s: int) -> datetime:
    return T0 + timedelta(seconds=s)


def picture(rows: dict[tuple[int, int], bool], path: Path) -> tuple[Picture, list[dict[str, Any]]]:
    made = [
        {
            "source": "ais",
            "device": str(m),
            "mmsi": m,
            "t": at(s),
            "lat": float(n % 80) if placed else None,
            "lon": 110.0,
            "sog_kn": float(n),
        }
        for n, ((m, s), placed) in enumerate(rows.items())
    ]
    lake = Lake(path)
    lake.append(pa.Table.from_pylist(made, schema=POSITIONS), source_id="test")
    return Picture(lake), [r for r in made if r["lat"] is not None]


@settings(max_examples=40, deadline=None)
@given(ROWS, SECONDS, st.sampled_from([0.5, 6.0, 30.0]))
def test_latest(rows: dict[tuple[int, int], bool], s: int, window_h: float) -> None:
    with TemporaryDirectory() as path:
        view, placed = picture(rows, Path(path))
        got = view.latest(at(s), window_h)
        since = at(s) - timedelta(hours=window_h)
        want = {r["mmsi"]: r for r in sorted(placed, key=lambda r: r["t"]) if since <= r["t"] <= at(s)}
        assert got["mmsi"].tolist() == sorted(want)
        assert got["t"].tolist() == [int(want[m]["t"].timestamp()) for m in sorted(want)]
        assert got["lat"].tolist() == [want[m]["lat"] for m in sorted(want)]
        assert np.isnan(got["cog"]).all()


@settings(max_examples=40, deadline=None)
@given(ROWS, SECONDS, SECONDS)
def test_track_and_activity(rows: dict[tuple[int, int], bool], a: int, b: int) -> None:
    a, b = min(a, b), max(a, b) + 1
    with TemporaryDirectory() as path:
        view, placed = picture(rows, Path(path))
        for mmsi in range(1, 5):
            got = view.track(mmsi, at(a), at(b))
            want = sorted(
                (r["t"], r["sog_kn"]) for r in placed if r["mmsi"] == mmsi and at(a) <= r["t"] <= at(b)
            )
            assert got["t"].tolist() == [int(t.timestamp()) for t, _ in want]
            assert got["sog"].tolist() == [v for _, v in want]
        counts = view.activity(at(a), at(b), 7)
        assert counts["positions"].sum() == sum(at(a) <= r["t"] <= at(b) for r in placed)
        assert counts["t"][0] == int(at(a).timestamp())
