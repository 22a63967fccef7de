"""Acts of a person on an alert: claim, release, judge, close, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.acts.frozen import freeze
from huanqiong.desk.watch.acts.shifts import on_shift
from huanqiong.desk.watch.models import JUDGEMENTS, Alert, Judgement, Release
from huanqiong.desk.watch.standing import detector, locked_alert, require

Shown = Mapping[str, Any] | None


def touch(a: Act, alert: Alert) -> None:
    """Saves the alert with its time of change and tells the stream."""
    alert.changed_at = a.at
    alert.save()
    a.tell("alert", ids=[alert.pk])
    a.details["state"] = alert.state


def _require_mine(alert: Alert, by: Actor) -> None:
    if alert.claimed_by_id not in (None, by.pk) and not allowed(by, "watch.reopen"):
        raise StateError(
            f"Alert {alert.pk} is claimed by {alert.claimed_by.display_name}. Ask them to release it."
        )


def _take(a: Act, alert: Alert, shown: Shown) -> None:
    alert.state, alert.claimed_by, alert.claimed_at = "claimed", a.by, a.at
    on_shift(a)
    freeze(a, alert, "claim", shown)


def claim(alert_id: int, *, by: Actor, shown: Shown = None, request_id: str | None = None) -> int:
    """Makes an open alert one's own and freezes what was shown. Claiming one's own again changes nothing."""
    subject = f"alert:{alert_id}"
    with act("watch.claim", by=by, subject=subject, permission="watch.claim", request_id=request_id) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        if alert.state == "claimed" and alert.claimed_by_id == by.pk:
            a.idle = True
            return alert_id
        if alert.state == "claimed":
            _require_mine(alert, by)
            a.details["taken_from"] = alert.claimed_by.code
        require(alert, "open", "claimed")
        _take(a, alert, shown)
        touch(a, alert)
    return alert_id


def release(alert_id: int, *, by: Actor, why: str = "", request_id: str | None = None) -> int:
    """Gives a claimed alert back to the queue: its claimer, or a supervisor for an officer who left."""
    subject = f"alert:{alert_id}"
    with act(
        "watch.release",
        by=by,
        subject=subject,
        permission="watch.claim",
        asked=why,
        request_id=request_id,
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        require(alert, "claimed")
        _require_mine(alert, by)
        Release(alert=alert, why=why, by=by, at=a.at).save()
        alert.state, alert.claimed_by, alert.claimed_at = "open", None, None
        a.details["why"] = Private(why)
        touch(a, alert)
    return alert_id


def judge(
    alert_id: int,
    judgement: str,
    reason: str,
    *,
    by: Actor,
    shown: Shown = None,
    request_id: str | None = None,
) -> int:
    """Says true, false or unclear, with a reason; freezes what was shown. An open alert is claimed by it.

    UsageError without a reason or with another word; StateError when it was judged already or another
    officer holds it.
    """
    if judgement not in JUDGEMENTS:
        raise UsageError(f"Judgement {judgement!r}: say {', '.join(JUDGEMENTS)}.")
    if not reason.strip():
        raise UsageError("A judgement needs a reason: say in a few words why.")
    with act(
        "watch.judge",
        by=by,
        subject=f"alert:{alert_id}",
        permission="watch.judge",
        details={"judgement": judgement, "reason": Private(reason)},
        asked=[judgement, reason],
        request_id=request_id,
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        require(alert, "open", "claimed")
        _require_mine(alert, by)
        if alert.claimed_by_id != by.pk:
            alert.claimed_by, alert.claimed_at = by, a.at
        freeze(a, alert, "judge", shown)
        Judgement(
            alert=alert,
            kind=alert.kind,
            detector=detector(alert),
            judgement=judgement,
            reason=reason,
            by=by,
            at=a.at,
        ).save()
        alert.state, alert.judgement, alert.judged_at = "judged", judgement, a.at
        alert.changed_since = False
        touch(a, alert)
        a.tell("record", kind=alert.kind)
    return alert_id


def close(alert_id: int, *, by: Actor, request_id: str | None = None) -> int:
    """Closes a judged alert. Orders that are still out stay on the orders' list."""
    subject = f"alert:{alert_id}"
    with act("watch.close", by=by, subject=subject, permission="watch.judge", request_id=request_id) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        require(alert, "judged")
        if alert.distress and alert.acknowledged_at is None:
            raise StateError(f"Alert {alert_id} is a distress nobody acknowledged. Acknowledge it first.")
        alert.state, alert.closed_at = "closed", a.at
        touch(a, alert)
    return alert_id


def reopen(alert_id: int, reason: str, *, by: Actor, request_id: str | None = None) -> int:
    """Opens a judged or closed alert again, with a reason; its judgement stays, set aside."""
    if not reason.strip():
        raise UsageError("Reopening needs a reason: say in a few words why.")
    with act(
        "watch.reopen",
        by=by,
        subject=f"alert:{alert_id}",
        permission="watch.reopen",
        details={"reason": Private(reason)},
        asked=reason,
        request_id=request_id,
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        require(alert, "judged", "closed")
        alert.judgements.filter(set_aside_at=None).update(set_aside_at=a.at, set_aside_why=reason)
        alert.state, alert.judgement, alert.judged_at, alert.closed_at = "open", "", None, None
        alert.claimed_by, alert.claimed_at = None, None
        touch(a, alert)
        a.tell("record", kind=alert.kind)
    return alert_id
