"""What a distress signal says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huanqiong.core.ids import holder

TEST_STATUS = 15
"""Navigational status of an AIS-SART, MOB or EPIRB under test. Source: ITU-R M.1371-5, table 45."""


def is_test(signal: Mapping[str, Any]) -> bool:
    """Whether a signal is a beacon's test: it says so, its text says TEST, or a beacon sends status 15."""
    if "test" in signal:
        return bool(signal["test"])
    text = str(signal.get("text") or "").upper().split()
    beacon = signal.get("mmsi") is not None and holder(int(signal["mmsi"])) == "distress"
    return "TEST" in text or (beacon and signal.get("nav_status") == TEST_STATUS)


def event_of(signal: Mapping[str, Any], lat: float | None, lon: float | None) -> dict[str, Any]:
    """The signal as a row of `core.schema.EVENTS`. `lat`, `lon`: where it is taken to be, None: not known."""
    reason = {
        "code": f"distress_{signal['signal']}",
        "value": signal.get("text") or None,
        "limit": None,
        "unit": None,
        "source": "ITU-R M.1371-5",
    }
    return {
        "kind": "distress",
        "subject": f"mmsi:{int(signal['mmsi'])}",
        "mmsi": int(signal["mmsi"]),
        "t0": signal["t"],
        "t1": signal["t"],
        "lat": lat,
        "lon": lon,
        "score": 1.0,
        "severity": 3,
        "reasons": [reason],
        "profile": "distress",
        "version": "1",
        "raw": signal.get("raw"),
    }
