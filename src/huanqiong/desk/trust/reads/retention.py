"""When the retention job ran last, and what it did: read from its own entry of the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.trust.models import LogEntry, Receipt


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """A run that came to its end. `as_of`: what was due then is gone. `destroyed`: records by class;
    `proposed`, `lapsed`: ids of holds; `blanked`: vessels' names.
    """

    as_of: datetime
    ended: datetime
    destroyed: dict[str, int]
    proposed: tuple[int, ...]
    lapsed: tuple[int, ...]
    blanked: int


def last_retention_run() -> RetentionRun | None:
    """The newest; None: none came to its end yet. By when it was written, not by what its clock said."""
    rows = LogEntry.objects.filter(act="retention.run").order_by("-id")
    newest = [row for q in (rows.filter(seq=None), rows.exclude(seq=None)) if (row := q.first()) is not None]
    if not newest:
        return None
    row = max(newest, key=lambda r: r.pk)
    did = json.loads(row.body)["details"]
    return RetentionRun(
        as_of=datetime.fromisoformat(did["as_of"]),
        ended=row.at,
        destroyed=dict(did["destroyed"]),
        proposed=tuple(did["proposed"]),
        lapsed=tuple(did["lapsed"]),
        blanked=int(did["blanked"]),
    )


def destroy_request(code: str, where: str, count: int, keys_sha256: str) -> str:
    """The id under which the entry for these rows or files is written, once."""
    return f"retention:{sha256_hex(canonical([code, where, count, keys_sha256]))}"


def destroyed_stands(code: str, where: str, count: int, keys_sha256: str) -> bool:
    """Whether the entry for these rows or files stands, of a run that was cut off before they were gone."""
    return Receipt.objects.filter(request_id=destroy_request(code, where, count, keys_sha256)).exists()
