"""Questions about inspection orders, answered in plain rows: one, many, and how each unit's went."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from huanqiong.core.errors import MissingError
from huanqiong.desk.registry.reads import shown_name
from huanqiong.desk.trust.reads import holds
from huanqiong.desk.watch.models import CAUSES, Order, Outcome
from huanqiong.desk.watch.rows import OrderQuery, OrderRow, UnitOrders
from huanqiong.desk.watch.standing import cause_of
from huanqiong.desk.watch.tasking import together


def _overdue(now: datetime | None) -> Q:
    """Past the deadline at `now` (None: marked as expired only) and without an outcome."""
    late = Q(state="expired") if now is None else Q(state="expired") | Q(deadline__lte=now)
    return ~Q(state="done") & late


def orders(*, states: tuple[str, ...] = (), now: datetime | None = None, limit: int = 200) -> list[OrderRow]:
    """Orders in these states (none: in any), nearest deadline first."""
    return found(OrderQuery(states=states), now=now, limit=limit)


def found(q: OrderQuery, *, now: datetime | None = None, limit: int = 200) -> list[OrderRow]:
    """Orders, nearest deadline first; `now` is the store's clock, by which they are overdue."""
    rows = Order.objects.all()
    if q.states:
        rows = rows.filter(state__in=q.states)
    if q.unit:
        rows = rows.filter(unit__code=q.unit)
    if q.result:
        shared = Q(outcome=None, state="done", interception__orders__outcome__result=q.result)
        rows = rows.filter(Q(outcome__result=q.result) | shared).distinct()
    if q.cause:
        rows = rows.filter(outcome__cause=q.cause)
    if q.overdue is not None:
        rows = rows.filter(_overdue(now)) if q.overdue else rows.exclude(_overdue(now))
    return order_rows(rows.order_by("deadline", "id")[:limit], now)


def order(order_id: int, *, now: datetime | None = None) -> OrderRow:
    """One order; MissingError where there is none that may be seen."""
    rows = order_rows(Order.objects.filter(pk=order_id), now)
    if not rows:
        raise MissingError(f"There is no order {order_id}. It may be of another store.")
    return rows[0]


def ordered_together(order_id: int, *, now: datetime | None = None) -> list[OrderRow]:
    """The orders of the interception that an order belongs to, in command first; alone: itself."""
    rows = order_rows(Order.objects.filter(pk__in=together(order_id)).order_by("-in_command", "id"), now)
    if not rows:
        raise MissingError(f"There is no order {order_id}. It may be of another store.")
    return rows


def unit_orders(now: datetime | None = None) -> list[UnitOrders]:
    """How the orders of each unit went, those with most not possible or overdue first, in one query."""
    by = ("unit__code", "unit__name_zh", "unit__name_en")
    counted = {c: Count("id", filter=Q(outcome__cause=c)) for c in CAUSES}
    rows = (
        Order.objects.order_by()
        .values(*by)
        .annotate(
            n=Count("id"),
            n_answered=Count("id", filter=Q(state="done")),
            n_overdue=Count("id", filter=_overdue(now)),
            n_not=Count("id", filter=Q(outcome__result="not_possible")),
            **{f"n_{c}": n for c, n in counted.items()},
        )
    )
    out = [
        UnitOrders(
            code=r["unit__code"],
            zh=r["unit__name_zh"],
            en=r["unit__name_en"],
            orders=r["n"],
            answered=r["n_answered"],
            overdue=r["n_overdue"],
            not_possible=r["n_not"],
            causes={c: r[f"n_{c}"] for c in CAUSES},
        )
        for r in rows
    ]
    return sorted(out, key=lambda u: (-u.not_possible - u.overdue, -u.orders, u.code))


def order_rows(rows: QuerySet[Order], now: datetime | None) -> list[OrderRow]:
    """Stored orders as rows."""
    every = list(rows.select_related("unit", "by", "acknowledged_by", "alert__vessel", "outcome__by"))
    ends = {o.pk: end for o in every if (end := getattr(o, "outcome", None)) is not None}
    tied = {o.interception_id for o in every if o.pk not in ends and o.state == "done"} - {None}
    if tied:
        shared = Outcome.objects.filter(order__interception__in=tied).exclude(result="not_possible")
        by_tie = {x.order.interception_id: x for x in shared.select_related("order", "by")}
        ends |= {
            o.pk: by_tie[o.interception_id]
            for o in every
            if o.pk not in ends and o.state == "done" and o.interception_id in by_tie
        }
    hits = [cause_of(x.order_id) for x in ends.values() if x.result == "hit"]
    held = {h.cause: h for h in holds(causes=hits)} if hits else {}
    out = []
    for o in every:
        ended = ends.get(o.pk)
        out.append(
            OrderRow(
                id=o.pk,
                alert_id=o.alert_id,
                kind=o.alert.kind,
                vessel=shown_name(o.alert.vessel),
                mmsi=o.alert.mmsi,
                unit_code=o.unit.code,
                unit_zh=o.unit.name_zh,
                unit_en=o.unit.name_en,
                unit_lat=o.unit.lat,
                unit_lon=o.unit.lon,
                state=o.state,
                text=o.text,
                deadline=o.deadline,
                overdue=ended is None and (o.state == "expired" or (now is not None and o.deadline <= now)),
                by=o.by.display_name,
                at=o.at,
                issued_at=o.issued_at,
                acknowledged_at=o.acknowledged_at,
                received_at=o.received_at,
                acknowledged_name=o.acknowledged_name,
                acknowledged_by=o.acknowledged_by.display_name if o.acknowledged_by else "",
                result=ended.result if ended else "",
                cause=ended.cause if ended else "",
                note=ended.note if ended else "",
                outcome_at=ended.at if ended else None,
                outcome_by=ended.by.display_name if ended else "",
                hold=held.get(cause_of(ended.order_id)) if ended else None,
                outcome_name=ended.name if ended else "",
                shared=ended is not None and ended.order_id != o.pk,
                interception=o.interception_id,
                in_command=o.in_command,
                commander=o.commander,
                phone=o.phone,
                agency=o.agency,
                meeting=o.meeting,
            )
        )
    return out
