"""The only way a view gets a row of the watch desk. Each refuses a person without `watch.view`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from huanqiong.desk.trust.access import allow, allowed, scope_of
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch import ordered, reads
from huanqiong.desk.watch.boarded import BoardingRow, blanked, boardings
from huanqiong.desk.watch.duty import DutyQuery, DutyRow, duty_entries
from huanqiong.desk.watch.history import History, history
from huanqiong.desk.watch.load import LoadRow, loads
from huanqiong.desk.watch.rows import (
    AlertDetail,
    AlertRow,
    Counts,
    DetectorOutcomes,
    KindRecord,
    OrderQuery,
    OrderRow,
    QueueQuery,
    SilenceRow,
    UnitOrders,
    VerdictRow,
)
from huanqiong.desk.watch.sheltered import Sheltered, sheltered
from huanqiong.desk.watch.shifts import HandoverRow, OnDuty, handovers, on_duty, to_hand_over
from huanqiong.desk.watch.tasking import SceneRow, scene_reports, together
from huanqiong.desk.watch.waits import EscalationRow, escalations
from huanqiong.desk.watch.wished import Occasion, StandingRow, occasions, standing_rows
from huanqiong.desk.watch.wishes import Wish


def access_queue(person: Actor, query: QueueQuery = QueueQuery()) -> list[AlertRow]:  # noqa: B008  frozen
    """The queue: distress first, then by tier and rank."""
    allow(person, "watch.view")
    return reads.queue(query)


def access_alert(person: Actor, alert_id: int) -> AlertDetail:
    """All of one alert; MissingError where there is none."""
    allow(person, "watch.view")
    return reads.alert_detail(alert_id)


def access_evidence(person: Actor, alert_id: int) -> AlertDetail:
    """All of one alert, to be handed out: needs `evidence.export`; MissingError where there is none."""
    allow(person, "evidence.export")
    return reads.alert_detail(alert_id)


def access_counts(person: Actor, query: QueueQuery = QueueQuery()) -> Counts:  # noqa: B008  frozen
    """Counts by state, kind, severity and tier under the same filters (limit and offset ignored)."""
    allow(person, "watch.view")
    return reads.counts(query)


def access_timeline(
    person: Actor, t0: datetime, t1: datetime, bins: int, *, at: datetime | None = None
) -> dict[int, list[int]]:
    """Alerts per bin of [t0, t1) by the time they became known: {severity: [n] * bins}."""
    allow(person, "watch.view")
    return reads.timeline(t0, t1, bins, at=at)


def access_vessel_alerts(person: Actor, mmsi: int, *, limit: int = 200) -> list[AlertRow]:
    """Alerts on a vessel, alone or in a pair, newest first, in every state."""
    allow(person, "watch.view")
    return reads.for_vessel(mmsi, limit=limit)


def access_vessel_verdicts(
    person: Actor, mmsi: int, *, t0: datetime | None = None, t1: datetime | None = None, limit: int = 500
) -> list[VerdictRow]:
    """Every current verdict on a vessel, quiet and held ones too, newest first."""
    allow(person, "watch.view")
    return reads.verdicts_of(mmsi, t0=t0, t1=t1, limit=limit)


def access_verdict_points(
    person: Actor, t0: datetime, t1: datetime, *, kinds: Iterable[str] = (), limit: int = 5000
) -> list[dict[str, Any]]:
    """Current verdicts that touch [t0, t1] as map points (columns in reads.verdict_points)."""
    allow(person, "watch.view")
    return reads.verdict_points(t0, t1, kinds=tuple(kinds), limit=limit)


def access_standing(person: Actor, *, at: datetime | None = None) -> dict[int, tuple[int, int]]:
    """Vessels under an open or claimed alert: {mmsi: (alert id, severity)}, 4 = distress. For the map."""
    allow(person, "watch.view")
    return reads.standing(at=at)


def access_orders(
    person: Actor,
    query: OrderQuery = OrderQuery(),  # noqa: B008  frozen
    *,
    now: datetime | None = None,
    limit: int = 200,
) -> list[OrderRow]:
    """Orders, nearest deadline first; `now` is the store's clock, by which they are overdue."""
    allow(person, "watch.view")
    return ordered.found(query, now=now, limit=limit)


def access_order(person: Actor, order_id: int, *, now: datetime | None = None) -> OrderRow:
    """One order; MissingError where there is none."""
    allow(person, "watch.view")
    return ordered.order(order_id, now=now)


