"""How long each class of records is kept: read from `data/retention/classes.toml`, which says why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Final

from huanqiong import data
from huanqiong.core.box import Box
from huanqiong.core.errors import UsageError
from huanqiong.desk.trust.purposes import Basis

ACTIONS: Final = ("delete", "review")
"""What happens on the date: the job destroys, or it names the record and a person decides."""


@dataclass(frozen=True, slots=True)
class KeptClass:
    """A class of records. `tables`, `lake`, `files`: where they lie. `rows`: the table whose rows go one by
    one, and the columns its start is read from (the first that is not null); None: a rule of its own.
    `acts`: of salts, beginnings of the acts' codes; empty: all that no other class names.
    """

    code: str
    zh: str
    en: str
    start: tuple[str, str]
    period: timedelta
    action: str
    basis: tuple[Basis, ...]
    own: str
    tables: tuple[str, ...] = ()
    lake: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    rows: tuple[str, tuple[str, ...]] | None = None
    acts: tuple[str, ...] = ()

    def due(self, start: datetime, now: datetime) -> bool:
        """Whether a record whose period began at `start` has reached its date."""
        return start + self.period <= now


@dataclass(frozen=True, slots=True)
class RetentionBook:
    """One version of the table. `kept`: what the job never touches, and why. `daily_at`: China's time."""

    version: str
    kinds: frozenset[str]
    daily_at: time
    classes: dict[str, KeptClass]
    kept: dict[str, str]
    small_below_m: int
    small_msg_types: tuple[int, ...]
    evidence_before: timedelta
    evidence_after: timedelta
    around_m: float
    context_before: timedelta
    context_after: timedelta
    provisional: timedelta


@cache
def retention_book() -> RetentionBook:
    """The bundled table; a class without basis, period or known action stops the start (UsageError)."""
    return book_of(data.toml("retention/classes.toml"))


def book_of(d: dict[str, Any]) -> RetentionBook:
    """A table as read from TOML; UsageError names the class that is not whole."""
    e, c = d["evidence"], d["context"]
    return RetentionBook(
        version=d["version"],
        kinds=frozenset(d["applies"]["kinds"]),
        daily_at=d["run"]["daily_at"],
        classes={code: _class(code, rule) for code, rule in d["classes"].items()},
        kept=dict(d["kept"]),
        small_below_m=int(d["small_boat"]["length_below_m"]),
        small_msg_types=tuple(d["small_boat"]["msg_types"]),
        evidence_before=timedelta(hours=e["before_h"]),
        evidence_after=timedelta(hours=e["after_h"]),
        around_m=1852.0 * c["around_nm"],
        context_before=timedelta(hours=c["before_h"]),
        context_after=timedelta(hours=c["after_h"]),
        provisional=timedelta(days=c["provisional_d"]),
    )


def _class(code: str, d: dict[str, Any]) -> KeptClass:
    if not d.get("basis") or not d.get("own") or d.get("period_d", 0) <= 0 or d.get("action") not in ACTIONS:
        raise UsageError(
            f"retention/classes.toml: {code} needs a basis, a reason of its own, a period above 0 days and "
            f"an action ({', '.join(ACTIONS)})."
        )
    if not (d.get("tables") or d.get("lake") or d.get("files")):
        raise UsageError(f"retention/classes.toml: {code} says not where its records lie.")
    rows = d.get("rows")
    return KeptClass(
        code=code,
        zh=d["zh"],
        en=d["en"],
        start=(d["start"]["zh"], d["start"]["en"]),
        period=timedelta(days=d["period_d"]),
        action=d["action"],
        basis=tuple(Basis(b["law"], int(b["article"]), b["words"]) for b in d["basis"]),
        own=d["own"],
        tables=tuple(d.get("tables", ())),
        lake=tuple(d.get("lake", ())),
        files=tuple(d.get("files", ())),
        rows=(rows["table"], tuple(rows["from"])) if rows else None,
        acts=tuple(d.get("acts", ())),
    )


_SUBJECT: Final = re.compile(r"(alert:\d{1,15}|vessel:v-[0-9a-f]+|device:\S{1,40}|person:p-[0-9a-f]+)?")


def check_hold(
    subject: str, since: datetime | None, until: datetime | None, box: Box | None, reason: str
) -> None:
    """Returns where such a hold says clearly what must stay; UsageError names what is wrong."""
    if not _SUBJECT.fullmatch(subject):
        raise UsageError(
            f"{subject!r} is no subject of a hold: alert:12, vessel:v-…, device:412000001, person:p-…."
        )
    if not reason.strip():
        raise UsageError("A hold needs a reason.")
    if not subject and (box is None or since is None or until is None):
        raise UsageError("A hold names a subject, or waters (west, south, east, north) with a time.")
    for t in (since, until):
        if t is not None and t.tzinfo is None:
            raise UsageError("A hold's time has no time zone. Give it with one.")
    if since is not None and until is not None and until <= since:
        raise UsageError("A hold's time ends before it begins.")
    if box is not None and not (-180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90):
        raise UsageError("Waters are given as west, south, east, north in degrees, west before east.")


def hold_scope(
    subject: str, since: datetime | None, until: datetime | None, box: Box | None
) -> dict[str, Any]:
    """What a request for `hold.set` names as its scope: the hold itself, no more and no less.

    Each side of the box has its name: a list would let the same numbers stand for other waters.
    """
    return {
        "subject": subject,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "box": dict(zip(("west", "south", "east", "north"), map(str, box), strict=True)) if box else None,
    }
