"""What time it is on a live feed: the world's time, or, when a file is played, the feed's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

AGREE: Final = timedelta(hours=1)
"""A feed whose reports are nearer to their arrival than this is live."""
WITNESSES: Final = 3
"""So many ships must have reached a time before a played feed's clock does: one wrong clock moves nothing."""
PAUSE: Final = timedelta(seconds=60)
"""After a silence this long the feed may be another one: its mode is judged again."""

Mode = Literal["live", "feed"]


class FeedClock:
    """Never runs backwards, except when a new feed begins after a pause."""

    def __init__(self) -> None:
        self.mode: Mode | None = None
        self.now: datetime | None = None
        self._arrived: datetime | None = None
        self._top: dict[int, datetime] = {}

    def hear(self, reports: Iterable[tuple[int, datetime]], arrived: datetime) -> bool:
        """Takes (ship, time) reports that arrived together. True: another feed began."""
        rows = list(reports)
        if not rows:
            return False
        began = self._arrived is None or arrived - self._arrived > PAUSE
        self._arrived = arrived
        if began:
            middle = sorted(t for _, t in rows)[len(rows) // 2]
            mode: Mode = "live" if abs(arrived - middle) <= AGREE else "feed"
            jumped = mode != self.mode or (mode == "feed" and self.now is not None and middle < self.now)
            began = self.mode is not None and jumped
            if jumped:
                self.mode, self.now, self._top = mode, None, {}
        else:
            began = False
        if self.mode == "live":
            self.now = arrived
            return began
        for ship, t in rows:
            if ship not in self._top or t > self._top[ship]:
                self._top[ship] = t
        self._top = dict(sorted(self._top.items(), key=lambda x: x[1])[-WITNESSES:])
        agreed = min(self._top.values()) if len(self._top) == WITNESSES else None
        if agreed is not None and (self.now is None or agreed > self.now):
            self.now = agreed
        return began
