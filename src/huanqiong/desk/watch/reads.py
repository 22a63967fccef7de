"""Questions to the watch desk, answered in plain rows. Views come here only through `access`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from huanqiong.core.errors import MissingError, UsageError
from huanqiong.desk.registry.reads import shown_name
from huanqiong.desk.watch.models import Alert, Judgement, Order, Outcome, SceneReport, Silence, Verdict
from huanqiong.desk.watch.ordered import order_rows
from huanqiong.desk.watch.ordered import orders as orders
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.rows import (
    AlertDetail,
    AlertRow,
    Counts,
    DetectorOutcomes,
    FrozenRow,
    JudgementRow,
    KindRecord,
    QueueQuery,
    SilenceRow,
    VerdictRow,
)
from huanqiong.desk.watch.tasking import scene_rows
from huanqiong.desk.watch.tiers import placed


def _filtered(q: QueueQuery, *, states: bool = True) -> QuerySet[Alert]:
    rows = placed(Alert.objects.all(), q.at)
    if states and q.states:
        rows = rows.filter(state__in=q.states)
    if q.kinds:
        rows = rows.filter(kind__in=q.kinds)
    if q.min_severity:
        rows = rows.filter(severity__gte=q.min_severity)
    if q.max_tier is not None:
        rows = rows.filter(place__lte=q.max_tier)
    if q.mmsi is not None:
        rows = rows.filter(Q(mmsi=q.mmsi) | Q(other_mmsi=q.mmsi))
    if q.claimed_by:
        rows = rows.filter(claimed_by__code=q.claimed_by)
    if q.since is not None:
        rows = rows.filter(t1__gte=q.since)
    if q.at is not None:
        rows = rows.filter(known_at__lte=q.at)
    return rows


def _joined(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    newest = Order.everything.filter(alert=OuterRef("pk")).order_by("-id")
    ended = Outcome.everything.filter(order__alert=OuterRef("pk")).order_by("-id")
    return rows.select_related("lead", "vessel", "other_vessel", "claimed_by", "standing").annotate(
        order_state=Subquery(newest.values("state")[:1]), outcome=Subquery(ended.values("result")[:1])
    )


def _rows(rows: Iterable[Any]) -> list[AlertRow]:
    records = kind_records()
    offers = watch_policy().offers_distress
    return [
        AlertRow(
            id=a.pk,
            state=a.state,
            tier=a.place,
            severity=a.severity,
            rank=a.rank,
            kind=a.kind,
            kinds=tuple(a.kinds),
            reasons=tuple(a.lead.reasons) if a.lead else (),
            t0=a.t0,
            t1=a.t1,
            known_at=a.known_at,
            lat=a.lat,
            lon=a.lon,
            subject=a.subject,
            other_subject=a.other_subject,
            mmsi=a.mmsi,
            other_mmsi=a.other_mmsi,
            vessel=shown_name(a.vessel),
            other_vessel=shown_name(a.other_vessel),
            vessel_code=a.vessel.code if a.vessel else "",
            record=records.get(a.kind, KindRecord(a.kind)),
            claimed_by=a.claimed_by.display_name if a.claimed_by else "",
            claimed_by_code=a.claimed_by.code if a.claimed_by else "",
            claimed_at=a.claimed_at,
            distress=a.distress,
            acknowledged_at=a.acknowledged_at,
            test=a.test,
            possible_distress=not a.distress
            and a.state in ("open", "claimed")
            and not offers.isdisjoint(a.kinds),
            provisional=a.provisional,
            changed_since=a.changed_since,
            judgement=a.judgement,
            order_state=a.order_state or "",
            outcome=a.outcome or "",
            standing=a.standing.name if a.standing else "",
            raised_at=a.raised_at,
            changed_at=a.changed_at,
        )
        for a in rows
    ]


def queue(q: QueueQuery = QueueQuery()) -> list[AlertRow]:  # noqa: B008  frozen
    """The queue in a fixed number of queries: unacknowledged distress, then tier, rank, newest first."""
    sounding = Case(
        When(distress=True, test=False, acknowledged_at=None, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = _joined(_filtered(q)).order_by(sounding, "place", "-rank", "-t1", "-id")
    return _rows(rows[q.offset : q.offset + q.limit])


def alert_rows(ids: Iterable[int]) -> list[AlertRow]:
    """The queue's rows of these alerts, in order of id: what a stream event refers to."""
    return _rows(_joined(placed(Alert.objects.filter(pk__in=list(ids)))).order_by("id"))


