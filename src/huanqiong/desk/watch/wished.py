"""Questions about standing alerts: those that run, those there were, and what one would have raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count

from huanqiong.core.time import SHANGHAI
from huanqiong.desk.registry.reads import ship_types
from huanqiong.desk.trust.clock import now as real_now
from huanqiong.desk.trust.reads import sealed_subjects
from huanqiong.desk.watch.models import Alert, Standing, Verdict
from huanqiong.desk.watch.wishes import Wish, Wishes, episodes_of

SHOWN: Final = 20
"""How many examples a trial shows."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event of a trial: what it was, on whom, when, and the alert it is in already, None for none."""

    kind: str
    subject: str
    mmsi: int | None
    t0: datetime
    t1: datetime
    alert_id: int | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A standing alert. `state`: trial (made, never on), on, lapsed (nobody reviewed it), off; `raised`: how
    many alerts it is named in."""

    id: int
    wish: Wish
    zone_name: str
    state: str
    trial: dict[str, Any]
    by: str
    made_at: datetime
    on_at: datetime | None
    review_by: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    off_at: datetime | None
    off_by: str
    off_why: str
    raised: int


def wish_of(s: Standing) -> Wish:
    """What a stored one asks for."""
    return Wish(
        s.name,
        s.zone_id,
        tuple(s.kinds),
        tuple(s.ships),
        tuple(s.vessels),
        s.from_min,
        s.to_min,
        s.severity,
        s.reason,
    )


def wishes_for(mmsis: Iterable[int]) -> Wishes:
    """The standing alerts that run now, ready to be asked about events of these ships."""
    rows = Standing.objects.filter(on_at__isnull=False, off_at=None, review_by__gt=real_now())
    running = {s.pk: wish_of(s) for s in rows}
    return Wishes(running, ship_types(mmsis) if running else {})


def standing_rows() -> list[StandingRow]:
    """All of them: those that run first, the newest first."""
    rows = Standing.objects.select_related("zone", "by", "reviewed_by", "off_by")
    named = Alert.objects.filter(standing__isnull=False).order_by().values_list("standing")
    raised = dict(named.annotate(n=Count("pk")))
    now = real_now()
    order = ("on", "lapsed", "trial", "off")
    sealed = sealed_subjects()
    found = [_row(s, now, raised.get(s.pk, 0), sealed) for s in rows.order_by("-id")]
    return sorted(found, key=lambda r: order.index(r.state))


def state_of(s: Standing, now: datetime) -> str:
    """Where it stands: trial, on, lapsed, off."""
    if s.off_at is not None:
        return "off"
    if s.on_at is None:
        return "trial"
    return "on" if s.review_by is not None and s.review_by > now else "lapsed"


def _row(s: Standing, now: datetime, raised: int, sealed: frozenset[str]) -> StandingRow:
    shown = [e for e in s.trial.get("examples", []) if f"alert:{e['alert']}" not in sealed]
    return StandingRow(
        id=s.pk,
        wish=wish_of(s),
        zone_name=s.zone.name if s.zone else "",
        state=state_of(s, now),
        trial=s.trial | {"examples": shown},
        by=s.by.display_name,
        made_at=s.made_at,
        on_at=s.on_at,
        review_by=s.review_by,
        reviewed_by=s.reviewed_by.display_name if s.reviewed_by else "",
        reviewed_at=s.reviewed_at,
        off_at=s.off_at,
        off_by=s.off_by.display_name if s.off_by else "",
        off_why=s.off_why,
        raised=raised,
    )


def occasions(w: Wish, t0: datetime, t1: datetime) -> list[Occasion]:
    """The stored verdicts that ended in (t0, t1] and are what the wish asks for, oldest first. Visits of its
    zone may be missing among them: the zone may be younger than the behaviour (`flows/standing_trial`)."""
    rows = Verdict.objects.filter(replaced_by=None, withdrawn_at=None, t1__gt=t0, t1__lte=t1)
    if w.kinds:
        rows = rows.filter(kind__in=w.kinds)
    found = list(rows.exclude(kind="distress").order_by("t0", "id"))
    ships = {m for v in found for m in (v.mmsi, v.other_mmsi) if m is not None}
    asked = Wishes({0: w}, ship_types(ships))
    return [Occasion(v.kind, v.subject, v.mmsi, v.t0, v.t1, v.alert_id) for v in found if asked.is_it(w, v)]


def counted(found: list[Occasion], t0: datetime, t1: datetime) -> dict[str, Any]:
    """A trial in numbers: events, alerts the desk has already, the further ones they come to, events by day
    in China and by kind, and examples."""
    new = [o for o in found if o.alert_id is None]
    days = Counter(o.t0.astimezone(SHANGHAI).date().isoformat() for o in found)
    return {
        "from": t0.isoformat(),
        "to": t1.isoformat(),
        "events": len(found),
        "already": len({o.alert_id for o in found if o.alert_id is not None}),
        "alerts": episodes_of((o.subject, o.t0, o.t1) for o in new),
        "days": dict(sorted(days.items())),
        "kinds": dict(sorted(Counter(o.kind for o in found).items())),
        "examples": [
            {
                "kind": o.kind, "mmsi": o.mmsi,
                "t0": o.t0.isoformat(), "t1": o.t1.isoformat(), "alert": o.alert_id,
            }
            for o in found[-SHOWN:]
        ],
    }  # fmt: skip
