"""Who passed a zone: the kernel's visits, no other; their edges; how ships moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import UsageError
from huanqiong.core.profile import load_profile
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.flows.sea_picture import DayTracks, tracks_of
from huanqiong.flows.zone_passes import MAX_DAYS, zone_passes
from huanqiong.lines.sea.kernels import Zone, detect_archive

T = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[110, 18], [111, 18], [111, 19], [110, 19], [110, 18]]]}
Report = tuple[int, float, float, float]
"""mmsi, minutes after T, lat, lon."""
A, B = 412_900_001, 412_900_002


def table(reports: list[Report]) -> pa.Table:
    n = len(reports)
    columns = {
        "mmsi": pa.array([r[0] for r in reports], pa.int64()),
        "t": pa.array([T + timedelta(minutes=r[1]) for r in reports], pa.timestamp("us", tz="UTC")),
        "lat": pa.array([r[2] for r in reports], pa.float64()),
        "lon": pa.array([r[3] for r in reports], pa.float64()),
        "sog_kn": pa.array([6.0 + i % 3 for i in range(n)], pa.float32()),
        "cog_deg": pa.array([90.0] * n, pa.float32()),
    }
    return conform(pa.table(columns), POSITIONS)


class Days:
    """The picture of some reports."""

    def __init__(self, reports: list[Report]) -> None:
        self.table = table(reports)

    def day(self, day: date) -> DayTracks:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        t = np.array([x.timestamp() for x in self.table["t"].to_pylist()])
        keep = (t >= start.timestamp()) & (t < (start + timedelta(days=1)).timestamp())
        return tracks_of(self.table.filter(pa.array(keep)))


def found(reports: list[Report], hours: float = 10.0) -> list[dict[str, Any]]:
    return zone_passes(Days(reports), SQUARE, T, T + timedelta(hours=hours))  # type: ignore[arg-type]


def way(ship: int, minutes: list[float], lat: float = 18.5, east: float = 0.005) -> list[Report]:
    """Reports to the east, 0.005 degrees a minute: about 17 knots."""
    return [(ship, m, lat, 109.9 + east * m) for m in minutes]


def test_a_visit_runs_from_the_first_to_the_last_report_inside() -> None:
    rows = found(way(A, [0, 10, 21, 30, 60, 100, 150, 190, 215, 230, 245]))
    assert len(rows) == 1
    v = rows[0]
    assert v["t0"] == (T + timedelta(minutes=21)).timestamp()
    assert v["t1"] == (T + timedelta(minutes=215)).timestamp()
    assert (v["minutes"], v["reports"]) == (194.0, 7)
    assert not v["before"]
    assert not v["still"]
    assert 6.0 <= v["sog_mean_kn"] <= v["sog_max_kn"] == 8.0


def test_the_profile_says_how_long_a_silence_parts_two_visits() -> None:
    pause = load_profile("hainan").number("zone_visit", "break_s") / 60
    at = [0.0, 5.0, 10.0]
    later = [10 + pause + 1, 10 + pause + 5]
    assert len(found([(A, m, 18.5, 110.5 + m / 1e4) for m in (*at, *later)])) == 2
    assert len(found([(A, m, 18.5, 110.5 + m / 1e4) for m in (*at, 10 + pause - 1, 10 + pause + 5)])) == 1


def test_midnight_parts_no_visit() -> None:
    moving = ((A, float(m), 18.5, 110.01 + m * 0.001) for m in range(0, 480, 10))
    rows = found([(A, -10.0, 18.5, 109.99), *moving], hours=5)
    assert [(r["minutes"], r["before"], r["still"]) for r in rows] == [(470.0, False, True)]
    assert rows[0]["t0"] == T.timestamp()


def test_a_visit_begun_before_the_days_that_are_read_is_marked() -> None:
    reports = [(A, float(m), 18.5, 110.2 + m * 0.001) for m in range(-30, 480, 10)]
    after = T + timedelta(hours=5.5)
    rows = zone_passes(Days(reports), SQUARE, after, after + timedelta(hours=1))  # type: ignore[arg-type]
    midnight = T + timedelta(hours=4)
    assert [(r["t0"], r["before"]) for r in rows] == [(midnight.timestamp(), True)]


def test_who_was_inside_when_the_data_begin_is_marked() -> None:
    inside = [(A, float(m), 18.5, 110.5) for m in range(0, 60, 5)]
    away = [(B, float(m), 20.5, 115.5) for m in range(0, 300, 30)]
    v = found(inside + away)[0]
    assert v["before"]
    assert v["still"], "no report says that it left"


def test_a_period_without_the_visit_does_not_show_it() -> None:
    reports = way(A, [float(m) for m in range(0, 260, 5)]) + [(B, 1000.0, 20.0, 115.0)]
    late = zone_passes(Days(reports), SQUARE, T + timedelta(hours=6), T + timedelta(hours=9))  # type: ignore[arg-type]
    assert late == []


def test_a_period_that_ends_before_it_begins_or_is_too_long_is_refused() -> None:
    for t1 in (T, T + timedelta(days=MAX_DAYS, minutes=1)):
        with pytest.raises(UsageError):
            zone_passes(Days([]), SQUARE, T, t1)  # type: ignore[arg-type]


def test_an_empty_sea_has_no_visits() -> None:
    assert found([(A, 0.0, 10.0, 100.0)]) == []


@st.composite
def seas(draw: st.DrawFn) -> list[Report]:
    """Three ships that wander in and out of the square within two days, each at its own pace."""
    out: list[Report] = []
    for ship in (A, B, B + 1):
        lat, lon, m = draw(st.floats(17.8, 19.2)), draw(st.floats(109.8, 111.2)), 0.0
        for _ in range(draw(st.integers(0, 40))):
            m += draw(st.sampled_from([2.0, 7.0, 13.0, 45.0, 75.0, 200.0]))
            lat += draw(st.floats(-0.02, 0.02))
            lon += draw(st.floats(-0.02, 0.02))
            out.append((ship, m, round(lat, 5), round(lon, 5)))
    return [r for r in out if r[1] < 1680]


@given(seas())
@settings(max_examples=40, deadline=None)
def test_the_page_and_the_kernel_know_the_same_visits(reports: list[Report]) -> None:
    if not reports:
        return
    profile = load_profile("hainan")
    whole = table(reports)
    zone = Zone("1", "square", shapely.geometry.shape(SQUARE))
    last = max(whole["t"].to_pylist())
    events = detect_archive(
        whole, profile, zones=[zone], kinds=["zone_visit"], as_of=round(last.timestamp() * 1e6)
    )
    kernel = {
        (m, a.timestamp(), b.timestamp())
        for m, a, b in zip(*(events[c].to_pylist() for c in ("mmsi", "t0", "t1")), strict=True)
    }
    page = {(v["mmsi"], v["t0"], v["t1"]) for v in found(reports, hours=30)}
    assert page == kernel
