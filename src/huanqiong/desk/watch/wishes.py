"""What a standing alert asks for, and whether an event is it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from huanqiong.core.errors import UsageError
from huanqiong.core.schema import KINDS
from huanqiong.core.time import SHANGHAI
from huanqiong.desk.registry.reads import zones_by_id
from huanqiong.desk.watch.policy import watch_policy

DAY_MIN: Final = 1440


class Event(Protocol):
    """What is asked of an event; a stored verdict and one just found have it."""

    kind: str
    mmsi: int | None
    other_mmsi: int | None
    t0: datetime
    t1: datetime
    lat: float | None
    lon: float | None
    reasons: Any


@dataclass(frozen=True, slots=True)
class Wish:
    """What must hold all together; empty and None ask for nothing. `from_min`, `to_min`: minutes of the day
    in China, over midnight where `to_min` is the smaller."""

    name: str
    zone: int | None = None
    kinds: tuple[str, ...] = ()
    ships: tuple[str, ...] = ()
    vessels: tuple[int, ...] = ()
    from_min: int | None = None
    to_min: int | None = None
    severity: int = 2
    reason: str = ""

    def require(self) -> None:
        """UsageError that says what is missing or unknown."""
        if not self.name.strip() or not self.reason.strip():
            raise UsageError("A standing alert needs a name and a reason.")
        if not (self.zone or self.kinds or self.ships or self.vessels or self.from_min is not None):
            raise UsageError("Say what it is about: a zone, a kind, a ship type, hours or a list of vessels.")
        if unknown := set(self.kinds) - set(KINDS):
            raise UsageError(f"There is no kind {sorted(unknown)[0]!r}.")
        if unknown := set(self.ships) - set(watch_policy().ship_classes):
            raise UsageError(f"There is no ship type {sorted(unknown)[0]!r}.")
        if any(not 0 < m <= 999_999_999 for m in self.vessels):
            raise UsageError("A vessel is named by its MMSI: nine digits.")
        times = (self.from_min, self.to_min)
        if (None in times) != (times == (None, None)) or any(
            t is not None and not 0 <= t < DAY_MIN for t in times
        ):
            raise UsageError("Hours need a beginning and an end, as 2200 and 0500.")
        if self.from_min is not None and self.from_min == self.to_min:
            raise UsageError("Hours that begin and end at one time say nothing: leave them out.")
        if self.severity not in (1, 2, 3):
            raise UsageError("Severity is 1, 2 or 3.")


class Wishes:
    """Standing alerts with what is needed to ask them: their zones' outlines, the ships' types."""

    def __init__(self, wishes: Mapping[int, Wish], types: Mapping[int, int | None]) -> None:
        self.wishes = wishes
        self.types = types
        self.shapes = zones_by_id({w.zone for w in wishes.values() if w.zone is not None})

    def first(self, e: Event) -> int | None:
        """The key of the gravest one the event is, the oldest among equals; None for none."""
        found = [(-w.severity, key) for key, w in self.wishes.items() if self.is_it(w, e)]
        return min(found)[1] if found else None

    def is_it(self, w: Wish, e: Event) -> bool:
        """Whether all that it asks for holds of the event, of either ship in a pair."""
        if w.kinds and e.kind not in w.kinds:
            return False
        ships = [m for m in (e.mmsi, e.other_mmsi) if m is not None]
        if w.vessels and not set(ships) & set(w.vessels):
            return False
        if w.ships and not {class_of(self.types.get(m)) for m in ships} & set(w.ships):
            return False
        if w.from_min is not None and w.to_min is not None and not in_hours(e.t0, e.t1, w.from_min, w.to_min):
            return False
        return w.zone is None or self._inside(w.zone, e)

    def _inside(self, zone: int, e: Event) -> bool:
        named = {str(r["value"]) for r in e.reasons if r.get("code") == "zone_id"}
        if named:
            return str(zone) in named
        from shapely.geometry import Point

        shape = self.shapes.get(zone)
        placed = e.lat is not None and e.lon is not None
        return bool(placed and shape is not None and shape.covers(Point(e.lon, e.lat)))


def class_of(ship_type: int | None) -> str:
    """The class of an AIS ship type: one of the policy's, `other`, or `unknown` where nothing was said."""
    if not ship_type:
        return "unknown"
    for name, spans in watch_policy().ship_classes.items():
        if any(a <= ship_type <= b for a, b in spans):
            return name
    return "other"


def in_hours(t0: datetime, t1: datetime, from_min: int, to_min: int) -> bool:
    """Whether any moment of [t0, t1] lies in the hours of the day, in China."""
    length = (to_min - from_min) % DAY_MIN
    if (t1 - t0) >= timedelta(minutes=DAY_MIN - length):
        return True
    at = t0.astimezone(SHANGHAI)
    since = (at.hour * 60 + at.minute + at.second / 60 - from_min) % DAY_MIN
    if since <= length:
        return True
    return since + (t1 - t0).total_seconds() / 60 >= DAY_MIN


def episodes_of(events: Iterable[tuple[str, datetime, datetime]]) -> int:
    """How many alerts events (subject, t0, t1) come to: of one subject less than an episode's gap apart, one.

    Places are not asked: at most as many as are raised then, for a ship seldom is 20 km away within hours.
    """
    gap = watch_policy().episode_gap
    last: dict[str, datetime] = {}
    count = 0
    for subject, t0, t1 in sorted(events, key=lambda e: (e[0], e[1])):
        if subject not in last or t0 - last[subject] >= gap:
            count += 1
        last[subject] = max(t1, last.get(subject, t1))
    return count
