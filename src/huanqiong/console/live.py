"""This process's live picture: a desk of its own (`hq serve`), or a copy of the feed's process (`hq up`)."""

from __future__ import annotations

import sys
from typing import Any

_ROOMS = ("huanqiong.flows.sea_live", "huanqiong.flows.sea_mirror")


def live_desk() -> Any:
    """The running `flows.sea_live.LiveDesk` or `flows.sea_mirror.Mirror`, or None.

    Looked up, not imported: a process without a feed need not load the detectors (seconds of Numba).
    """
    for name in _ROOMS:
        module = sys.modules.get(name)
        desk = module.current() if module is not None and hasattr(module, "current") else None
        if desk is not None:
            return desk
    return None
