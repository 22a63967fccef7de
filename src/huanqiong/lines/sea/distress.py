"""Distress: what beacons, status 14, search aircraft and safety texts say. No detector's kind: a signal.

Signals of one device less than `SAME_S` apart are one signal, so that a beacon that reports every ten
seconds gives one row with its first and one with its last report.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

SAME_S: Final = 600
STATUS_ACTIVE: Final = 14
"""AIS-SART, MOB or EPIRB active. Source: ITU-R M.1371-5, table 45."""
BEACONS: Final = ((970_000_000, 970_999_999), (972_000_000, 972_999_999), (974_000_000, 974_999_999))
"""SART, man overboard, EPIRB. Source: ITU-R M.585-9, annex 2."""
SAR_AIRCRAFT: Final = 9
SAFETY_TEXTS: Final = (12, 14)


def signals(positions: pa.Table, other: pa.Table) -> list[dict[str, Any]]:
    """Distress signals of the tables (POSITIONS, OTHER), in time order, thinned to first and last.

    Each is {mmsi, t (aware), lat, lon, signal, text, nav_status, raw}; `signal` is beacon, status_14,
    sar_aircraft or safety_text; lat and lon None where not sent. Rows without a time are left out.
    """
    return thinned(every_signal(positions, other))


def every_signal(positions: pa.Table, other: pa.Table) -> list[dict[str, Any]]:
    """As `signals`, none left out."""
    return [*_reports(positions), *_texts(other)]


def thinned(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Signals in time order; of each train of like ones the first and the last.

    Where days are thinned one by one, a train that goes on over midnight keeps its ends there too.
    """
    rows = sorted(found, key=lambda s: (s["mmsi"], s["signal"], s["text"] or "", s["t"]))
    return sorted(_ends(rows), key=lambda s: (s["t"], s["mmsi"]))


def _reports(positions: pa.Table) -> Iterable[dict[str, Any]]:
    if not positions.num_rows:
        return
    mmsi = positions.column("mmsi")
    beacon = pa.scalar(False)
    for low, high in BEACONS:
        beacon = pc.or_kleene(beacon, pc.and_(pc.greater_equal(mmsi, low), pc.less_equal(mmsi, high)))
    active = pc.equal(positions.column("nav_status"), STATUS_ACTIVE)
    aircraft = pc.equal(positions.column("msg_type"), SAR_AIRCRAFT)
    wanted = pc.or_kleene(pc.or_kleene(beacon, active), aircraft)
    for row in positions.filter(pc.fill_null(wanted, False)).to_pylist():
        if row["t"] is None or row["mmsi"] is None:
            continue
        if any(low <= row["mmsi"] <= high for low, high in BEACONS):
            kind = "beacon"
        elif row["nav_status"] == STATUS_ACTIVE:
            kind = "status_14"
        else:
            kind = "sar_aircraft"
        yield _signal(row, kind, None, row["nav_status"])


def _texts(other: pa.Table) -> Iterable[dict[str, Any]]:
    if not other.num_rows:
        return
    wanted = pc.is_in(other.column("msg_type"), pa.array(SAFETY_TEXTS, pa.int8()))
    for row in other.filter(pc.fill_null(wanted, False)).to_pylist():
        if row["t"] is not None and row["mmsi"] is not None and row["text"]:
            yield _signal(row, "safety_text", row["text"], None)


def _signal(row: dict[str, Any], kind: str, text: str | None, status: int | None) -> dict[str, Any]:
    t: datetime = row["t"]
    raw = []
    if row.get("raw_sha256"):
        raw = [{"sha256": row["raw_sha256"], "offset": row["raw_offset"]}]
    return {
        "mmsi": row["mmsi"],
        "t": t.astimezone(UTC),
        "lat": row["lat"],
        "lon": row["lon"],
        "signal": kind,
        "text": text,
        "nav_status": status,
        "raw": raw,
    }


def _ends(found: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Of each train of like signals the first and the last; a text that changes is a signal of its own."""
    for i, s in enumerate(found):
        before = found[i - 1] if i else None
        after = found[i + 1] if i + 1 < len(found) else None
        if not (before and after and _same(before, s) and _same(s, after)):
            yield s


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return (
        all(a[k] == b[k] for k in ("mmsi", "signal", "text")) and (b["t"] - a["t"]).total_seconds() <= SAME_S
    )
