"""This process's live desk, where `serve` started one."""

from __future__ import annotations

import sys
from typing import Any


def live_desk() -> Any:
    """The running `flows.sea_live.LiveDesk`, or None.

    Looked up, not imported: a process without a feed need not load the detectors (seconds of Numba).
    """
    module = sys.modules.get("huanqiong.flows.sea_live")
    return module.current() if module is not None and hasattr(module, "current") else None
