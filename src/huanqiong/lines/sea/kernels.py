"""The sea line's kernels as other rooms use them: `Archive`, `Live`, `detect_archive`; `warm` compiles all.

Both ways give the same final events for the same positions: the rules are in docs/detectors.md.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from huanqiong.core.geography.geography import load_geography
from huanqiong.core.profile import load_profile
from huanqiong.core.schema import T
from huanqiong.lines.sea.archive import Archive, detect_archive
from huanqiong.lines.sea.fold import KINDS, Kernels
from huanqiong.lines.sea.live import Live, event_id
from huanqiong.lines.sea.zone import Zone, zones_from_geojson

__all__ = [
    "KINDS",
    "Archive",
    "Kernels",
    "Live",
    "Zone",
    "detect_archive",
    "event_id",
    "warm",
    "zones_from_geojson",
]


def warm() -> None:
    """Compiles every kernel by running it on an hour of two ships that meet off Sanya."""
    minutes = np.arange(0, 600, 10)
    n = len(minutes)
    t = np.concatenate([minutes, minutes]) * 60_000_000 + 1_700_000_400_000_000
    table = pa.table(
        {
            "mmsi": np.repeat([412_000_001, 412_000_002], n),
            "t": pa.array(t).cast(T),
            "lat": np.concatenate([np.linspace(18.20, 18.21, n), np.linspace(18.2001, 18.2101, n)]),
            "lon": np.full(2 * n, 109.45),
            "sog_kn": np.full(2 * n, 0.5, dtype=np.float32),
            "cog_deg": np.zeros(2 * n, dtype=np.float32),
        }
    )
    zone = Zone("warm", "warm", shapely.box(109.0, 18.0, 110.0, 19.0))
    geography = load_geography()
    for name in ("gfw", "hainan"):
        live = Live(load_profile(name), geography, [zone])
        live.feed(table, int(t.max()), int(t.min()) + 3_600_000_000)
        live.finish(int(t.max()) + 36_000_000_000)
