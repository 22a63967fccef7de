"""Acts of the system: verdicts come in, alerts are raised from them, withdrawn verdicts are withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from huanqiong.core.errors import UsageError
from huanqiong.desk.registry.acts import ensure_vessels
from huanqiong.desk.registry.periods import periods
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import SYSTEM, Actor
from huanqiong.desk.trust.canonical import sha256_hex
from huanqiong.desk.watch.episodes import Episodes
from huanqiong.desk.watch.found import Found, found
from huanqiong.desk.watch.models import Alert, Silence, Standing, Verdict
from huanqiong.desk.watch.policy import WatchPolicy, watch_policy
from huanqiong.desk.watch.versions import Versions, family_of
from huanqiong.desk.watch.wished import wishes_for

CHUNK = 400  # values in one SQL IN list
ACTIVE = ("open", "claimed")
_SUMMARY = ["state", "kind", "kinds", "lead", "lat", "lon", "severity", "rank", "tier"]
_SUMMARY += ["standing", "t0", "t1", "known_at", "provisional", "changed_since", "changed_at"]


def _chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    ordered = sorted(values)
    for i in range(0, len(ordered), CHUNK):
        yield ordered[i : i + CHUNK]


def _current() -> QuerySet[Verdict]:
    return Verdict.everything.filter(replaced_by=None, withdrawn_at=None)


class _Batch:
    """Everything stored that a batch of events may touch, read in a few queries."""

    def __init__(self, new: list[Found], policy: WatchPolicy) -> None:
        self.policy = policy
        self.versions = Versions()
        self.episodes = Episodes(policy)
        self.by_pk: dict[int, Alert] = {}
        self._standing: dict[int, Standing] = {}
        self.silences: list[Silence] = []
        self.periods = periods(t0=min(f.t1 for f in new), t1=max(f.t1 for f in new))
        self.wishes = wishes_for({m for f in new for m in (f.mmsi, f.other_mmsi) if m is not None})
        subjects = {s for f in new for s in (f.subject, f.other_subject) if s}
        early = min(f.t0 for f in new) - policy.episode_gap
        late = max(f.t1 for f in new) + policy.episode_gap
        stored: dict[int, Verdict] = {}
        for part in _chunks(subjects):
            on = Q(subject__in=part) | Q(other_subject__in=part)
            for v in _current().filter(on, t1__gte=early, t0__lte=late):
                stored[v.pk] = v
            for alert in Alert.everything.select_for_update(of=("self",)).filter(
                on, t1__gte=early, t0__lte=late
            ):
                self.by_pk[alert.pk] = alert
            self.silences += Silence.objects.filter(subject__in=part, lifted_at=None, until__gte=early)
        missing = {v.alert_id for v in stored.values() if v.alert_id} - self.by_pk.keys()
        for part in _chunks(missing):
            for alert in Alert.everything.select_for_update(of=("self",)).filter(pk__in=part):
                self.by_pk[alert.pk] = alert
        for part in _chunks(self.by_pk):
            for v in _current().filter(alert_id__in=part):
                stored.setdefault(v.pk, v)
        members: dict[int, list[Verdict]] = {}
        for v in sorted(stored.values(), key=lambda v: v.pk):
            self.versions.add(v, family_of(v))
            if v.alert_id:
                v.alert = self.by_pk[v.alert_id]
                members.setdefault(v.alert_id, []).append(v)
        for pk in sorted(self.by_pk):
            self.episodes.add(self.by_pk[pk], members.get(pk, ()))

    def standing(self, key: int) -> Standing:
        """The standing alert of that key, the one object of the batch."""
        if key not in self._standing:
            self._standing[key] = Standing.objects.get(pk=key)
        return self._standing[key]

    def sheltering(self, f: Found) -> tuple[int, str] | None:
        """The period of weather and the shelter in which the event lies; None: it explains nothing."""
        for p in self.periods:
            if p.runs(f.t1) and (shelter := p.shelter_of(f.lat, f.lon)) is not None:
                return p.id, shelter.name
        return None

    def holding(self, f: Found) -> Silence | None:
        """The silence that covers the event's behaviour: it ends inside the silence's period."""
        for s in self.silences:
            if (
                s.subject in (f.subject, f.other_subject)
                and s.kind in ("", f.kind)
                and s.since <= f.t1 <= s.until
            ):
                return s
        return None


def raise_alerts(
    events: Iterable[Mapping[str, Any]],
    *,
    by: Actor,
    policy: str = "",
    geography: str = "",
    provisional: bool = False,
    request_id: str | None = None,
) -> dict[str, Any]:
    """Stores events (rows of `core.schema.EVENTS`) as verdicts and raises an alert per episode.

    The same events again change nothing. A final verdict replaces its provisional one, a gap its open gap,
    late data makes a new version beside the old. `policy`, `geography`: fingerprints; a row may carry its
    own, and `provisional` and `raw` [{sha256, offset}]. Returns {alerts: ids raised, changed: ids changed,
    verdicts, again, replaced, held, sheltered, quiet: counts}.
    """
    rows = [found(r, policy=policy, geography=geography, provisional=provisional) for r in events]
    out: dict[str, Any] = {
        "alerts": [], "changed": [],
        "verdicts": 0, "again": 0, "replaced": 0, "held": 0, "sheltered": 0, "quiet": 0,
    }  # fmt: skip
    digest = sha256_hex("".join(sorted(f.content_sha256 for f in rows)))
    with act("watch.raise", by=by, permission="watch.raise", asked=digest, request_id=request_id) as a:
        if a.repeated:
            return dict(a.result)
        known: set[str] = set()
        for part in _chunks({f.content_sha256 for f in rows}):
            known |= set(
                Verdict.everything.filter(content_sha256__in=part, withdrawn_at=None).values_list(
                    "content_sha256", flat=True
                )
            )
        new = {f.content_sha256: f for f in rows if f.content_sha256 not in known}
        out["again"] = len(rows) - len(new)
        if new:
            _store(a, list(new.values()), out)
        a.idle = not out["verdicts"]
        a.details = {k: len(v) if isinstance(v, list) else v for k, v in out.items()} | {"events": digest}
        a.result = out
    return out


def _store(a: Act, new: list[Found], out: dict[str, Any]) -> None:
    policy = watch_policy()
    batch = _Batch(new, policy)
    # Pairs first, so that a vessel's own events of the same episode find the pair's alert.
    new.sort(key=lambda f: (not f.other_subject, f.t0, f.t1, f.provisional, f.kind, f.subject))
    vessels = ensure_vessels({m for f in new for m in (f.mmsi, f.other_mmsi) if m is not None}, by=a.by)
    verdicts: list[Verdict] = []
    replaced: list[tuple[Verdict, Verdict]] = []  # (stored or new verdict, its successor)
    raised: list[Alert] = []
    changed: dict[int, Alert] = {}  # by id()
    for f in new:
        before, stale = batch.versions.before(f)
        if stale:
            out["again"] += 1
            continue
        v = Verdict(**f.columns(), recorded_at=a.at)
        v.number = 1 + max((b.number for b in before), default=0)
        verdicts.append(v)
        batch.versions.add(v, f.family)
        alert = None
        for b in before:
            replaced.append((b, v))
            if b.alert is not None:
                batch.episodes.members[id(b.alert)].remove(b)
                changed[id(b.alert)] = b.alert
                if alert is None or alert.pk is None:  # an alert that people may have seen goes first
                    alert = b.alert
        if alert is None and f.kind in policy.sheltered_kinds and (shelter := batch.sheltering(f)):
            v.period_id, v.shelter = shelter
            out["sheltered"] += 1
            continue
        v.silence = None if alert else batch.holding(f)
        if v.silence is not None:
            out["held"] += 1
            continue
        wished = batch.wishes.first(f) if batch.wishes.wishes else None
        if alert is None:
            quiet = f.kind in policy.quiet_kinds or f.severity < policy.min_severity
            if quiet and wished is None:
                out["quiet"] += 1
                continue
            alert = batch.episodes.near(v, ACTIVE)
        if alert is None:
            alert = _new_alert(f, vessels, a.at)
            alert.follows = batch.episodes.near(v, ("judged", "closed"))
            batch.episodes.add(alert)
            raised.append(alert)
        else:
            changed[id(alert)] = alert
        if wished is not None and alert.standing_id is None:
            alert.standing = batch.standing(wished)
        v.alert = alert
        batch.episodes.members[id(alert)].append(v)
    for b, v in reversed(replaced):
        if b.alert is not None and b.alert.pk is None:
            b.alert = v.alert  # its own alert may have come to nothing within the batch
    raised = [alert for alert in raised if batch.episodes.summarise(alert)]
    lead = {id(alert): alert.lead for alert in raised}
    for alert in raised:
        alert.lead = None  # the verdict has no key yet
    Alert.everything.bulk_create(raised, batch_size=500)
    for v in verdicts:
        v.alert = v.alert  # takes over the key its alert has just been given
    Verdict.everything.bulk_create(verdicts, batch_size=500)
    _name_leads((lead[id(alert)].pk, alert.pk) for alert in raised)
    fresh = {id(alert) for alert in raised}
    old = [alert for key, alert in changed.items() if key not in fresh and alert.pk is not None]
    _summarise_again(batch.episodes, old, a.at)
    _save_alerts(old)
    for b, v in replaced:
        b.replaced_by = v
    Verdict.everything.bulk_update([b for b, _ in replaced], ["replaced_by"], batch_size=300)
    out["alerts"] = [alert.pk for alert in raised]
    out["changed"] = sorted(alert.pk for alert in old)
    out["verdicts"], out["replaced"] = len(verdicts), len(replaced)
    for part in _chunks(out["alerts"] + out["changed"]):
        a.tell("alert", ids=part)


def add_report(
    a: Act,
    subject: str,
    mmsi: int | None,
    at: datetime,
    lat: float | None,
    lon: float | None,
    severity: int,
    reason: Mapping[str, Any],
) -> Alert:
    """Within an act under way: the alert of kind `report` that a person's words start. No detector's kind:
    it joins no episode, nothing withdraws it and no silence holds it back."""
    policy = watch_policy()
    event = {
        "kind": "report", "subject": f"mmsi:{mmsi}" if mmsi is not None else subject, "mmsi": mmsi,
        "t0": at, "t1": at, "lat": lat, "lon": lon, "score": 1.0, "severity": severity,
        "reasons": [dict(reason)],
        "profile": "report", "version": policy.version,
    }  # fmt: skip
    f = found(event)
    vessels = ensure_vessels({mmsi}, by=SYSTEM) if mmsi is not None else {}
    alert = _new_alert(f, vessels, a.at)
    alert.kind, alert.kinds = "report", ["report"]
    alert.t0 = alert.t1 = alert.known_at = at
    alert.lat, alert.lon, alert.severity = f.lat, f.lon, severity
    alert.rank, alert.tier = policy.rank("report", severity, 1.0), policy.tier(severity)
    alert.save()
    verdict = Verdict(**f.columns(), alert=alert, recorded_at=a.at)
    verdict.save()
    alert.lead = verdict
    alert.save(update_fields=["lead"])
    a.tell("alert", ids=[alert.pk])
    return alert


def _new_alert(f: Found, vessels: Mapping[int, int], at: datetime) -> Alert:
    return Alert(
        subject=f.subject,
        other_subject=f.other_subject,
        mmsi=f.mmsi,
        other_mmsi=f.other_mmsi,
        vessel_id=vessels.get(f.mmsi) if f.mmsi is not None else None,
        other_vessel_id=vessels.get(f.other_mmsi) if f.other_mmsi is not None else None,
        raised_at=at,
        changed_at=at,
    )


def _summarise_again(episodes: Episodes, alerts: list[Alert], at: datetime) -> None:
    for alert in alerts:
        alert.changed_at = at
        alert.changed_since = alert.changed_since or alert.state not in ("open", "withdrawn")
        if not episodes.summarise(alert) and alert.state in ACTIVE:
            alert.state = "withdrawn"


def _name_leads(pairs: Iterable[tuple[int, int]]) -> None:
    """Points new alerts to their leading verdicts, which had no key when the alerts were written."""
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE watch_alert SET lead_id = %s WHERE id = %s", list(pairs))


def _save_alerts(alerts: list[Alert]) -> None:
    """Writes the summaries back in one statement a batch."""
    Alert.everything.bulk_create(
        alerts, batch_size=300, update_conflicts=True, unique_fields=["id"], update_fields=_SUMMARY
    )


def withdraw_verdicts(keys: Iterable[str], *, by: Actor, reason: str) -> dict[str, Any]:
    """Withdraws the current verdicts of these event keys (`watch.found.event_key`), with a reason.

    An alert left without a verdict is withdrawn too, unless a person judged it: then it only shows the
    change. Returns {verdicts: count, changed: alert ids}.
    """
    wanted = set(keys)
    return _withdraw(
        [v for part in _chunks(wanted) for v in _current().select_related("alert").filter(key__in=part)],
        by=by,
        reason=reason,
    )


def withdraw_missing(
    found_keys: Iterable[str], profile: str, t0: datetime, t1: datetime, *, by: Actor, reason: str
) -> dict[str, Any]:
    """Withdraws the profile's current verdicts that lie wholly in [t0, t1] and are not among `found_keys`:
    for a detection run that was complete over that time. Returns as `withdraw_verdicts`.
    """
    keys = set(found_keys)
    rows = _current().select_related("alert").filter(profile=profile, t0__gte=t0, t1__lte=t1)
    return _withdraw([v for v in rows.exclude(kind="distress") if v.key not in keys], by=by, reason=reason)


def _withdraw(rows: list[Verdict], *, by: Actor, reason: str) -> dict[str, Any]:
    if not reason.strip():
        raise UsageError("A withdrawal needs a reason.")
    with act("watch.withdraw", by=by, permission="watch.raise", details={"reason": reason}) as a:
        episodes = Episodes(watch_policy())
        alerts = {v.alert_id: v.alert for v in rows if v.alert is not None}
        for v in rows:
            v.withdrawn_at, v.withdrawn_why = a.at, reason
        Verdict.everything.bulk_update(rows, ["withdrawn_at", "withdrawn_why"], batch_size=200)
        left: dict[int, list[Verdict]] = {}
        for part in _chunks(alerts):
            for v in _current().filter(alert_id__in=part):
                left.setdefault(v.alert_id, []).append(v)
        for pk, alert in alerts.items():
            episodes.add(alert, left.get(pk, ()))
        _summarise_again(episodes, list(alerts.values()), a.at)
        _save_alerts(list(alerts.values()))
        a.idle = not rows
        a.result = {"verdicts": len(rows), "changed": sorted(alerts)}
        a.details |= {"verdicts": [v.pk for v in rows][:1000], "count": len(rows)}
        for part in _chunks(alerts):
            a.tell("alert", ids=part)
    return dict(a.result)
