"""A made morning off Hainan in which every kind happens once, as sentences and as a table."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pyarrow as pa

from huanqiong.core.schema import POSITIONS, T, conform
from huanqiong.feed.net.encode import position_sentences, tagged

START = datetime(2026, 5, 1, 0, tzinfo=UTC)
T0 = int(START.timestamp()) * 1_000_000
MIN = 60_000_000
SILENT, LOST, BEACON = 412_000_007, 412_000_008, 970_000_001
MEET = (17.30, 109.00)
Rows = list[tuple[int, int, float, float, float, float, int]]
"""(mmsi, t us, lat, lon, sog, cog, nav status)"""


def sail(
    mmsi: int, start: int, minutes: int, lat: float, lon: float, sog: float, cog: float, step: int = 2
) -> Rows:
    """A straight course from minute `start`, a row every `step` minutes."""
    rows = []
    for m in range(0, minutes + 1, step):
        d = sog * m / 3600.0
        x = lon + d * math.sin(math.radians(cog)) / math.cos(math.radians(lat))
        y = lat + d * math.cos(math.radians(cog))
        rows.append((mmsi, T0 + (start + m) * MIN, y, x, sog, cog, 0))
    return rows


def before_noon() -> Rows:
    """Five hours: one ship falls silent for good, one for three hours, two meet, one races, one calls."""
    rows: Rows = []
    for k in range(4):  # ships that go on reporting all around
        rows += sail(412_001_000 + k, 0, 300, 17.60 + 0.03 * k, 109.60, 4.0, 90.0)
    rows += sail(SILENT, 0, 60, 17.62, 109.62, 5.0, 90.0)
    rows += sail(LOST, 0, 60, 17.66, 109.60, 5.0, 90.0)
    rows += sail(LOST, 240, 20, 17.66, 109.80, 5.0, 90.0)
    for k in range(2):  # they meet, in a zone
        rows += sail(412_002_000 + k, 0, 150, MEET[0] + 0.001 * k, MEET[1], 0.2, 90.0)
    rows += sail(412_003_000, 100, 6, 19.70, 111.02, 30.0, 0.0, step=1)  # fast off Wenchang
    port = (18.235, 109.493)  # Sanya
    rows += sail(412_004_000, 0, 30, port[0] - 0.09, port[1], 10.0, 0.0)
    rows += sail(412_004_000, 32, 120, *port, 0.0, 0.0)
    rows += sail(412_004_000, 154, 30, *port, 10.0, 180.0)
    rows += [(BEACON, T0 + (200 + m) * MIN, 17.7, 109.9, 0.0, 0.0, 14) for m in range(3)]
    return rows


def afternoon() -> Rows:
    """What came later: the silent ship is back, the others still there."""
    rows = sail(SILENT, 300, 60, 17.62, 109.90, 5.0, 90.0)
    for k in range(4):
        rows += sail(412_001_000 + k, 302, 60, 17.60 + 0.03 * k, 109.95, 4.0, 90.0)
    return rows


def table(rows: Rows) -> pa.Table:
    """The rows as positions, in the order of time."""
    columns = list(zip(*sorted(rows, key=lambda r: (r[1], r[0])), strict=True))
    names = ("mmsi", "t", "lat", "lon", "sog_kn", "cog_deg", "nav_status")
    data = dict(zip(names, (list(c) for c in columns), strict=True))
    data["t"] = pa.array(data["t"], pa.int64()).cast(T)
    return conform(pa.table(data), POSITIONS)


def sentences(rows: Rows) -> bytes:
    """The rows as a station would have written them, with tag blocks."""
    positions = table(rows)
    lines = position_sentences(positions)
    times = positions.column("t").cast(pa.int64()).to_pylist()
    return b"".join(tagged(s, t, "r1") for s, t in zip(lines, times, strict=True) if s is not None)


def csv(rows: Rows) -> bytes:
    """The rows as a table of another supplier."""
    out = ["mmsi,t,lat,lon,sog,cog"]
    for mmsi, t, lat, lon, sog, cog, _ in sorted(rows, key=lambda r: r[1]):
        when = datetime.fromtimestamp(t / 1_000_000, UTC).isoformat()
        out.append(f"{mmsi},{when},{lat:.6f},{lon:.6f},{sog},{cog}")
    return ("\n".join(out) + "\n").encode()
