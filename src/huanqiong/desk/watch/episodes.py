"""Which alert an event belongs to: the episode of its vessel or pair, in memory, one batch at a time.

Invariant: an alert is about one vessel or one pair. Events of one subject less than the policy's time and
distance apart are one episode; a vessel's own events join the alert of a pair it is in, a pair's event
never joins a single vessel's alert.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from math import asin, cos, inf, radians, sin, sqrt

from huanqiong.core.units import EARTH_RADIUS_M
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.desk.watch.policy import WatchPolicy


def distance_m(a: Verdict, b: Verdict) -> float:
    """Great-circle metres; infinite where a place is unknown."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return inf
    lat, lon, lat2, lon2 = a.lat, a.lon, b.lat, b.lon
    p1, p2 = radians(lat), radians(lat2)
    h = sin((p2 - p1) / 2) ** 2 + cos(p1) * cos(p2) * sin(radians(lon2 - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def apart(a: Verdict, b: Verdict) -> timedelta:
    """Time between two intervals; zero where they touch."""
    return max(a.t0 - b.t1, b.t0 - a.t1, timedelta(0))


class Episodes:
    """The standing alerts around a batch and their current verdicts."""

    def __init__(self, policy: WatchPolicy) -> None:
        self.policy = policy
        self.members: dict[int, list[Verdict]] = defaultdict(list)  # by id() of the alert
        self.alerts: dict[str, list[Alert]] = defaultdict(list)  # by subject

    def add(self, alert: Alert, members: Iterable[Verdict] = ()) -> None:
        """Makes an alert known, with its current verdicts."""
        self.members[id(alert)].extend(members)
        self.alerts[alert.subject].append(alert)
        if alert.other_subject:
            self.alerts[alert.other_subject].append(alert)

    def near(self, v: Verdict, states: tuple[str, ...]) -> Alert | None:
        """The alert (in one of the states) whose episode a verdict is in: nearest in time, pairs first."""
        best: tuple[timedelta, int, int] | None = None
        chosen = None
        for n, alert in enumerate(self.alerts[v.subject]):
            if alert.state not in states or alert.distress:
                continue
            if v.other_subject and {alert.subject, alert.other_subject} != {v.subject, v.other_subject}:
                continue
            for m in self.members[id(alert)]:
                gap = apart(v, m)
                if gap >= self.policy.episode_gap:
                    continue
                if distance_m(v, m) >= self.policy.episode_m:
                    continue
                rank = (gap, 0 if alert.other_subject else 1, n)
                if best is None or rank < best:
                    best, chosen = rank, alert
        return chosen

    def summarise(self, alert: Alert) -> bool:
        """Takes kind, severity, place, times and rank from the current verdicts; False when none is left."""
        members = self.members[id(alert)]
        if not members:
            return False
        rank = self.policy.rank
        lead = max(members, key=lambda v: (rank(v.kind, v.severity, v.score), -v.t0.timestamp(), v.kind))
        kinds = sorted({v.kind for v in members})
        alert.lead = lead
        alert.kind, alert.kinds = lead.kind, kinds
        alert.lat, alert.lon = lead.lat, lead.lon
        wished = alert.standing.severity if alert.standing is not None else 0
        alert.severity = max(wished, *(v.severity for v in members))
        alert.rank = rank(lead.kind, max(wished, lead.severity), lead.score, len(kinds))
        alert.tier = 0 if alert.distress else self.policy.tier(alert.severity)
        alert.t0, alert.t1 = min(v.t0 for v in members), max(v.t1 for v in members)
        alert.known_at = min(v.t1 for v in members)
        alert.provisional = all(v.provisional for v in members)
        return True
