"""Acts of the log of sailings: written once, set right by later entries; a device may send one twice."""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.registry.models import Boat, SailingEntry, Station
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.trust.access import scope_of
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.lines.names.fold import plain


def log_sailing(words: Sailing, *, by: Actor, now: datetime, request_id: str) -> int:
    """Files a departure or a return under the device's own id of it; `now` in the store's time. Gives its id.

    The same id again, by the same clerk and with the same words, gives the first entry, also when the receipt
    for it is gone. RefusedError: not this clerk's station. MissingError: no such boat or station.
    """
    return _write(words, by=by, now=now, request_id=request_id, about=None, void=False)


def correct_sailing(
    entry_id: int, words: Sailing, *, by: Actor, now: datetime, request_id: str, void: bool = False
) -> int:
    """Writes what should have stood there, or with `void` only that the entry was a mistake; the first stays.

    StateError where a later entry sets it right already: set that one right.
    """
    return _write(words, by=by, now=now, request_id=request_id, about=entry_id, void=void)


def _write(
    words: Sailing, *, by: Actor, now: datetime, request_id: str, about: int | None, void: bool
) -> int:
    if not request_id.strip():
        raise UsageError("A sailing needs the device's own id of it (request_id).")
    asked = [words.kind, words.station, words.boat, words.name, words.at, words.due_at, list(words.crew)]
    asked += [words.purpose, words.note, about, void]
    with act("sailing.log", by=by, permission="boats.log", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        words.require(now)
        if not scope_of(by, "boats.log").covers(unit=words.station):
            raise RefusedError(f"Your role does not hold at station {words.station}. Ask an administrator.")
        there = SailingEntry.objects.filter(request_id=request_id).first()
        if there is not None:
            _same(there, words, a.by.pk, about, void)
            a.idle, a.result = True, there.pk
            return there.pk
        first = _locked(about) if about is not None else None
        row = _row(words, first)
        row.by_id, row.made_at, row.request_id, row.about, row.void = a.by.pk, a.at, request_id, first, void
        row.save()
        a.subject = f"sailing:{row.pk}"
        a.details = {
            "sailing": row.kind, "station": words.station, "at": row.at, "due_at": row.due_at,
            "boat": row.boat.code if row.boat else "", "name": Private(row.name), "crew_n": len(row.crew),
            "crew": Private("; ".join(row.crew)), "words": Private(row.note), "skew_s": row.skew_s,
            "sets_right": about, "void": void,
        }  # fmt: skip
        a.tell("sailing", ids=[row.pk])
        a.result = row.pk
    return int(a.result)


def _same(there: SailingEntry, words: Sailing, by: int | None, about: int | None, void: bool) -> None:
    """StateError where the id stands for another entry."""
    stored = (there.by_id, there.kind, there.at, list(there.crew), there.about_id, there.void)
    if stored != (by, words.kind, words.at, [c.strip() for c in words.crew], about, void):
        raise StateError(f"Request {there.request_id!r} was already used for another entry. Use a new id.")


def _locked(entry_id: int) -> SailingEntry:
    row = SailingEntry.objects.select_for_update(of=("self",)).filter(pk=entry_id).first()
    if row is None:
        raise MissingError(f"There is no entry {entry_id} in the log of sailings.")
    if later := row.later.first():
        raise StateError(f"Entry {entry_id} was set right by entry {later.pk}: set that one right.")
    if row.void:
        raise StateError(f"Entry {entry_id} only takes another back. Write a new entry instead.")
    return row


def _row(words: Sailing, first: SailingEntry | None) -> SailingEntry:
    station = Station.objects.filter(code=words.station).first()
    if station is None:
        raise MissingError(f"There is no station {words.station!r}. It may be of another store.")
    boat = None
    if words.boat:
        boat = Boat.objects.filter(code=words.boat).first()
        if boat is None:
            raise MissingError(
                f"There is no boat {words.boat!r} in the register. It may be of another store."
            )
    else:  # typed by a device whose copy of the register is older than ours
        boat = Boat.objects.filter(plain=plain(words.name)).first()
    if first is not None and (first.kind, first.station_id) != (words.kind, station.pk):
        raise UsageError(
            "A correction is of the same kind and station. Take the entry back and write a new one."
        )
    name = boat.name if boat is not None else words.name.strip()
    return SailingEntry(
        kind=words.kind, boat=boat, name=name, plain=plain(name), station=station, at=words.at,
        due_at=words.due_at, crew=[c.strip() for c in words.crew], purpose=words.purpose,
        note=words.note.strip(), skew_s=words.skew_s,
    )  # fmt: skip
