"""How verdicts become alerts: the numbers of `data/watch/watch.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from huanqiong import data


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """Grouping, ranking and record rules of one version of the file."""

    version: str
    episode_gap: timedelta
    episode_m: float
    quiet_kinds: frozenset[str]
    min_severity: int
    per_extra_kind: float
    weight: Mapping[str, float]
    tier_1_severity: int
    tier_2_severity: int
    top_most: int
    top_window: timedelta
    record_last: int
    distress_gap: timedelta
    offers_distress: frozenset[str]
    silence_max: timedelta
    off_shift: timedelta
    standing_days: int
    sheltered_kinds: frozenset[str]
    shelter_beyond_m: float
    watch_h: int
    watch_begins: int
    watch_least: timedelta
    ship_classes: Mapping[str, tuple[tuple[int, int], ...]]

    def tier(self, severity: int) -> int:
        """1 may open the queue (`tiers` says which do); distress, tier 0, is not a matter of severity."""
        if severity >= self.tier_1_severity:
            return 1
        return 2 if severity >= self.tier_2_severity else 3

    def rank(self, kind: str, severity: int, score: float, kinds: int = 1) -> float:
        """Severity and score by the kind's weight, a little more for each further kind. No probability."""
        return self.weight.get(kind, 1.0) * (severity + score) + self.per_extra_kind * (kinds - 1)


@cache
def watch_policy() -> WatchPolicy:
    """The bundled policy."""
    d = data.toml("watch/watch.toml")
    return WatchPolicy(
        version=d["version"],
        episode_gap=timedelta(hours=d["episode"]["gap_h"]),
        episode_m=d["episode"]["distance_km"] * 1000.0,
        quiet_kinds=frozenset(d["alerting"]["quiet_kinds"]),
        min_severity=d["alerting"]["min_severity"],
        per_extra_kind=d["rank"]["per_extra_kind"],
        weight=d["rank"]["weight"],
        tier_1_severity=d["tier"]["tier_1_severity"],
        tier_2_severity=d["tier"]["tier_2_severity"],
        top_most=d["tier"]["top_most"],
        top_window=timedelta(hours=d["tier"]["top_window_h"]),
        record_last=d["record"]["last"],
        distress_gap=timedelta(hours=d["distress"]["gap_h"]),
        off_shift=timedelta(minutes=d["shift"]["off_min"]),
        watch_h=d["load"]["watch_h"],
        watch_begins=d["load"]["begins_h"],
        watch_least=timedelta(minutes=d["load"]["least_min"]),
        sheltered_kinds=frozenset(d["shelter"]["kinds"]),
        shelter_beyond_m=d["shelter"]["beyond_km"] * 1000.0,
        standing_days=d["standing"]["review_days"],
        ship_classes={k: tuple((a, b) for a, b in v) for k, v in d["standing"]["ships"].items()},
        offers_distress=frozenset(d["distress"]["offered_by"]),
        silence_max=timedelta(days=d["silence"]["max_days"]),
    )