def for_vessel(mmsi: int, *, limit: int = 200) -> list[AlertRow]:
    """Alerts on a vessel, alone or in a pair, newest first, in every state."""
    rows = placed(Alert.objects.filter(Q(mmsi=mmsi) | Q(other_mmsi=mmsi)))
    return _rows(_joined(rows).order_by("-t1", "-id")[:limit])


def verdict_row(v: Verdict) -> VerdictRow:
    """A stored verdict as a row."""
    return VerdictRow(
        id=v.pk,
        key=v.key,
        number=v.number,
        kind=v.kind,
        subject=v.subject,
        other_subject=v.other_subject,
        mmsi=v.mmsi,
        other_mmsi=v.other_mmsi,
        t0=v.t0,
        t1=v.t1,
        lat=v.lat,
        lon=v.lon,
        score=v.score,
        severity=v.severity,
        reasons=tuple(v.reasons),
        profile=v.profile,
        version=v.version,
        policy=v.policy,
        geography=v.geography,
        raw=tuple(v.raw),
        provisional=v.provisional,
        recorded_at=v.recorded_at,
        alert_id=v.alert_id,
        held_by=v.silence_id,
        replaced_by=v.replaced_by_id,
        withdrawn_at=v.withdrawn_at,
        withdrawn_why=v.withdrawn_why,
    )


def alert_detail(alert_id: int, *, sealed: bool = False) -> AlertDetail:
    """All of one alert in a fixed number of queries; MissingError where there is none.

    `sealed`: also one under a seal, for the act that opens it and for nothing else.
    """
    by = "everything" if sealed else "objects"
    rows = _rows(_joined(placed(getattr(Alert, by).filter(pk=alert_id))))
    if not rows:
        raise MissingError(f"There is no alert {alert_id}. It may be of another store.")
    row = rows[0]
    a = Alert.everything.select_related("follows").get(pk=alert_id)
    subjects = [s for s in (a.subject, a.other_subject) if s]
    return AlertDetail(
        row=row,
        verdicts=tuple(verdict_row(v) for v in a.verdicts(manager=by).order_by("t0", "id")),
        judgements=tuple(
            JudgementRow(
                judgement=j.judgement,
                reason=j.reason,
                by=j.by.display_name,
                at=j.at,
                set_aside_at=j.set_aside_at,
                set_aside_why=j.set_aside_why,
            )
            for j in a.judgements(manager=by).select_related("by").order_by("id")
        ),
        orders=tuple(order_rows(a.orders(manager=by).order_by("id"), None)),
        silences=tuple(_silences(Silence.objects.filter(subject__in=subjects))),
        frozen=tuple(
            FrozenRow(id=f.pk, moment=f.moment, by=f.by.display_name, at=f.at, shown=f.shown, sha256=f.sha256)
            for f in a.frozen(manager=by).select_related("by").order_by("id")
        ),
        follows=a.follows_id if a.follows is not None and a.follows.sealed_at is None else None,
        followed_by=tuple(a.followed_by.order_by("id").values_list("pk", flat=True)),
        scene=tuple(scene_rows(getattr(SceneReport, by).filter(order__alert=a))),
    )


def counts(q: QueueQuery = QueueQuery()) -> Counts:  # noqa: B008  frozen
    """Counts by state over all that the other filters allow; by kind, severity, tier over the states too."""

    def by(rows: QuerySet[Alert], *columns: str) -> dict[Any, int]:
        found = rows.values_list(*columns).annotate(n=Count("id")).order_by(*columns)
        return {row[0] if len(columns) == 1 else row[:-1]: row[-1] for row in found}

    rows = _filtered(q)
    cells = by(rows, "place", "severity")
    by_tier: dict[int, int] = {}
    by_severity: dict[int, int] = {}
    for (tier, severity), n in sorted(cells.items()):
        by_tier[tier] = by_tier.get(tier, 0) + n
        by_severity[severity] = by_severity.get(severity, 0) + n
    return Counts(
        by_state=by(_filtered(q, states=False), "state"),
        by_kind=by(rows, "kind"),
        by_severity=by_severity,
        by_tier=by_tier,
        by_tier_severity=cells,
    )


def timeline(t0: datetime, t1: datetime, bins: int, *, at: datetime | None = None) -> dict[int, list[int]]:
    """{severity: alerts a bin} over [t0, t1) by the time they became known; 4 = distress."""
    if t1 <= t0 or not 1 <= bins <= 5000:
        raise UsageError("A timeline needs an end after its start and 1 to 5000 bins.")
    out: dict[int, list[int]] = {}
    rows = Alert.objects.exclude(state="withdrawn").filter(known_at__gte=t0, known_at__lt=t1)
    if at is not None:
        rows = rows.filter(known_at__lte=at)
    for known, severity, distress in rows.values_list("known_at", "severity", "distress"):
        line = out.setdefault(4 if distress else severity, [0] * bins)
        line[min(bins - 1, int((known - t0) / (t1 - t0) * bins))] += 1
    return out


