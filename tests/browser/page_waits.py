"""Waiting for pages whose policy forbids eval."""

from __future__ import annotations

import time
from typing import Any


def ready(page: Any) -> Any:
    """Waits until the page's scripts have done their first work."""
    until(page, "document.body?.dataset.ready === '1'", timeout_s=60)
    return page


def until(page: Any, expression: str, timeout_s: float = 30) -> None:
    """Waits until a JavaScript expression holds. The page's policy forbids eval, so its own wait cannot."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never became true: {expression}"
        page.wait_for_timeout(60)
