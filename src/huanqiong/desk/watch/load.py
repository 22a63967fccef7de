"""How much a watch had to bear: alerts per officer and half day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from huanqiong.core.time import SHANGHAI
from huanqiong.desk.watch.models import Alert, Judgement, Shift
from huanqiong.desk.watch.policy import watch_policy


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One watch of the desk. `first`: distress and alerts severe enough for the first tier, `rest` the
    others; `officers`: persons on shift for the policy's time at least."""

    begins: datetime
    ends: datetime
    first: int
    rest: int
    officers: int
    judged: int

    @property
    def per_officer(self) -> float | None:
        """Alerts of every tier for each officer; None where nobody was on shift."""
        return (self.first + self.rest) / self.officers if self.officers else None

    @property
    def first_per_officer(self) -> float | None:
        """First-tier alerts for each officer."""
        return self.first / self.officers if self.officers else None


def loads(clock_at: datetime, *, live: bool, watches: int = 14) -> list[LoadRow]:
    """The last watches up to `clock_at`, the newest (it may still run) first; those before the first alert
    are left out. Alerts count when they were raised; where the store's clock stands, when their behaviour
    became known. Shifts and judgements are of real time, so they are counted of a live store only."""
    policy = watch_policy()
    hours = timedelta(hours=policy.watch_h)
    here = clock_at.astimezone(SHANGHAI)
    here = here.replace(hour=policy.watch_begins, minute=0, second=0, microsecond=0)
    while here > clock_at:
        here -= hours
    while here + hours <= clock_at:
        here += hours
    starts = [here - n * hours for n in range(watches)]
    when = "raised_at" if live else "known_at"
    span = {f"{when}__gte": starts[-1], f"{when}__lte": clock_at}
    alerts = Alert.objects.filter(test=False, **span).exclude(state="withdrawn").values_list(when, "tier")
    judged = Judgement.objects.filter(at__gte=starts[-1], at__lte=clock_at).values_list("at", flat=True)
    shifts = Shift.objects.filter(Q(ended_at=None) | Q(ended_at__gt=starts[-1]), begun_at__lt=clock_at)
    on = list(shifts.values_list("person_id", "begun_at", "ended_at")) if live else []
    out = []
    for a in starts:
        b = a + hours
        own = [tier for t, tier in alerts if a <= t < b]
        least = min(policy.watch_least, (min(b, clock_at) - a) / 2)
        officers = {
            p for p, begun, ended in on if min(b, ended or clock_at, clock_at) - max(a, begun) >= least
        }
        first = sum(tier <= 1 for tier in own)
        done = sum(a <= t < b for t in judged) if live else 0
        out.append(LoadRow(a, b, first, len(own) - first, len(officers), done))
    while out and not (out[-1].first or out[-1].rest):
        out.pop()
    return out
