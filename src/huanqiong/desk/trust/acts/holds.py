"""Legal holds: set, confirmed and lifted by two people; proposed by a hit, and lapsing unless confirmed."""

from __future__ import annotations

from datetime import datetime

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.approvals import use_approval
from huanqiong.desk.trust.acts.retention import lock_holds
from huanqiong.desk.trust.models import Hold
from huanqiong.desk.trust.retention import Box, check_hold, hold_scope, retention_book


def set_hold(
    subject: str,
    reason: str,
    *,
    by: Actor,
    approval: int | None,
    since: datetime | None = None,
    until: datetime | None = None,
    box: Box | None = None,
) -> int:
    """Sets a hold that another person granted (`hold.set`); returns its id."""
    allow(by, "retention.hold")
    check_hold(subject, since, until, box, reason)
    with act("hold.set", by=by, permission="retention.hold") as a:
        lock_holds(a)
        scope = hold_scope(subject, since, until, box)
        use_approval(a, approval, "hold.set", subject=subject or "waters", scope=scope)
        row = _row(a, subject, reason, since, until, box)
        row.set_by_id = by.pk
        row.save()
        a.subject = f"hold:{row.pk}"
        a.details |= {"of": subject or "waters", "since": since, "until": until, "reason": row.reason}
    return int(row.pk)


def propose_hold(
    cause: str,
    subject: str,
    reason: str,
    *,
    by: Actor,
    since: datetime,
    until: datetime,
    box: Box | None,
) -> int | None:
    """What a hit proposes to preserve: protects for the table's days. None: this cause proposed already."""
    allow(by, "retention.apply")
    check_hold(subject, since, until, box, reason)
    with act("hold.propose", by=by, permission="retention.apply") as a:
        lock_holds(a)
        if Hold.objects.filter(cause=cause).exists():
            a.idle = True
            return None
        row = _row(a, subject, reason, since, until, box)
        row.cause, row.provisional_until = cause, a.at + retention_book().provisional
        row.save()
        a.subject = f"hold:{row.pk}"
        a.details = {"of": subject, "cause_of": cause, "until": row.provisional_until}
        a.tell("hold", id=row.pk)
    return int(row.pk)


def confirm_hold(hold_id: int, *, by: Actor, approval: int | None) -> None:
    """Makes a proposal lasting; another person granted it (`hold.confirm`, scope {})."""
    with act("hold.confirm", by=by, permission="retention.hold", subject=f"hold:{hold_id}") as a:
        row = _standing(a, hold_id)
        if row.provisional_until is None or row.confirmed_at is not None:
            raise StateError(f"Hold {hold_id} is no proposal that waits.")
        if row.provisional_until <= a.at:
            raise StateError(f"The proposal of hold {hold_id} has lapsed. Set a hold anew.")
        use_approval(a, approval, "hold.confirm", subject=f"hold:{hold_id}", scope={})
        row.confirmed_at, row.confirmed_by_id = a.at, by.pk
        row.save()
        a.tell("hold", id=row.pk)


def lift_hold(hold_id: int, reason: str, *, by: Actor, approval: int | None) -> None:
    """Ends a hold; another person granted it (`hold.lift`, scope {}). What is due goes at the next run."""
    if not reason.strip():
        raise UsageError("Lifting a hold needs a reason.")
    with act("hold.lift", by=by, permission="retention.hold", subject=f"hold:{hold_id}") as a:
        row = _standing(a, hold_id)
        use_approval(a, approval, "hold.lift", subject=f"hold:{hold_id}", scope={})
        row.lifted_at, row.lifted_by_id, row.lift_reason = a.at, by.pk, reason.strip()
        row.save()
        a.details |= {"reason": row.lift_reason}
        a.tell("hold", id=row.pk)


def lapse_holds(now: datetime, *, by: Actor) -> list[int]:
    """Ends proposals that nobody confirmed by their date; returns their ids. Each is in the entry."""
    with act("hold.lapse", by=by, permission="retention.apply") as a:
        lock_holds(a)
        due = Hold.objects.select_for_update().filter(
            provisional_until__lte=now, confirmed_at=None, lapsed_at=None, lifted_at=None
        )
        ids = []
        for row in due.order_by("id"):
            row.lapsed_at = now
            row.save()
            ids.append(int(row.pk))
            a.tell("hold", id=row.pk)
        a.idle, a.details = not ids, {"holds": ids}
    return ids


def _row(
    a: Act, subject: str, reason: str, since: datetime | None, until: datetime | None, box: Box | None
) -> Hold:
    west, south, east, north = box if box else (None, None, None, None)
    return Hold(
        subject=subject, reason=reason.strip(), since=since, until=until, set_at=a.at,
        west=west, south=south, east=east, north=north,
    )  # fmt: skip


def _standing(a: Act, hold_id: int) -> Hold:
    """The hold, locked; StateError where it protects no more."""
    lock_holds(a)
    row = Hold.objects.select_for_update().filter(pk=hold_id).first()
    if row is None:
        raise MissingError(f"There is no hold {hold_id}. `hq retention hold` lists them.")
    if row.lifted_at is not None or row.lapsed_at is not None:
        raise StateError(f"Hold {hold_id} was lifted or has lapsed.")
    return row
