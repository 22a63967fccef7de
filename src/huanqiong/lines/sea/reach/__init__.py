"""Where a vessel can be in some hours, and which unit reaches her first and where (docs/reach.md)."""

from __future__ import annotations

from huanqiong.lines.sea.reach.fix import Fix, Habits
from huanqiong.lines.sea.reach.intercept import intercept
from huanqiong.lines.sea.reach.norms import Norms, bundled_norms, read_norms
from huanqiong.lines.sea.reach.units import Meeting, Place, Unit
from huanqiong.lines.sea.reach.whereabouts import HOURS, LEVELS, Region, region, regions

__all__ = [
    "HOURS",
    "LEVELS",
    "Fix",
    "Habits",
    "Meeting",
    "Norms",
    "Place",
    "Region",
    "Unit",
    "bundled_norms",
    "intercept",
    "read_norms",
    "region",
    "regions",
    "warm",
]


def warm() -> None:
    """Compiles this room's kernels by asking for one region."""
    import datetime as dt

    from huanqiong.core.geography import load_geography

    region(Fix(20.1, 110.2, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 5.0, 90.0), 1.0, load_geography().coast)
