"""Which alerts open the queue: a first tier that a person can hold in mind, whatever the number of alerts.

Invariant: tier 1 holds at most `top_most` alerts, the highest ranked of those that wait, are severe enough
and whose behaviour reaches into the last `top_window`. All others severe enough stand at the head of tier 2.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, F, IntegerField, Max, Q, QuerySet, Value, When

from huanqiong.desk.watch.models import Alert
from huanqiong.desk.watch.policy import watch_policy

WAITING = ("open", "claimed")


def top_ids(at: datetime | None = None) -> list[int]:
    """The alerts of tier 1, best first, as known at a time of behaviour; None: the newest behaviour."""
    policy = watch_policy()
    rows = Alert.objects.filter(tier=1, state__in=WAITING)
    if at is not None:
        rows = rows.filter(known_at__lte=at)
    end = at or rows.aggregate(newest=Max("t1"))["newest"]
    if end is None:
        return []
    rows = rows.filter(t1__gte=end - policy.top_window).order_by("-rank", "-t1", "-id")
    return list(rows.values_list("pk", flat=True)[: policy.top_most])


def placed(rows: QuerySet[Alert], at: datetime | None = None) -> QuerySet[Alert]:
    """The rows with `place`, the tier in which they are shown."""
    beyond = Q(tier=1) & ~Q(pk__in=top_ids(at))
    return rows.annotate(
        place=Case(When(beyond, then=Value(2)), default=F("tier"), output_field=IntegerField())
    )
