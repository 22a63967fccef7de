"""Rows of an events table, as a detector would give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

T0 = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    """The time so many hours after T0."""
    return T0 + timedelta(hours=hours)


def event(
    kind: str = "loitering",
    mmsi: int = 412000001,
    start_h: float = 0.0,
    hours: float = 1.0,
    *,
    other: int | None = None,
    lat: float = 20.0,
    lon: float = 110.0,
    severity: int = 2,
    **more: Any,
) -> dict[str, Any]:
    """A row of an events table, as a detector would give it."""
    t0 = T0 + timedelta(hours=start_h)
    return {
        "kind": kind,
        "subject": f"ais:{mmsi}",
        "other_subject": f"ais:{other}" if other else None,
        "mmsi": mmsi,
        "other_mmsi": other,
        "t0": t0,
        "t1": t0 + timedelta(hours=hours),
        "lat": lat,
        "lon": lon,
        "score": 0.5,
        "severity": severity,
        "reasons": f'[{{"code":"{kind}_h","value":{hours},"limit":1.0,"unit":"h","source":"test"}}]',
        "profile": "hainan",
        "version": "2026.1",
        **more,
    }
