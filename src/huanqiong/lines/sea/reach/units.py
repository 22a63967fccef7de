"""Units that can be sent, and what a meeting of one with her looks like."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from huanqiong.core.errors import InputError
from huanqiong.core.verdict import Reason

UnitKind = Literal["boat", "aircraft", "post"]
KINDS: Final = ("boat", "aircraft", "post")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: where it is, knots it makes, minutes until it leaves. A post (road post, station) only waits.

    `sees_m`: how near she must come to a post to be met there. InputError: a value no unit can have.
    """

    code: str
    kind: UnitKind
    lat: float
    lon: float
    speed_kn: float = 0.0
    ready_min: float = 0.0
    sees_m: float = 3_000.0

    def __post_init__(self) -> None:
        where = f"unit {self.code}"
        if self.kind not in KINDS:
            raise InputError(f"kind {self.kind!r}", where=where, remedy=f"Give one of {', '.join(KINDS)}")
        if not (abs(self.lat) <= 80 and -180 <= self.lon <= 180):
            raise InputError("no place this works for", where=where, remedy="Give degrees within 80 N or S")
        if not (0 <= self.speed_kn <= 1_000 and 0 <= self.ready_min <= 10_080 and self.sees_m >= 0):
            raise InputError(
                "a speed, delay or range no unit has", where=where, remedy="Correct the register"
            )
        if self.kind != "post" and self.speed_kn <= 0:
            raise InputError("no speed", where=where, remedy="Give knots, or enter it as a post")


@dataclass(frozen=True, slots=True)
class Place:
    """A time and a place, and the unit's way there in metres."""

    t: dt.datetime
    lat: float
    lon: float
    way_m: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one unit can do about her.

    `meets`: where it first can meet her if she holds course and speed; None: it cannot. `ahead`: where it
    first stands on her course before the 80 % region comes there; None: nowhere, or no region was given.
    """

    unit: Unit
    meets: Place | None
    ahead: Place | None
    reasons: tuple[Reason, ...]
