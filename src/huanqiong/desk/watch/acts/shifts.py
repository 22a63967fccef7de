"""Acts of the change of shifts: begin, leave, hand over, take over; what the clock does for the absent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust.access import allow, allowed
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.trust.clock import now as real_now
from huanqiong.desk.trust.reads import people, person_of
from huanqiong.desk.watch.models import Alert, Handover, Release, Shift
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.shifts import nobodys, shift_of, to_hand_over


def on_shift(a: Act) -> None:
    """Within an act of claiming: who takes an alert is on duty from now on."""
    if a.by.pk is not None and shift_of(a.by.pk) is None:
        Shift(person_id=a.by.pk, begun_at=a.at).save()
        a.details["shift"] = "begun"
        a.tell("shift", person=a.by.code)


def begin_shift(*, by: Actor) -> None:
    """Says that one is on duty. Twice changes nothing."""
    allow(by, "watch.claim")
    with act("watch.begin_shift", by=by, permission="watch.claim", subject=f"person:{by.code}") as a:
        a.idle = shift_of(by.pk) is not None
        if not a.idle:
            Shift(person_id=by.pk, begun_at=a.at).save()
            a.tell("shift", person=by.code)


def end_shift(*, by: Actor) -> list[int]:
    """Leaves without a handover: one's alerts go back to the queue at once. Returns their ids.

    StateError where a handover of one's own waits: take it back or wait for the signature.
    """
    allow(by, "watch.claim")
    with act("watch.end_shift", by=by, permission="watch.claim", subject=f"person:{by.code}") as a:
        shift = _running(by)
        if Handover.objects.filter(giver_id=by.pk, taken_at=None, withdrawn_at=None).exists():
            raise StateError("Your handover waits for its second signature. Take it back first.")
        mine = Alert.objects.select_for_update(of=("self",)).filter(state="claimed", claimed_by_id=by.pk)
        given = _give_back(a, mine, "left without a handover")
        _end(a, shift, "left")
        a.details |= {"alerts": given}
    return given


def give_handover(taker: str, note: str, *, by: Actor, clock_at: datetime) -> int:
    """Signs what one hands over to a person, by code; the alerts change hands when that person signs too.

    RefusedError where the other may not claim alerts; StateError off duty, or where one waits already.
    """
    with act("watch.give_handover", by=by, permission="watch.claim") as a:
        shift = _running(by)
        found = people(taker)
        other = person_of(found[0].pk) if found else None
        if other is None or other.pk == by.pk:
            raise UsageError("Hand over to another person of the watch.")
        if not allowed(other, "watch.claim"):
            raise RefusedError(f"{other.display_name} has no role that claims alerts: choose another person.")
        if Handover.objects.filter(giver_id=by.pk, taken_at=None, withdrawn_at=None).exists():
            raise StateError("A handover of yours waits already. Take it back before you write another.")
        text = canonical(to_hand_over(by.pk, clock_at))
        row = Handover(
            giver_id=by.pk,
            taker_id=other.pk,
            begun_at=shift.begun_at,
            note=note.strip(),
            shown=text,
            sha256=sha256_hex(text),
            given_at=a.at,
            clock_at=clock_at,
        )
        row.save()
        a.subject = f"handover:{row.pk}"
        a.details = {"person": other.code, "content": row.sha256, "note": Private(row.note)}
        a.tell("handover", id=row.pk, person=other.code)
        a.result = row.pk
    return int(a.result)


def take_handover(handover_id: int, *, by: Actor, note: str = "") -> list[int]:
    """Signs what another handed over: one is on duty, the giver is not, and the giver's alerts are one's own.

    Returns the alerts' ids. RefusedError: it is for another; StateError: it was taken or taken back.
    """
    with act("watch.take_handover", by=by, permission="watch.claim", subject=f"handover:{handover_id}") as a:
        row = _waiting(handover_id)
        if row.taker_id != by.pk:
            raise RefusedError("This handover is for another person.")
        row.taken_at, row.taker_note = a.at, note.strip()
        row.save()
        on_shift(a)
        alerts = list(
            Alert.objects.select_for_update(of=("self",)).filter(state="claimed", claimed_by_id=row.giver_id)
        )
        for alert in alerts:
            alert.claimed_by_id, alert.claimed_at, alert.changed_at = by.pk, a.at, a.at
        Alert.everything.bulk_update(alerts, ["claimed_by", "claimed_at", "changed_at"], batch_size=200)
        left = Shift.objects.select_for_update(of=("self",)).filter(person_id=row.giver_id, ended_at=None)
        for shift in left:
            _end(a, shift, "handover")
        ids = [x.pk for x in alerts]
        a.details |= {"person": row.giver.code, "alerts": ids, "note": Private(row.taker_note)}
        if ids:
            a.tell("alert", ids=ids)
        a.tell("handover", id=row.pk, person=row.giver.code)
        a.result = ids
    return list(a.result)


def withdraw_handover(handover_id: int, *, by: Actor) -> None:
    """Takes one's own handover back while it waits."""
    with act(
        "watch.withdraw_handover", by=by, permission="watch.claim", subject=f"handover:{handover_id}"
    ) as a:
        row = _waiting(handover_id)
        if row.giver_id != by.pk:
            raise RefusedError("Only who wrote a handover takes it back.")
        row.withdrawn_at = a.at
        row.save()
        a.tell("handover", id=row.pk, person=row.taker.code)


def release_off_shift(present: Iterable[int], *, by: Actor) -> list[int]:
    """Ends the shifts of those who are not `present` (keys of persons with a running session), and gives back
    the alerts of whoever has been off shift for the policy's minutes. Returns the alerts' ids."""
    here = set(present)
    with act("watch.release_off_shift", by=by, permission="watch.raise") as a:
        gone = [
            s
            for s in Shift.objects.select_for_update(of=("self",)).filter(ended_at=None)
            if s.person_id not in here
        ]
        for shift in gone:
            _end(a, shift, "absent")
        after = watch_policy().off_shift
        given = _give_back(a, nobodys(real_now(), after), "the officer is off shift")
        a.idle = not gone and not given
        a.details = {"alerts": given, "shifts": [s.pk for s in gone]}
    return given


def _running(by: Actor) -> Shift:
    shift = Shift.objects.select_for_update(of=("self",)).filter(person_id=by.pk, ended_at=None).first()
    if shift is None:
        raise StateError("You are not on duty. Begin a shift, or claim an alert, first.")
    return shift


def _waiting(handover_id: int) -> Handover:
    row = Handover.objects.select_for_update(of=("self",)).filter(pk=handover_id).first()
    if row is None:
        raise MissingError(f"There is no handover {handover_id}.")
    if row.taken_at is not None or row.withdrawn_at is not None:
        raise StateError(f"Handover {handover_id} was {'signed' if row.taken_at else 'taken back'} already.")
    return row


def _end(a: Act, shift: Shift, why: str) -> None:
    shift.ended_at, shift.ended_why = a.at, why
    shift.save()
    a.tell("shift", id=shift.pk)


def _give_back(a: Act, alerts: Iterable[Alert], why: str) -> list[int]:
    rows = list(alerts)
    for alert in rows:
        Release(alert=alert, why=why, by_id=alert.claimed_by_id, at=a.at).save()
        alert.state, alert.claimed_by, alert.claimed_at, alert.changed_at = "open", None, None, a.at
    Alert.everything.bulk_update(rows, ["state", "claimed_by", "claimed_at", "changed_at"], batch_size=200)
    if rows:
        a.tell("alert", ids=[x.pk for x in rows])
    return [x.pk for x in rows]
