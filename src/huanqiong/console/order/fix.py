"""Where a vessel was last heard, at the store's clock: the open store's lake with its live feed."""

from __future__ import annotations

from datetime import datetime

from huanqiong.console.house import house
from huanqiong.console.live import live_desk
from huanqiong.flows.last_fix import LastFix
from huanqiong.flows.last_fix import last_fix as find


def last_fix(mmsi: int, at: datetime) -> LastFix | None:
    """The vessel's last report up to `at`; None where none was heard for two days."""
    desk = live_desk()
    return find(house().picture, mmsi, at, desk.now if desk else None)
