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
    severities: tuple[int, int, int]
    track_after: timedelta
    track_offshore_nm: float
    track_speed_kn: float
    track_fix_h: float
    track_severity: int


@cache
def shore_rules() -> ShoreRules:
    """The bundled rules."""
    d = data.toml("shore/shore.toml")
    log, page, overdue, track = d["log"], d["page"], d["overdue"], d["against_track"]
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
        severities=tuple(overdue["severities"]),
        track_after=timedelta(minutes=track["after_min"]),
        track_offshore_nm=track["offshore_nm"],
        track_speed_kn=track["speed_kn"],
        track_fix_h=track["fix_h"],
        track_severity=track["severity"],
    )
