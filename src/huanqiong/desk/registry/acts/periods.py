"""Acts of the calendar: an officer declares a period of weather, moves its end, ends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.registry.calendar import PERIOD_KINDS, Period
from huanqiong.desk.registry.periods import Shelter
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor

LONGEST: Final = timedelta(days=14)
"""No period is longer; a longer one is another, declared anew by somebody who looked."""


def declare_period(
    kind: str,
    name: str,
    begins_at: datetime,
    ends_at: datetime,
    source: str,
    shelters: Iterable[Shelter],
    *,
    by: Actor,
    request_id: str | None = None,
) -> int:
    """Declares a period of weather in the store's time; `source`: the bulletin. Returns its id.

    UsageError for another kind, no name, no bulletin, an end before the beginning or too late.
    """
    allow(by, "calendar.declare")
    if kind not in PERIOD_KINDS:
        raise UsageError(f"A period is of {', '.join(PERIOD_KINDS)}, not {kind!r}.")
    if not name.strip() or not source.strip():
        raise UsageError("A period needs a name and the bulletin it rests on.")
    _check(begins_at, ends_at)
    asked = [kind, name, begins_at, ends_at, source]
    with act(
        "calendar.declare", by=by, permission="calendar.declare", asked=asked, request_id=request_id
    ) as a:
        if a.repeated:
            return int(a.result)
        row = Period(
            kind=kind,
            name=name.strip(),
            begins_at=begins_at,
            ends_at=ends_at,
            source=source.strip(),
            shelters=[asdict(s) for s in shelters],
            declared_by_id=by.pk,
            declared_at=a.at,
        )
        row.save()
        a.subject = f"period:{row.pk}"
        a.details = {
            "weather": kind, "name": row.name, "since": begins_at, "until": ends_at, "bulletin": row.source,
        }  # fmt: skip
        a.tell("period", ids=[row.pk])
        a.result = row.pk
    return int(a.result)


def move_period_end(period_id: int, ends_at: datetime, source: str, *, by: Actor) -> None:
    """Another planned end, by another bulletin. StateError where it has ended."""
    if not source.strip():
        raise UsageError("Another end needs the bulletin it rests on.")
    with act("calendar.move_end", by=by, permission="calendar.declare", subject=f"period:{period_id}") as a:
        row = _open(period_id)
        _check(row.begins_at, ends_at)
        a.details = {"was": row.ends_at, "until": ends_at, "bulletin": source.strip()}
        row.ends_at, row.source = ends_at, source.strip()
        row.save()
        a.tell("period", ids=[row.pk])


def end_period(period_id: int, at: datetime, *, by: Actor) -> None:
    """It is over at `at`, the store's time. StateError where it ended before or has not begun."""
    with act("calendar.end", by=by, permission="calendar.declare", subject=f"period:{period_id}") as a:
        row = _open(period_id)
        row.ended_at, row.ended_by_id = max(at, row.begins_at), by.pk
        row.save()
        a.details = {"until": row.ended_at}
        a.tell("period", ids=[row.pk])


def _check(begins_at: datetime, ends_at: datetime) -> None:
    if ends_at <= begins_at:
        raise UsageError("A period must end after it begins. Choose a later end.")
    if ends_at - begins_at > LONGEST:
        raise UsageError(f"A period lasts at most {LONGEST.days} days: declare another when it is due.")


def _open(period_id: int) -> Period:
    row = Period.objects.select_for_update(of=("self",)).filter(pk=period_id).first()
    if row is None:
        raise MissingError(f"There is no period {period_id}.")
    if row.ended_at is not None:
        raise StateError("This period has ended.")
    return row