def access_together(person: Actor, order_id: int, *, now: datetime | None = None) -> list[OrderRow]:
    """The orders of the interception that an order belongs to, in command first; alone: itself."""
    allow(person, "watch.view")
    return ordered.ordered_together(order_id, now=now)


def access_scene(person: Actor, order_id: int) -> list[SceneRow]:
    """What was said from the scene by every unit of the order's interception, oldest first."""
    allow(person, "watch.view")
    return scene_reports(together(order_id))


def access_unit_orders(person: Actor, *, now: datetime | None = None) -> list[UnitOrders]:
    """How each unit's orders went at `now`, the store's clock."""
    allow(person, "watch.view")
    return ordered.unit_orders(now)


def access_history(person: Actor, since: datetime, checks_since: datetime, at: datetime) -> History:
    """Alerts, verdicts and checks of every vessel in short, for whom to check: `history.history`."""
    allow(person, "watch.view")
    return history(since, checks_since, at)


def access_boardings(person: Actor, order_id: int) -> list[BoardingRow]:
    """Every version of an order's boarding record, oldest first; MissingError where there is no such order.

    Names, badges, documents and words about people are for who records outcomes at the order's unit, and
    for who exports evidence; for others they are blanked.
    """
    allow(person, "watch.view")
    unit = ordered.order(order_id).unit_code
    whole = scope_of(person, "watch.outcome").covers(unit=unit) or allowed(person, "evidence.export")
    rows = boardings([order_id])
    return rows if whole else [blanked(r) for r in rows]


def access_evidence_boardings(person: Actor, order_ids: Iterable[int]) -> list[BoardingRow]:
    """The boarding records of an alert's orders, to be handed out: needs `evidence.export`."""
    allow(person, "evidence.export")
    return boardings(order_ids)


def access_duty(person: Actor, query: DutyQuery = DutyQuery()) -> list[DutyRow]:  # noqa: B008  frozen
    """Entries of the duty log, newest first."""
    allow(person, "watch.view")
    return duty_entries(query)


def access_on_duty(person: Actor) -> list[OnDuty]:
    """Everybody on shift, longest first."""
    allow(person, "watch.view")
    return on_duty()


def access_to_hand_over(person: Actor, clock_at: datetime) -> dict[str, Any]:
    """What the person's own handover would hold at the store's time."""
    allow(person, "watch.claim")
    return to_hand_over(person.pk, clock_at)


def access_handovers(person: Actor, *, own: bool = False, waiting: bool = False) -> list[HandoverRow]:
    """Handovers, newest first: all, one's own, or those that wait for one's signature."""
    allow(person, "watch.view")
    return handovers(
        person_pk=person.pk if own else None, waiting_for=person.pk if waiting else None, limit=50
    )


def access_escalations(
    person: Actor, *, running: bool | None = None, own: bool = False, limit: int = 200
) -> list[EscalationRow]:
    """Steps of the chain, newest first; `own`: those told to the person that wait for an answer."""
    allow(person, "watch.view")
    return escalations(running=running, person=person.code if own else "", limit=limit)


def access_standing_alerts(person: Actor) -> list[StandingRow]:
    """Standing alerts, those that run first."""
    allow(person, "watch.view")
    return standing_rows()


def access_occasions(person: Actor, wish: Wish, t0: datetime, t1: datetime) -> list[Occasion]:
    """Stored events that are what a standing alert would ask for."""
    allow(person, "watch.view")
    return occasions(wish, t0, t1)


def access_loads(person: Actor, clock_at: datetime, *, live: bool = True) -> list[LoadRow]:
    """Alerts per officer and watch up to the store's time, newest first."""
    allow(person, "watch.view")
    return loads(clock_at, live=live)


def access_sheltered(person: Actor, period_id: int) -> Sheltered:
    """What raised no alert because it rode out a period of weather in shelter."""
    allow(person, "watch.view")
    return sheltered(period_id)


def access_silences(person: Actor, *, at: datetime | None = None) -> list[SilenceRow]:
    """Silences that stand at `at` (None: all, lifted and past ones too), with what they held back."""
    allow(person, "watch.view")
    return reads.silences(at=at)


def access_kind_records(person: Actor) -> dict[str, KindRecord]:
    """The record of every kind that was ever judged."""
    allow(person, "watch.view")
    return reads.kind_records()


def access_outcomes(person: Actor) -> list[DetectorOutcomes]:
    """What inspections found, per detector."""
    allow(person, "watch.view")
    return reads.outcomes()
