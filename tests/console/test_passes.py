"""Who passed a zone: stays, pauses, crossings, midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from huanqiong.console.passes import passes
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.flows.sea_picture import tracks_of

T = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[110, 18], [111, 18], [111, 19], [110, 19], [110, 18]]]}


class Days:
    """The picture of rows (mmsi, minute after T, lat, lon)."""

    def __init__(self, rows: list[tuple[int, float, float, float]]) -> None:
        self.rows = rows

    def day(self, day: date) -> Any:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        times = [T + timedelta(minutes=r[1]) for r in self.rows]
        keep = [i for i, t in enumerate(times) if start <= t < start + timedelta(days=1)]
        table = pa.table(
            {
                "mmsi": pa.array([self.rows[i][0] for i in keep], pa.int64()),
                "t": pa.array([times[i] for i in keep], pa.timestamp("us", tz="UTC")),
                "lat": pa.array([self.rows[i][2] for i in keep], pa.float64()),
                "lon": pa.array([self.rows[i][3] for i in keep], pa.float64()),
                "sog_kn": pa.array([6.0 + i for i in keep], pa.float32()),
            }
        )
        return tracks_of(conform(table, POSITIONS))


def found(rows: list[tuple[int, float, float, float]]) -> list[dict[str, Any]]:
    return passes(Days(rows), SQUARE, T - timedelta(hours=1), T + timedelta(hours=10))  # type: ignore[arg-type]


def test_a_stay_has_its_first_and_last_report_inside() -> None:
    rows = found([(1, 0, 17.9, 110.5), (1, 5, 18.1, 110.5), (1, 10, 18.5, 110.5), (1, 15, 19.2, 110.5)])
    assert len(rows) == 1
    assert rows[0]["minutes"] == 5
    assert rows[0]["reports"] == 2
    assert not rows[0]["crossing"]


def test_leaving_or_a_long_pause_parts_two_stays() -> None:
    out = [(1, 0, 18.5, 110.5), (1, 5, 17.5, 110.5), (1, 10, 18.5, 110.5)]
    assert len(found(out)) == 2
    pause = [(1, 0, 18.5, 110.5), (1, 31, 18.5, 110.5)]
    assert len(found(pause)) == 2
    assert len(found([(1, 0, 18.5, 110.5), (1, 29, 18.5, 110.5)])) == 1


def test_a_line_through_the_zone_is_a_crossing_unless_it_leaps() -> None:
    corner = [(1, 0, 17.98, 110.05), (1, 8, 18.05, 109.98)]
    rows = found(corner)
    assert [r["crossing"] for r in rows] == [True]
    assert rows[0]["reports"] == 0
    leap = [(1, 0, 17.9, 110.5), (1, 2, 19.1, 110.5)]
    assert found(leap) == []
    slow = [(1, 0, 17.98, 110.05), (1, 11, 18.05, 109.98)]
    assert found(slow) == []


def test_midnight_does_not_part_a_stay() -> None:
    rows = found([(1, 100, 18.5, 110.5), (1, 115, 18.5, 110.6), (1, 125, 18.5, 110.7)])
    assert len(rows) == 1
    assert rows[0]["minutes"] == 25
    assert rows[0]["reports"] == 3
    assert rows[0]["sog_mean_kn"] is not None


def test_vessels_are_not_mixed() -> None:
    rows = found([(1, 0, 18.5, 110.5), (2, 1, 18.5, 110.5), (1, 2, 18.5, 110.5), (2, 3, 18.5, 110.5)])
    assert [(r["mmsi"], r["reports"]) for r in rows] == [(1, 2), (2, 2)]
