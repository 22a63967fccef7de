"""What time it is on a live feed: the world's time, or, when a file is played, the feed's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np

from huanqiong.core.units import US

AGREE_US: Final = 3600 * US
"""A feed whose reports are nearer to their arrival than this is live."""
WITNESSES: Final = 3
"""So many ships must have reached a time before a played feed's clock does: two wrong clocks move nothing."""
PAUSE: Final = timedelta(seconds=60)
"""After a silence this long the feed may be another one. So long, too, a feed waits for its third ship."""
JUMP_US: Final = 86_400 * US
"""Reports this far from the clock are another recording's, as in `feed.net.replay`."""

Mode = Literal["live", "feed"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FeedClock:
    """Never runs backwards, except when another feed begins: after a pause, or a day away and more.

    `mode` and `now` are None until three ships, or those heard within a minute, tell what the feed is.
    """

    def __init__(self) -> None:
        self.mode: Mode | None = None
        self.now: datetime | None = None
        self._now_us = 0
        self._arrived: datetime | None = None
        self._began: datetime | None = None
        self._top: dict[int, int] = {}
        self._strange: dict[int, int] = {}

    def hear(self, ships: np.ndarray, t_us: np.ndarray, arrived: datetime) -> bool:
        """Takes reports that came together: int64[n] ships and times (us UTC). True: another feed began."""
        if not len(ships):
            return False
        order = np.argsort(t_us, kind="stable")
        newest = dict(zip(ships[order].tolist(), t_us[order].tolist(), strict=True))
        paused = self._arrived is not None and arrived - self._arrived > PAUSE
        self._arrived = arrived
        if self.mode is None:
            return self._judge(newest, arrived)
        if self.mode == "live":
            self.now, self._now_us = arrived, _us(arrived)
        if paused and self._is_another(newest, arrived):
            return self._again(newest, arrived)
        near = {s: t for s, t in newest.items() if abs(t - self._now_us) <= JUMP_US}
        self._strange = {} if near else {**self._strange, **newest}
        if len(self._strange) >= WITNESSES:
            return self._again(self._strange, arrived)
        if self.mode == "feed":
            self._advance(near, arrived)
        return False

    def _judge(self, newest: dict[int, int], arrived: datetime) -> bool:
        """Says what the feed is once enough ships were heard."""
        self._began = self._began or arrived
        for ship, t in newest.items():
            self._top[ship] = max(t, self._top.get(ship, t))
        if len(self._top) >= WITNESSES or arrived - self._began >= PAUSE:
            self.mode = _mode(self._top, arrived)
            if self.mode == "live":
                self.now, self._now_us = arrived, _us(arrived)
            else:
                self._advance({}, arrived)
        return False

    def _is_another(self, newest: dict[int, int], arrived: datetime) -> bool:
        if _mode(newest, arrived) != self.mode:
            return True
        return self.mode == "feed" and _middle(newest) < self._now_us

    def _again(self, newest: dict[int, int], arrived: datetime) -> bool:
        """Begins anew with another feed's first reports."""
        self.mode, self.now, self._began = None, None, None
        self._top, self._strange = {}, {}
        self._judge(newest, arrived)
        return True

    def _advance(self, near: dict[int, int], arrived: datetime) -> None:
        for ship, t in near.items():
            self._top[ship] = max(t, self._top.get(ship, t))
        self._top = dict(sorted(self._top.items(), key=lambda x: x[1])[-WITNESSES:])
        waited = self._began is not None and arrived - self._began >= PAUSE
        if self._top and (len(self._top) == WITNESSES or waited):
            agreed = min(self._top.values())
            if self.now is None or agreed > self._now_us:
                self._now_us, self.now = agreed, _EPOCH + timedelta(microseconds=agreed)


def _mode(newest: dict[int, int], arrived: datetime) -> Mode:
    return "live" if abs(_us(arrived) - _middle(newest)) <= AGREE_US else "feed"


def _middle(newest: dict[int, int]) -> int:
    return sorted(newest.values())[len(newest) // 2]


def _us(t: Any) -> int:
    return int((t - _EPOCH) // timedelta(microseconds=1))
