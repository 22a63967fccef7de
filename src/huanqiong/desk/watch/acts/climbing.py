"""Acts of the chain of escalation: the clock climbs it, people acknowledge, calls are written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.reads import people
from huanqiong.desk.watch.chain import Chain
from huanqiong.desk.watch.models import CALLS, Escalation
from huanqiong.desk.watch.waits import Wait, climbed, reached, waiting


def climb(
    chain: Chain, present: Mapping[int, int], *, by: Actor, clock_at: datetime | None = None
) -> list[int]:
    """Takes every step that is due and settles those whose item no longer waits; returns the new steps' ids.

    `present`: keys of persons with a running session; `clock_at`: the store's time, None where it stands.
    A step nobody could see on a screen, and a call nobody answered, makes the next one due at once.
    """
    with act("watch.climb", by=by, permission="watch.raise") as a:
        waits = waiting(a.at, clock_at)
        known = climbed(waits)
        settled = _settle(a, {(w.of, w.item, w.since) for w in waits})
        new = [
            row for w in waits for row in _due(a, chain, w, known.get((w.of, w.item, w.since), []), present)
        ]
        for row in new:
            row.save()
        a.idle = not new and not settled
        a.details = {
            "steps": [{"of": e.of, "subject": e.item, "step": e.number, "told": e.told} for e in new],
            "settled": settled,
            "policy": chain.version,
        }
        if not a.idle:
            a.tell("escalation", ids=[e.pk for e in new] + settled)
    return [e.pk for e in new]


def _settle(a: Act, waits: set[tuple[str, str, datetime]]) -> list[int]:
    running = Escalation.everything.select_for_update(of=("self",)).filter(settled_at=None)
    over = [e for e in running if (e.of, e.item, e.since) not in waits]
    for e in over:
        e.settled_at = a.at
    Escalation.everything.bulk_update(over, ["settled_at"], batch_size=200)
    return [e.pk for e in over]


def _due(
    a: Act, chain: Chain, w: Wait, done: list[Escalation], present: Mapping[int, int]
) -> list[Escalation]:
    """The steps to take now for one item, not saved yet."""
    seen = max((e.acknowledged_at for e in done if e.acknowledged_at), default=None)
    if seen is not None and a.at - seen < chain.hold:
        return []
    taken, last = {e.number for e in done}, done[-1] if done else None
    out: list[Escalation] = []
    accounts = None
    for number, step in enumerate(chain.rule(w.of).steps, 1):
        if number in taken:
            continue
        unheard = last is not None and ((last.how == "screen" and not last.told) or last.call == "no_answer")
        if w.waited < step.after and not unheard:
            break
        accounts = people() if accounts is None else accounts
        last = Escalation(
            of=w.of,
            item=w.item,
            alert_id=w.alert_id,
            order_id=w.order_id,
            since=w.since,
            number=number,
            tell=step.tell,
            how=step.how,
            contact_zh=step.contact[0],
            contact_en=step.contact[1],
            chain=chain.version,
            told=reached(step, w, accounts, present),
            told_at=a.at,
        )
        out.append(last)
    return out


def acknowledge_step(step_id: int, *, by: Actor, request_id: str | None = None) -> int:
    """Says "I have it" of what waits, by one of those who were told; the chain rests a while. Twice changes
    nothing.

    RefusedError for anybody else; StateError where the item no longer waits.
    """
    subject = f"escalation:{step_id}"
    with act(
        "watch.acknowledge_step", by=by, permission="watch.log", subject=subject, request_id=request_id
    ) as a:
        if a.repeated:
            return step_id
        row = _running(step_id)
        if by.code not in row.told:
            raise RefusedError("This step was told to others: they acknowledge it.")
        a.idle = row.acknowledged_at is not None
        if not a.idle:
            a.details = {"of": row.of, "about": row.item, "step": row.number}
            a.tell("escalation", ids=_answered(a, row))
    return step_id


def note_call(
    step_id: int,
    call: str,
    name: str,
    at: datetime,
    *,
    by: Actor,
    now: datetime,
    request_id: str | None = None,
) -> int:
    """Writes down the call that a step asks for: `answered` by `name`, or `no_answer`, at a store's time not
    after `now`. An answered call acknowledges the step; after one that was not, it may be called again.

    UsageError without a name where somebody answered; StateError for a step on a screen, a call that was
    answered, a time to come, an item that no longer waits.
    """
    allow(by, "watch.log")
    if call not in CALLS:
        raise UsageError(f"A call was {' or '.join(CALLS)}, not {call!r}.")
    if call == "answered" and not name.strip():
        raise UsageError("Say who answered the call.")
    if at > now:
        raise StateError("A call that was made: its time lies ahead of the clock.")
    with act(
        "watch.note_call",
        by=by,
        permission="watch.log",
        subject=f"escalation:{step_id}",
        asked=[call, name, at],
        request_id=request_id,
    ) as a:
        if a.repeated:
            return step_id
        row = _running(step_id)
        if row.how == "screen":
            raise StateError("This step is told on a screen, not by a call.")
        if row.call == "answered":
            raise StateError("This call was answered already.")
        row.call, row.call_name, row.call_at = call, name.strip(), at
        row.save()
        ids = _answered(a, row) if call == "answered" else [row.pk]
        a.details = {
            "of": row.of, "about": row.item, "step": row.number, "call": call,
            "name": Private(row.call_name), "happened_at": at,
        }  # fmt: skip
        a.tell("escalation", ids=ids)
    return step_id


def _answered(a: Act, row: Escalation) -> list[int]:
    """One answer is enough for all that was told of a wait so far: who gave it stands with each step."""
    wait = Escalation.objects.filter(of=row.of, item=row.item, since=row.since, acknowledged_at=None)
    ids = sorted(wait.values_list("pk", flat=True))
    wait.update(acknowledged_at=a.at, acknowledged_by_id=a.by.pk)
    return ids


def _running(step_id: int) -> Escalation:
    row = Escalation.objects.select_for_update(of=("self",)).filter(pk=step_id).first()
    if row is None:
        raise MissingError(f"There is no step {step_id} of a chain.")
    if row.settled_at is not None:
        raise StateError("What this was about waits no more.")
    return row
