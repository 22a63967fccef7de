"""What waits too long, and how the chain of escalation stands: questions, answered in plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from huanqiong.desk.registry.reads import shown_name
from huanqiong.desk.trust.reads import PersonRow, people
from huanqiong.desk.watch.chain import GIVER, WATCHED, Step
from huanqiong.desk.watch.models import Alert, Escalation, Order, Shift
from huanqiong.desk.watch.tiers import top_ids


@dataclass(frozen=True, slots=True)
class Wait:
    """An item that waits. `since`: of an overdue order its deadline in the store's time, else real time;
    `giver`: key of who gave the order, None of an alert."""

    of: str
    alert_id: int
    order_id: int | None
    since: datetime
    waited: timedelta
    giver: int | None = None

    @property
    def item(self) -> str:
        """How the item is called: alert:ID or order:ID."""
        return f"alert:{self.alert_id}" if self.order_id is None else f"order:{self.order_id}"


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """A step that was climbed. `told`: names of those who had it on a screen, () = nobody was there; `call`
    answered, no_answer or "" where none was written down; None: not acknowledged, not settled."""

    id: int
    of: str
    alert_id: int
    order_id: int | None
    kind: str
    vessel: str
    mmsi: int | None
    since: datetime
    number: int
    tell: str
    how: str
    contact_zh: str
    contact_en: str
    told: tuple[str, ...]
    told_at: datetime
    call: str
    call_name: str
    call_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    settled_at: datetime | None


def waiting(now: datetime, clock_at: datetime | None) -> list[Wait]:
    """Everything a chain may watch, at the real time `now` and the store's time; None: the store's clock
    stands, so that no deadline passes."""
    out = [
        Wait("distress", a.pk, None, a.raised_at, now - a.raised_at)
        for a in Alert.objects.filter(
            distress=True, test=False, acknowledged_at=None, state__in=("open", "claimed")
        )
    ]
    unclaimed = Alert.objects.filter(pk__in=top_ids(), state="open", distress=False)
    for a in unclaimed.annotate(left=Max("releases__at"), again=Max("judgements__set_aside_at")):
        since = max(t for t in (a.raised_at, a.left, a.again) if t is not None)
        out.append(Wait("unclaimed", a.pk, None, since, now - since))
    out += [
        Wait("unanswered", o.alert_id, o.pk, o.at, now - o.at, o.by_id)
        for o in Order.objects.filter(state="issued", outcome=None)
    ]
    if clock_at is not None:
        out += [
            Wait("overdue", o.alert_id, o.pk, o.deadline, clock_at - o.deadline, o.by_id)
            for o in Order.objects.filter(outcome=None, deadline__lte=clock_at)
        ]
    return out


def climbed(waits: Iterable[Wait]) -> dict[tuple[str, str, datetime], list[Escalation]]:
    """The steps climbed for these waits, by (of, item, since), first to last."""
    out: dict[tuple[str, str, datetime], list[Escalation]] = {}
    rows = Escalation.everything.filter(item__in={w.item for w in waits}).order_by("number")
    for row in rows:
        out.setdefault((row.of, row.item, row.since), []).append(row)
    return out


def reached(step: Step, w: Wait, accounts: Iterable[PersonRow], present: Mapping[int, int]) -> list[str]:
    """Codes of those with a running session whom the step tells: of its role, or who gave the order; of a
    call those on shift, who make it."""
    if step.how != "screen":
        on = set(Shift.objects.filter(ended_at=None).values_list("person_id", flat=True))
        return [p.code for p in accounts if p.pk in on and p.pk in present]
    return [
        p.code
        for p in accounts
        if p.is_active
        and p.pk in present
        and (p.pk == w.giver if step.tell == GIVER else step.tell in p.roles)
    ]


def escalations(*, running: bool | None = None, person: str = "", limit: int = 200) -> list[EscalationRow]:
    """Steps, the gravest waits first, then the newest: all, of items that still wait, or those that wait for
    this person's answer."""
    rows: QuerySet[Escalation] = Escalation.objects.select_related("alert__vessel", "acknowledged_by")
    if person:
        rows = rows.filter(settled_at=None, acknowledged_at=None)
    if running is not None:
        rows = rows.filter(settled_at__isnull=running)
    found = list(rows.order_by("-told_at", "-id")[: limit if not person else 1000])
    if person:
        found = [e for e in found if person in e.told][:limit]
    found.sort(key=lambda e: WATCHED.index(e.of))
    names = {p.code: p.name_zh or p.name_en or p.username for p in people()}
    return [_row(e, names) for e in found]


def _row(e: Escalation, names: Mapping[str, str]) -> EscalationRow:
    a = e.alert
    return EscalationRow(
        id=e.pk,
        of=e.of,
        alert_id=a.pk,
        order_id=e.order_id,
        kind=a.kind,
        vessel=shown_name(a.vessel),
        mmsi=a.mmsi,
        since=e.since,
        number=e.number,
        tell=e.tell,
        how=e.how,
        contact_zh=e.contact_zh,
        contact_en=e.contact_en,
        told=tuple(names.get(code, code) for code in e.told),
        told_at=e.told_at,
        call=e.call,
        call_name=e.call_name,
        call_at=e.call_at,
        acknowledged_at=e.acknowledged_at,
        acknowledged_by=e.acknowledged_by.display_name if e.acknowledged_by else "",
        settled_at=e.settled_at,
    )
