"""The numbers of the log of sailings: `data/shore/shore.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from huanqiong import data


@dataclass(frozen=True, slots=True)
class ShoreRules:
    """One version of the file. Bands of severity are measured past the time due and the grace."""

    version: str
    same: timedelta
    ahead: timedelta
    late: timedelta
    look_back: timedelta
    again: timedelta
    crew_most: int
    due_h: tuple[int, ...]
    last: int
    grace: timedelta
    medium: timedelta
    high: timedelta


@cache
def shore_rules() -> ShoreRules:
    """The bundled rules."""
    d = data.toml("shore/shore.toml")
    log, page, overdue = d["log"], d["page"], d["overdue"]
    return ShoreRules(
        version=d["version"],
        same=timedelta(minutes=log["same_min"]),
        ahead=timedelta(minutes=log["ahead_min"]),
        late=timedelta(days=log["late_d"]),
        look_back=timedelta(days=log["look_back_d"]),
        again=timedelta(days=log["again_d"]),
        crew_most=log["crew_most"],
        due_h=tuple(page["due_h"]),
        last=page["last"],
        grace=timedelta(hours=overdue["grace_h"]),
        medium=timedelta(hours=overdue["medium_h"]),
        high=timedelta(hours=overdue["high_h"]),
    )
