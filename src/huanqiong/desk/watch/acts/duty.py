"""Acts of the duty log: written once, corrected and added to by later entries, an alert started from one."""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.acts.raising import add_report
from huanqiong.desk.watch.duty import Words
from huanqiong.desk.watch.models import Alert, DutyEntry


def write_entry(
    words: Words,
    *,
    by: Actor,
    now: datetime,
    alert: int | None = None,
    request_id: str | None = None,
) -> int:
    """Files an entry; `now` is the store's time, past which nothing can have happened. Returns its id.

    MissingError where the alert is not there; StateError for a time to come.
    """
    return _write(words, by=by, now=now, alert=alert, request_id=request_id)


def correct_entry(
    entry_id: int, words: Words, *, by: Actor, now: datetime, request_id: str | None = None
) -> int:
    """Writes what should have stood there; the first entry stays as it is. StateError where a later one
    corrects it already: correct that one."""
    return _write(words, by=by, now=now, about=(entry_id, "corrects"), request_id=request_id)


def add_to_entry(
    entry_id: int, words: Words, *, by: Actor, now: datetime, request_id: str | None = None
) -> int:
    """Adds to an entry: what came after, or another source of the same report."""
    return _write(words, by=by, now=now, about=(entry_id, "adds"), request_id=request_id)


def start_alert(
    entry_id: int,
    severity: int,
    *,
    by: Actor,
    mmsi: int | None = None,
    request_id: str | None = None,
) -> int:
    """Starts an alert of kind `report` from an entry, on a vessel or on nobody known; returns its id.

    StateError where the entry is tied to an alert already; UsageError for a severity but 1 to 3.
    """
    if severity not in (1, 2, 3):
        raise UsageError("Severity is 1, 2 or 3.")
    asked = [entry_id, severity, mmsi]
    with act("duty.alert", by=by, permission="watch.log", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        first = _locked(entry_id)
        if first.alert_id is not None:
            raise StateError(f"Entry {entry_id} is tied to alert {first.alert_id} already.")
        reason = {"code": f"report_{first.how}", "value": first.what[:300], "limit": None, "unit": None}
        alert = add_report(
            a, f"duty:{entry_id}", mmsi, first.happened_at, first.lat, first.lon, severity, reason
        )
        first.alert = alert  # its words stay as they are; which alert they started is named once
        first.save(update_fields=["alert"])
        a.subject, a.details = f"alert:{alert.pk}", {"entry": entry_id, "severity": severity}
        a.tell("duty", ids=[entry_id])
        a.result = alert.pk
    return int(a.result)


def _write(
    words: Words,
    *,
    by: Actor,
    now: datetime,
    alert: int | None = None,
    about: tuple[int, str] | None = None,
    request_id: str | None = None,
) -> int:
    words.require()
    if words.happened_at > now:
        raise StateError("An entry tells what happened: its time lies ahead of the clock.")
    asked = [words.what, words.happened_at, words.how, words.who, alert, about]
    with act("duty.write", by=by, permission="watch.log", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        tied = None
        if alert is not None and (tied := Alert.objects.filter(pk=alert).first()) is None:
            raise MissingError(f"There is no alert {alert}. It may be of another store.")
        first = None
        if about is not None:
            first = _locked(about[0])
            if about[1] == "corrects" and (later := first.later.filter(relation="corrects").first()):
                raise StateError(f"Entry {first.pk} was corrected by entry {later.pk}: correct that one.")
            tied = first.alert
        row = _row(a, words, about=(first, about[1]) if first is not None and about else None, alert=tied)
        row.save()
        a.subject = f"duty:{row.pk}"
        a.details = {
            "how": row.how, "at": row.happened_at, "alert": row.alert_id, "call": row.call,
            "relation": row.relation, "of": first.pk if first else None, "words": Private(row.what),
        }  # fmt: skip
        a.tell("duty", ids=[row.pk])
        if row.alert_id is not None:
            a.tell("alert", ids=[row.alert_id])
        a.result = row.pk
    return int(a.result)


def _locked(entry_id: int) -> DutyEntry:
    row = DutyEntry.objects.select_for_update(of=("self",)).filter(pk=entry_id).first()
    if row is None:
        raise MissingError(f"There is no entry {entry_id} in the duty log.")
    return row


def _row(a: Act, words: Words, *, about: tuple[DutyEntry, str] | None, alert: Alert | None) -> DutyEntry:
    return DutyEntry(
        happened_at=words.happened_at,
        made_at=a.at,
        by_id=a.by.pk,
        how=words.how,
        who=words.who.strip(),
        also=[{"how": how, "who": who.strip()} for how, who in words.also],
        what=words.what.strip(),
        where=words.where.strip(),
        lat=words.lat,
        lon=words.lon,
        call=words.call,
        channel=words.channel.strip(),
        alert=alert,
        about=about[0] if about else None,
        relation=about[1] if about else "",
    )
