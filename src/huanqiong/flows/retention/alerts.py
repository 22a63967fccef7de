"""Alerts with all that hangs on them: which are due, which stay, and what the evidence of those needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from huanqiong.desk.trust.reads import seals_of
from huanqiong.desk.trust.retention import RetentionBook
from huanqiong.desk.watch.models import (
    Alert,
    Boarding,
    Escalation,
    Frozen,
    Judgement,
    Order,
    Outcome,
    Release,
    Verdict,
)
from huanqiong.flows.retention.guards import Guard, devices_of

NO_HIT: Final = "alert.no_hit"
HIT: Final = "alert.hit"
_HANGING = (
    ("watch.escalation", Escalation),
    ("watch.judgement", Judgement),
    ("watch.frozen", Frozen),
    ("watch.release", Release),
)


@dataclass(slots=True)
class Bundle:
    """Alerts that follow one another or whose verdicts replaced one another, and verdicts alone: one fate.

    `start`: the last thing that was done to any of them.
    """

    alerts: list[Any] = field(default_factory=list)
    verdicts: list[Any] = field(default_factory=list)
    start: datetime | None = None
    hit: bool = False

    @property
    def code(self) -> str:
        """Its class."""
        return HIT if self.hit else NO_HIT

    def held(self, guards: Iterable[Guard]) -> bool:
        """Whether a hold covers any of it."""
        of = [(devices_of(x), x.t0, x.t1, x.lat, x.lon) for x in (*self.alerts, *self.verdicts)]
        own = {a.pk for a in self.alerts}
        return any(not g.alerts.isdisjoint(own) or any(g.behaviour(*x) for x in of) for g in guards)

    def evidence(self, book: RetentionBook) -> list[Guard]:
        """The positions its alerts' evidence needs, as guards."""
        return [
            Guard(frozenset(devices_of(x)), x.t0 - book.evidence_before, x.t1 + book.evidence_after)
            for x in (*self.alerts, *(v for v in self.verdicts if v.alert_id is not None))
        ]


def bundles() -> list[Bundle]:
    """All alerts and verdicts, each in exactly one bundle."""
    alerts = {a.pk: a for a in Alert.everything.all()}
    verdicts = {v.pk: v for v in Verdict.everything.defer("reasons", "raw")}
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def find(x: tuple[str, int]) -> tuple[str, int]:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def join(a: tuple[str, int], b: tuple[str, int]) -> None:
        parent[find(a)] = find(b)

    for a in alerts.values():
        find(("alert", a.pk))
        if a.follows_id is not None:
            join(("alert", a.pk), ("alert", a.follows_id))
        if a.lead_id is not None:
            join(("alert", a.pk), ("verdict", a.lead_id))
    for v in verdicts.values():
        find(("verdict", v.pk))
        if v.alert_id is not None:
            join(("verdict", v.pk), ("alert", v.alert_id))
        if v.replaced_by_id is not None:
            join(("verdict", v.pk), ("verdict", v.replaced_by_id))
    hits = set(Outcome.everything.filter(result="hit").values_list("order__alert_id", flat=True))
    out: dict[tuple[str, int], Bundle] = {}
    for a in alerts.values():
        one = out.setdefault(find(("alert", a.pk)), Bundle())
        one.alerts.append(a)
        one.start = max(t for t in (one.start, a.changed_at) if t is not None)
        one.hit |= a.pk in hits
    for v in verdicts.values():
        one = out.setdefault(find(("verdict", v.pk)), Bundle())
        one.verdicts.append(v)
        one.start = max(t for t in (one.start, v.recorded_at, v.withdrawn_at) if t is not None)
    return list(out.values())


def split(
    found: Iterable[Bundle], book: RetentionBook, guards: Sequence[Guard], now: datetime
) -> tuple[list[Bundle], list[Bundle], list[Bundle]]:
    """(those that go, those whose date came and which stay, those whose date has not come)."""
    go, stay, young = [], [], []
    for one in found:
        rule = book.classes[one.code]
        if one.start is None or not rule.due(one.start, now):
            young.append(one)
        elif rule.action != "delete" or one.held(guards):
            stay.append(one)
        else:
            go.append(one)
    return go, stay, young


def rows_of(going: Iterable[Bundle]) -> list[tuple[str, list[Any]]]:
    """Every row of the bundles, what refers before what is referred to."""
    alerts, verdicts = [], []
    for one in going:
        alerts += [a.pk for a in one.alerts]
        verdicts += [v.pk for v in one.verdicts]
    orders = _keys(Order, "alert_id", alerts)
    out = [(label, _keys(model, "alert_id", alerts)) for label, model in _HANGING]
    out += [
        ("watch.boarding", _keys(Boarding, "order_id", orders)),
        ("watch.outcome", _keys(Outcome, "order_id", orders)),
        ("watch.order", orders),
    ]
    out.append(("trust.seal", seals_of(f"alert:{pk}" for pk in alerts)))
    return [*out, ("watch.verdict", verdicts), ("watch.alert", alerts)]


def _keys(model: Any, column: str, wanted: list[int]) -> list[int]:
    out: list[int] = []
    for i in range(0, len(wanted), 500):
        out += model.everything.filter(**{f"{column}__in": wanted[i : i + 500]}).values_list("pk", flat=True)
    return out
