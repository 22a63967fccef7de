"""Silences: no alerts about a subject and kind for a period of its behaviour."""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.models import Silence
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.standing import locked_alert


def _check(since: datetime, until: datetime, reason: str) -> None:
    longest = watch_policy().silence_max
    if not reason.strip():
        raise UsageError("A silence needs a reason: say in a few words why.")
    if until <= since:
        raise UsageError("A silence must end after it begins. Choose a later end.")
    if until - since > longest:
        raise UsageError(f"A silence lasts at most {longest.days} days. Choose an earlier end.")


def _add(
    a: Act,
    *,
    subject: str,
    mmsi: int | None,
    kind: str,
    since: datetime,
    until: datetime,
    reason: str,
) -> int:
    row = Silence(
        subject=subject,
        mmsi=mmsi,
        kind=kind,
        since=since,
        until=until,
        reason=reason,
        by=a.by,
        at=a.at,
    )
    row.save()
    a.subject = f"silence:{row.pk}"
    a.details |= {"of": subject, "kind": kind, "since": since, "until": until, "reason": Private(reason)}
    a.tell("silence", ids=[row.pk])
    a.result = row.pk
    return int(row.pk)


def silence(
    subject: str,
    kind: str,
    since: datetime,
    until: datetime,
    reason: str,
    *,
    by: Actor,
    mmsi: int | None = None,
    request_id: str | None = None,
) -> int:
    """Holds back alerts of `kind` ("" = every kind) on a subject for behaviour that ends within
    [since, until]. What outlasts it raises; distress is never held. Returns the silence's id.
    """
    _check(since, until, reason)
    asked = [subject, kind, since, until, reason, mmsi]
    with act("watch.silence", by=by, permission="watch.silence", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        return _add(
            a,
            subject=subject,
            mmsi=mmsi,
            kind=kind,
            since=since,
            until=until,
            reason=reason,
        )


def silence_alert(
    alert_id: int,
    until: datetime,
    reason: str,
    *,
    by: Actor,
    every_kind: bool = False,
    request_id: str | None = None,
) -> int:
    """Silences an alert's vessel and kind from the alert's end until `until` (time of behaviour)."""
    asked = [alert_id, until, reason, every_kind]
    with act("watch.silence", by=by, permission="watch.silence", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        alert = locked_alert(alert_id)
        if alert.distress:
            raise StateError(f"Alert {alert_id} is a distress: no silence covers it. Acknowledge it instead.")
        _check(alert.t1, until, reason)
        a.details["alert"] = alert_id
        a.tell("alert", ids=[alert_id])
        return _add(
            a,
            subject=alert.subject,
            mmsi=alert.mmsi,
            kind="" if every_kind else alert.kind,
            since=alert.t1,
            until=until,
            reason=reason,
        )


def lift_silence(silence_id: int, *, by: Actor, request_id: str | None = None) -> int:
    """Ends a silence; what it held back stays counted under it."""
    subject = f"silence:{silence_id}"
    with act(
        "watch.lift_silence", by=by, subject=subject, permission="watch.silence", request_id=request_id
    ) as a:
        if a.repeated:
            return silence_id
        row = Silence.objects.select_for_update().filter(pk=silence_id).first()
        if row is None:
            raise MissingError(f"There is no silence {silence_id}.")
        if row.lifted_at is not None:
            raise StateError(f"Silence {silence_id} was lifted already.")
        row.lifted_at, row.lifted_by = a.at, by
        row.save()
        a.tell("silence", ids=[row.pk])
    return silence_id
