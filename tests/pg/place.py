"""Where the stores of a test's home keep their records: in the home, or in databases of its own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def place_of(home: Path) -> dict[str, str]:
    """The environment of a home. Over PostgreSQL its stores have databases that no other home's share."""
    url = os.environ.get("HUANQIONG_DATABASE", "")
    if not url:
        return {"HUANQIONG_HOME": str(home)}
    own = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    return {
        "HUANQIONG_HOME": str(home),
        "HUANQIONG_DATABASE": f"{url.rsplit('/', 1)[0]}/hq_{own}_{{store}}",
    }
