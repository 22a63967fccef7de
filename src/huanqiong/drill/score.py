"""How well the detectors did on a drill: what was found, what was missed, which innocents were raised.

An event names a fact when kind, ship (both ships of a pair) and time agree: intersection over union at
least 0.3 (the sea line's protocol for planted truth). Several kinds may tell of one
fact (`SAME`): an open gap is a gap that has not ended yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

MIN_IOU: Final = 0.3
SAME: Final = {
    "open_gap": "gap",
    "deliberate_gap": "gap",
    "dark_encounter": "encounter",
}
NO_ALARM: Final = frozenset({"port_visit", "zone_visit", "fishing", "draught_change"})
"""Kinds that record what ships do and accuse nobody: never counted as false alarms."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a story: was it found, by which event (row of the table), how well in time."""

    story: str
    kind: str
    mmsi: int
    other_mmsi: int | None
    found: bool
    event: int | None  # row of the events table; None: missed
    iou: float


@dataclass(frozen=True, slots=True)
class KindScore:
    """Counts of one kind (gap family as `gap`)."""

    kind: str
    facts: int
    found: int
    missed: int
    innocents_raised: int
    false_alarms: int  # events that tell of no story: innocents and all others
    false_per_1000_ship_days: float


@dataclass(frozen=True, slots=True)
class Score:
    """The whole account of a drill."""

    parts: list[Part]
    kinds: list[KindScore]
    stories: dict[str, tuple[int, int]]  # story: parts found, parts
    innocents: dict[str, tuple[int, int]]  # look-alike: raised, all
    ship_days: float
    events: int  # alarming events given
    false_alarms: int
    false_per_1000_ship_days: float


def family(kind: str) -> str:
    """The kind under which an event is counted."""
    return SAME.get(kind, kind)


def iou(a0: datetime, a1: datetime, b0: datetime, b1: datetime) -> float:
    """Intersection over union of two times; 0 where they do not touch."""
    both = (min(a1, b1) - max(a0, b0)).total_seconds()
    whole = (max(a1, b1) - min(a0, b0)).total_seconds()
    return max(0.0, both) / whole if whole > 0 else 0.0


def _ships(row: dict[str, Any]) -> frozenset[int]:
    return frozenset(m for m in (row["mmsi"], row["other_mmsi"]) if m is not None)


def _agree(event: dict[str, Any], fact: dict[str, Any]) -> float:
    if family(event["kind"]) != family(fact["kind"]) or _ships(event) != _ships(fact):
        return 0.0
    return iou(event["t0"], event["t1"], fact["t0"], fact["t1"])


def score(events: pa.Table, truth: pa.Table) -> Score:
    """Events (core.schema.EVENTS) held against a drill's truth, whose metadata tell the ship-days."""
    meta = {k.decode(): v.decode() for k, v in (truth.schema.metadata or {}).items()}
    ship_days = float(meta.get("ship_days", "nan"))
    rows = [(i, e) for i, e in enumerate(events.to_pylist()) if e["kind"] not in NO_ALARM]
    by_ship: dict[frozenset[int], list[tuple[int, dict[str, Any]]]] = {}
    for i, e in rows:
        by_ship.setdefault(_ships(e), []).append((i, e))
    guilty: set[int] = set()
    parts: list[Part] = []
    innocents: dict[str, tuple[int, int]] = {}
    raised_by_kind: dict[str, int] = {}
    for fact in truth.to_pylist():
        hits = [(_agree(e, fact), i) for i, e in by_ship.get(_ships(fact), [])]
        hits = sorted(h for h in hits if h[0] >= MIN_IOU)
        if fact["innocent"]:
            got, of = innocents.get(fact["story"], (0, 0))
            innocents[fact["story"]] = (got + bool(hits), of + 1)
            raised_by_kind[family(fact["kind"])] = raised_by_kind.get(family(fact["kind"]), 0) + bool(hits)
            continue
        guilty.update(i for _, i in hits)
        best = hits[-1] if hits else None
        parts.append(
            Part(fact["story"], fact["kind"], fact["mmsi"], fact["other_mmsi"], best is not None,
                 best[1] if best else None, round(best[0], 3) if best else 0.0)
        )  # fmt: skip
    false = [e for i, e in rows if i not in guilty]
    kinds = []
    for kind in sorted({family(e["kind"]) for _, e in rows} | {family(p.kind) for p in parts}):
        mine = [p for p in parts if family(p.kind) == kind]
        wrong = sum(family(e["kind"]) == kind for e in false)
        got = sum(p.found for p in mine)
        kinds.append(
            KindScore(kind, len(mine), got, len(mine) - got, raised_by_kind.get(kind, 0), wrong,
                      round(wrong / ship_days * 1000, 2))
        )  # fmt: skip
    stories = {
        s: (sum(p.found for p in parts if p.story == s), sum(p.story == s for p in parts))
        for s in sorted({p.story for p in parts})
    }
    return Score(
        parts, kinds, stories, dict(sorted(innocents.items())), ship_days, len(rows), len(false),
        round(len(false) / ship_days * 1000, 2),
    )  # fmt: skip
