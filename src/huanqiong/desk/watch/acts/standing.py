"""Acts of standing alerts: made with a trial, switched on, looked at again, switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.registry.reads import zone
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.models import Standing
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.wished import state_of
from huanqiong.desk.watch.wishes import Wish


def make_standing(w: Wish, trial: Mapping[str, Any], *, by: Actor, request_id: str | None = None) -> int:
    """Keeps a standing alert with what it would have raised (`watch.wished.counted`); it raises nothing yet.

    UsageError says what the wish lacks; MissingError where its zone is not there, StateError where the zone
    is archived.
    """
    allow(by, "watch.standing")
    w.require()
    asked = [w.name, w.zone, w.kinds, w.ships, w.vessels, w.from_min, w.to_min, w.severity, w.reason]
    with act(
        "watch.make_standing", by=by, permission="watch.standing", asked=asked, request_id=request_id
    ) as a:
        if a.repeated:
            return int(a.result)
        if w.zone is not None and zone(w.zone).archived_at is not None:
            raise StateError(f"Zone {w.zone} is archived. Draw a new one.")
        row = Standing(
            name=w.name.strip(),
            zone_id=w.zone,
            kinds=list(w.kinds),
            ships=list(w.ships),
            vessels=list(w.vessels),
            from_min=w.from_min,
            to_min=w.to_min,
            severity=w.severity,
            reason=w.reason.strip(),
            trial=dict(trial),
            by_id=by.pk,
            made_at=a.at,
        )
        row.save()
        a.subject = f"standing:{row.pk}"
        a.details = {
            "name": Private(row.name), "reason": Private(row.reason), "severity": w.severity,
            "alerts": trial.get("alerts"), "events": str(trial.get("events")),
        }  # fmt: skip
        a.tell("standing", ids=[row.pk])
        a.result = row.pk
    return int(a.result)


@contextmanager
def _on(standing_id: int, name: str, by: Actor) -> Iterator[tuple[Act, Standing]]:
    """An act on one that is there: locked, saved at the end, told."""
    with act(name, by=by, permission="watch.standing", subject=f"standing:{standing_id}") as a:
        row = Standing.objects.select_for_update(of=("self",)).filter(pk=standing_id).first()
        if row is None:
            raise MissingError(f"There is no standing alert {standing_id}.")
        yield a, row
        row.save()
        a.tell("standing", ids=[row.pk])


def switch_on(standing_id: int, *, by: Actor) -> None:
    """From now on what it asks for raises alerts, until the day by which somebody must have reviewed it.

    StateError where it was on or is off already.
    """
    with _on(standing_id, "watch.switch_on", by) as (a, row):
        if row.on_at is not None or row.off_at is not None:
            raise StateError("This standing alert was switched on or off already. Make a new one.")
        row.on_at, row.review_by = a.at, a.at + timedelta(days=watch_policy().standing_days)
        a.details = {"until": row.review_by}


def review_standing(standing_id: int, *, by: Actor) -> None:
    """It is still wanted: it runs for the policy's days from now, also where it had lapsed."""
    with _on(standing_id, "watch.review_standing", by) as (a, row):
        if state_of(row, a.at) not in ("on", "lapsed"):
            raise StateError("Only a standing alert that is on is reviewed.")
        row.reviewed_at, row.reviewed_by_id = a.at, by.pk
        row.review_by = a.at + timedelta(days=watch_policy().standing_days)
        a.details = {"until": row.review_by}


def switch_off(standing_id: int, why: str, *, by: Actor) -> None:
    """Ends it, with a reason; alerts it raised stay. StateError where it ended before."""
    allow(by, "watch.standing")
    if not why.strip():
        raise UsageError("Say in a few words why it ends.")
    with _on(standing_id, "watch.switch_off", by) as (a, row):
        if row.off_at is not None:
            raise StateError("This standing alert is off already.")
        row.off_at, row.off_by_id, row.off_why = a.at, by.pk, why.strip()
        a.details = {"why": Private(why)}
