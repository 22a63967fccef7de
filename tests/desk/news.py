"""News of the outbox with their places, as the stream's tail reads them."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from huanqiong.desk.trust import reads
from huanqiong.desk.trust.sequencer import sequence


def told(after: int = 0) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """Gives everything its place and returns the news behind a place."""
    with tempfile.TemporaryDirectory() as keys:
        sequence(Path(keys))
    return reads.outbox_after(after)


def told_upto() -> int:
    """The newest place."""
    told()
    return reads.outbox_end()