def standing(*, at: datetime | None = None) -> dict[int, tuple[int, int]]:
    """{mmsi: (alert id, severity)} of vessels under an open or claimed alert: the worst one; 4 = distress."""
    out: dict[int, tuple[int, int]] = {}
    rows = _filtered(QueueQuery(at=at)).order_by("-tier", "rank")
    for pk, severity, distress, mmsi, other in rows.values_list(
        "pk", "severity", "distress", "mmsi", "other_mmsi"
    ):
        for m in (mmsi, other):
            if m is not None:
                out[m] = (pk, 4 if distress else severity)
    return out


def verdicts_of(
    mmsi: int, *, t0: datetime | None = None, t1: datetime | None = None, limit: int = 500
) -> list[VerdictRow]:
    """Current verdicts on a vessel that touch [t0, t1], quiet and held ones too, newest first."""
    rows = Verdict.objects.filter(Q(mmsi=mmsi) | Q(other_mmsi=mmsi), replaced_by=None, withdrawn_at=None)
    if t0 is not None:
        rows = rows.filter(t1__gte=t0)
    if t1 is not None:
        rows = rows.filter(t0__lte=t1)
    return [verdict_row(v) for v in rows.order_by("-t0", "-id")[:limit]]


def verdict_points(
    t0: datetime, t1: datetime, *, kinds: tuple[str, ...] = (), limit: int = 5000
) -> list[dict[str, Any]]:
    """Current, placed verdicts that touch [t0, t1]: {id, alert_id, kind, severity, lat, lon, t0, t1,
    mmsi, other_mmsi}, worst first."""
    rows = Verdict.objects.filter(
        replaced_by=None, withdrawn_at=None, t1__gte=t0, t0__lte=t1, lat__isnull=False
    )
    if kinds:
        rows = rows.filter(kind__in=kinds)
    columns = ("id", "kind", "severity", "lat", "lon", "t0", "t1", "mmsi", "other_mmsi", "alert_id")
    return list(rows.order_by("-severity", "-t1", "id").values(*columns)[:limit])


def silences(*, at: datetime | None = None) -> list[SilenceRow]:
    """Silences that stand at `at`; None: all."""
    rows = Silence.objects.all()
    if at is not None:
        rows = rows.filter(lifted_at=None, until__gte=at)
    return _silences(rows)


def _silences(rows: QuerySet[Silence]) -> list[SilenceRow]:
    return [
        SilenceRow(
            id=s.pk,
            subject=s.subject,
            mmsi=s.mmsi,
            kind=s.kind,
            since=s.since,
            until=s.until,
            reason=s.reason,
            by=s.by.display_name,
            at=s.at,
            lifted_at=s.lifted_at,
            held=s.n_held,
        )
        for s in rows.select_related("by")
        .annotate(n_held=Count("held", filter=Q(held__replaced_by=None)))
        .order_by("-id")
    ]


def kind_records() -> dict[str, KindRecord]:
    """The record of every kind that was judged, over its last judged alerts, in one query."""
    last = watch_policy().record_last
    recent = (
        Judgement.objects.filter(set_aside_at=None)
        .annotate(n=Window(RowNumber(), partition_by=F("kind"), order_by=F("id").desc()))
        .filter(n__lte=last)
    )
    tally: dict[str, dict[str, int]] = {}
    for kind, judgement in recent.values_list("kind", "judgement"):
        by_kind = tally.setdefault(kind, {"true": 0, "false": 0, "unclear": 0})
        by_kind[judgement] += 1
    return {kind: KindRecord(kind, sum(n.values()), **n) for kind, n in tally.items()}


def kind_record(kind: str) -> KindRecord:
    """The record of one kind; judged 0: not yet known."""
    return kind_records().get(kind, KindRecord(kind))


def outcomes() -> list[DetectorOutcomes]:
    """What inspections found, per detector."""
    tally: dict[tuple[str, str], dict[str, int]] = {}
    rows = Outcome.objects.values_list("detector", "kind", "result").annotate(n=Count("id"))
    for detector, kind, result, n in rows.order_by("detector"):
        tally.setdefault((detector, kind), {"hit": 0, "no_hit": 0, "not_possible": 0})[result] += n
    return [DetectorOutcomes(detector=d, kind=k, **n) for (d, k), n in tally.items()]
