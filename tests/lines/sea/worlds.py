"""Small made worlds for the kernels' tests: they sail, stop, meet, fall silent, glitch and share numbers."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from huanqiong.core.schema import T

T0 = 1_700_000_000 // 3600 * 3600 * 1_000_000
MIN = 60_000_000
HOUR = 60 * MIN


def table(rows: list[tuple[int, int, float, float, float | None, float | None]]) -> pa.Table:
    """Positions from (mmsi, t us, lat, lon, sog, cog)."""
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 6
    return pa.table(
        {
            "mmsi": pa.array(columns[0], pa.int64()),
            "t": pa.array(columns[1], pa.int64()).cast(T),
            "lat": pa.array(columns[2], pa.float64()),
            "lon": pa.array(columns[3], pa.float64()),
            "sog_kn": pa.array(columns[4], pa.float32()),
            "cog_deg": pa.array(columns[5], pa.float32()),
        }
    )


def sail(
    mmsi: int, t: int, lat: float, lon: float, sog: float, cog: float, minutes: int, step: int = 2
) -> list[tuple[int, int, float, float, float | None, float | None]]:
    """A straight course, a row every `step` minutes."""
    rows = []
    for m in range(0, minutes + 1, step):
        d = sog * m / 3600.0
        y = lat + d * math.cos(math.radians(cog))
        x = lon + d * math.sin(math.radians(cog)) / math.cos(math.radians(lat))
        rows.append((mmsi, t + m * MIN, y, x, sog, cog))
    return rows


def busy_sea(seed: int, ships: int = 14) -> pa.Table:
    """Hours of traffic south of Hainan with every behaviour the kernels know, glitches and doubles."""
    r = np.random.default_rng(seed)
    rows: list[tuple[int, int, float, float, float | None, float | None]] = []
    for k in range(ships):
        mmsi = 412_000_000 + (k if k != 5 else 4)  # two ships on one number
        t = T0 + int(r.integers(0, 3 * 60)) * MIN
        lat, lon = 17.9 + r.uniform(-0.3, 0.35), 109.4 + r.uniform(-0.5, 0.5)
        for _ in range(int(r.integers(2, 7))):
            what, minutes = int(r.integers(0, 6)), int(r.integers(10, 260))
            step = int(r.choice([1, 2, 3, 6, 10, 20]))
            sog, cog = float(np.float32(r.uniform(4, 32))), float(np.float32(r.uniform(0, 360)))
            if what == 0:
                t += int(r.integers(20, 700)) * MIN
                continue
            if what == 1:
                sog = float(np.float32(r.choice([0.0, 0.1, 0.3, 0.8, 1.6])))
            if what == 2:
                lat, lon = 17.9, 109.4 + 0.002 * k  # all meet here
                sog = float(np.float32(r.choice([0.0, 0.2, 1.0])))
            leg = sail(mmsi, t, lat, lon, sog, cog, minutes, step)
            if what == 3 and len(leg) > 4:
                at = int(r.integers(1, len(leg)))
                m, when, y, x, v, c = leg[at]
                leg[at] = (m, when, y + r.choice([0.02, 0.08, 3.0]), x, v, c)
            if what == 4:
                leg = [
                    (m, w, y, x, None, None) if r.random() < 0.2 else (m, w, y, x, v, c)
                    for m, w, y, x, v, c in leg
                ]
            if what == 5:
                leg += [leg[int(i)] for i in r.integers(0, len(leg), 3)]
                leg += [(m, w + 700_000, y, x, v, c) for m, w, y, x, v, c in leg[:2]]
            rows += leg
            lat, lon, t = (
                leg[-1][2] if abs(leg[-1][2]) < 21 else 18.0,
                leg[-1][3],
                max(x[1] for x in leg) + MIN,
            )
    return table(rows)
