"""What the desk knows of many vessels at once: alerts, verdicts and checks by MMSI, for whom to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from huanqiong.desk.watch.models import Alert, Boarding, Outcome, Verdict

KINDS: Final = ("gap", "open_gap", "loitering", "port_visit")


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert in short; `mmsis` one, or a pair's two."""

    id: int
    mmsis: tuple[int, ...]
    kind: str
    severity: int
    state: str
    t1: datetime
    judgement: str


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A standing verdict in short; `port`: the label of a port call, "" of others."""

    mmsi: int
    kind: str
    t0: datetime
    t1: datetime
    port: str


@dataclass(frozen=True, slots=True)
class PastCheck:
    """An inspection that ended, in the store's time. `flag`, `nationalities`: what its boarding record
    said, shown to nobody by this and counted in nothing."""

    order: int
    mmsis: tuple[int, ...]
    at: datetime
    result: str
    unit_zh: str
    unit_en: str
    boarded: bool
    flag: str = ""
    nationalities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """All of it, oldest first."""

    alerts: tuple[PastAlert, ...] = ()
    verdicts: tuple[PastVerdict, ...] = ()
    checks: tuple[PastCheck, ...] = ()


def history(since: datetime, checks_since: datetime, at: datetime) -> History:
    """Alerts and verdicts of behaviour from `since` to `at`, checks from `checks_since`; sealed ones left
    out."""
    return History(tuple(_alerts(since, at)), tuple(_verdicts(since, at)), tuple(_checks(checks_since, at)))


def _alerts(since: datetime, at: datetime) -> list[PastAlert]:
    rows = Alert.objects.filter(t1__gte=since, known_at__lte=at, test=False).exclude(state="withdrawn")
    columns = ("pk", "mmsi", "other_mmsi", "kind", "severity", "state", "t1", "judgement")
    return [
        PastAlert(pk, _both(a, b), kind, severity, state, t1, judgement)
        for pk, a, b, kind, severity, state, t1, judgement in rows.order_by("id").values_list(*columns)
        if a is not None or b is not None
    ]


def _verdicts(since: datetime, at: datetime) -> list[PastVerdict]:
    rows = Verdict.objects.filter(
        kind__in=KINDS, mmsi__isnull=False, t1__gte=since, t0__lte=at, replaced_by=None, withdrawn_at=None
    )
    columns = ("mmsi", "kind", "t0", "t1", "reasons")
    return [
        PastVerdict(mmsi, kind, t0, t1, _port(reasons) if kind == "port_visit" else "")
        for mmsi, kind, t0, t1, reasons in rows.order_by("id").values_list(*columns)
    ]


def _port(reasons: list[dict[str, object]]) -> str:
    return next((str(r.get("value") or "") for r in reasons if r.get("code") == "port"), "")


def _checks(since: datetime, at: datetime) -> list[PastCheck]:
    """Outcomes, by the beginning of their boarding where it was recorded, else by when the order was
    given."""
    told: dict[int, Boarding] = {}
    for b in Boarding.objects.filter(began_at__gte=since).order_by("order_id", "number"):
        told[b.order_id] = b  # the newest version stands
    out = []
    rows = Outcome.objects.select_related("order__alert", "order__unit").order_by("id")
    for o in rows:
        b, order = told.get(o.order_id), o.order
        when = b.began_at if b is not None else order.received_at or order.issued_at or o.at
        mmsis = _both(order.alert.mmsi, order.alert.other_mmsi)
        if not (since <= when <= at) or not mmsis:
            continue
        crew = tuple(str(h.get("nationality", "")) for h in b.told.get("crew", ())) if b is not None else ()
        flag = str(b.told.get("flag", "")) if b is not None else ""
        unit = order.unit
        out.append(
            PastCheck(
                o.order_id, mmsis, when, o.result, unit.name_zh, unit.name_en, b is not None, flag, crew
            )
        )
    return out


def _both(a: int | None, b: int | None) -> tuple[int, ...]:
    return tuple(m for m in (a, b) if m is not None)
