"""Places and fixes the tests of reach share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from huanqiong.lines.sea.reach import Fix

T = dt.datetime(2026, 3, 1, 4, 0, tzinfo=dt.UTC)
OPEN = (8.0, -150.0)
"""No land within twelve hours of anything that floats."""


def fix(lat: float = OPEN[0], lon: float = OPEN[1], **known: Any) -> Fix:
    """A cargo ship making 12 kn eastward in the open ocean, unless told otherwise."""
    return Fix(lat, lon, T, **({"sog_kn": 12.0, "cog_deg": 90.0, "ship_type": 70} | known))
