"""A verdict: what a detector found on a subject, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One measured value that led to a verdict.

    `code` names a text in `data/reasons`; `value` is what was measured and `limit` what it was held
    against, both in `unit`; `source` says where the limit comes from. None: not applicable.
    """

    code: str
    value: float | int | str | None
    limit: float | int | str | None = None
    unit: str | None = None
    source: str | None = None


def reasons_json(reasons: Iterable[Reason]) -> str:
    """The reasons as the JSON list an events table carries, in a canonical form."""
    return json.dumps([asdict(r) for r in reasons], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def reasons_from(text: str) -> list[Reason]:
    """Reads back what `reasons_json` wrote."""
    return [Reason(**r) for r in json.loads(text)]
