"""Segmenting: one ship one track, two ships on one number two; noise, repeats and glitches stay out."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.track.columns import columns_of
from huanqiong.lines.sea.track.tracker import Batch, Tracker

from worlds import HOUR, MIN, T0, sail, table  # isort: skip

END = 1 << 62


def _track(rows: pa.Table, profile: str = "gfw") -> tuple[Batch, Tracker]:
    tracker = Tracker(load_profile(profile))
    tracker.want_segments = True
    return tracker.advance(columns_of(rows, tracker.devices), END), tracker


def test_a_straight_course_is_one_segment() -> None:
    batch, _ = _track(table(sail(412_000_001, T0, 18.0, 109.0, 12.0, 90.0, 300)))
    assert set(batch.row_segment.tolist()) == {0}
    assert len(batch.track.t) == 151
    assert batch.track.dt[0] == -1
    assert batch.track.step_m[1:] == pytest.approx(12.0 * 2 / 60 * 1852, rel=2e-3)


def test_two_ships_on_one_number_are_two_segments() -> None:
    a = sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 200)
    b = sail(412_000_001, T0 + MIN, 20.0, 112.0, 9.0, 0.0, 200)
    batch, _ = _track(table(a + b))
    assert set(batch.row_segment[: len(a)].tolist()) == {0}
    assert set(batch.row_segment[len(a) :].tolist()) == {1}
    assert len(batch.track.t) == len(a) + len(b) - 2  # the second is born overlapping: two rows are not good


def test_a_far_glitch_never_reaches_the_track() -> None:
    rows = sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 100)
    m, t, _, x, v, c = rows[20]
    rows[20] = (m, t, 19.5, x, v, c)
    batch, _ = _track(table(rows))
    assert len(batch.track.t) == len(rows) - 1
    assert batch.track.lat.max() < 18.01


def test_a_near_glitch_is_withdrawn() -> None:
    rows = sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 100)
    m, t, y, x, v, c = rows[20]
    rows[20] = (m, t, y + 0.05, x, v, c)
    batch, tracker = _track(table(rows))
    assert tracker.counts["withdrawn"] == 1
    assert batch.track.lat.max() < 18.01


def test_eight_hours_of_silence_end_a_segment() -> None:
    first = sail(412_000_001, T0, 18.0, 109.0, 0.0, 0.0, 10)
    for pause, segments in ((8 * HOUR, {0}), (8 * HOUR + 1, {0, 1})):
        batch, _ = _track(table([*first, (412_000_001, first[-1][1] + pause, 18.0, 109.0, 0.0, 0.0)]))
        assert set(batch.row_segment.tolist()) == segments


def test_noise_codes_and_repeats_are_left_out() -> None:
    rows = sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 20)
    rows += [
        (412_000_001, T0 + 3 * MIN, 18.0, 109.0, 102.3, 90.0),
        (412_000_001, T0 + 4 * MIN + 5, *rows[2][2:]),
    ]
    rows += [(412_000_001, T0 + 5 * MIN, 18.0, 109.01, None, 90.0)]
    _, tracker = _track(table(rows))
    assert (tracker.counts["noise"], tracker.counts["repeats"]) == (2, 1)
    _, tracker = _track(table(rows), "hainan")
    assert (tracker.counts["noise"], tracker.counts["repeats"]) == (1, 1)


def test_a_file_without_speed_still_makes_a_track() -> None:
    rows = table(
        [(m, t, y, x, None, None) for m, t, y, x, _, _ in sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 60)]
    )
    batch, _ = _track(rows.select(["mmsi", "t", "lat", "lon"]))
    assert len(batch.track.t) == rows.num_rows


def test_unusable_rows_are_counted_and_duplicates_settled() -> None:
    rows = sail(412_000_001, T0, 18.0, 109.0, 10.0, 90.0, 20)
    bad = [(412_000_001, T0, 91.0, 181.0, 1.0, 1.0), (412_000_001, T0, float("nan"), 1.0, 1.0, 1.0)]
    batch, tracker = _track(table(rows + rows[3:6] + bad))
    assert (tracker.counts["unusable"], tracker.counts["duplicates"]) == (2, 3)
    assert len(batch.track.t) == len(rows)


def test_a_million_rows_of_one_second_do_not_stall() -> None:
    r = np.random.default_rng(0)
    n = 40_000
    rows = pa.table(
        {
            "mmsi": np.full(n, 412_000_001),
            "t": pa.array(np.full(n, T0)).cast(pa.timestamp("us", tz="UTC")),
            "lat": 18 + r.random(n) / 1e3,
            "lon": 109 + r.random(n) / 1e3,
        }
    )
    batch, _ = _track(rows)
    assert (np.diff(batch.track.lat) >= 0).all()


@pytest.mark.real
def test_segments_of_a_shared_number_mostly_lie_within_gfw_s(data_dir: Path) -> None:
    """GFW's file comes from earlier rules that bridge days: ours are shorter; nine in ten rows agree."""
    expected = pq.read_table(data_dir / "ais/sat_sharedmmsi_416000000_gfw_segments.parquet")
    when = pc.strptime(expected["t"], "%Y-%m-%dT%H:%M:%S.000000Z", "us")
    when = when.cast(pa.timestamp("us", tz="UTC"))
    batch, _ = _track(expected.set_column(1, "t", when))
    known = batch.row_segment >= 0
    assert known.mean() > 0.7
    theirs = np.unique(expected["segment"].to_pylist(), return_inverse=True)[1][known]
    ours = batch.row_segment[known]
    both = np.zeros((ours.max() + 1, theirs.max() + 1), dtype=int)
    np.add.at(both, (ours, theirs), 1)
    assert both.max(axis=1).sum() / both.sum() > 0.9
