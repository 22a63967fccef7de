"""Sailings as trips: what entries of the log say together, whatever order they arrived in.

Entries of several devices are merged by what they say, never by when they came; where they disagree all are
kept and the trip says in what.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from huanqiong.desk.registry.shore_rules import ShoreRules, shore_rules

CONFLICTS = ("no_return", "no_departure", "out_twice", "back_twice")
"""What a trip may be at odds in: the boat sailed again and nobody logged her return; she returned and nobody
logged that she left; two entries of one departure; two of one return."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the log as it stands. `boat` is her code, "" where the register does not have her; `crew`
    None where the reader may not see it; `about`: the entry that it set right, None: none."""

    id: int
    kind: str
    boat: str
    name: str
    plain: str
    station: str
    at: datetime
    due_at: datetime | None
    crew: tuple[str, ...] | None
    crew_n: int
    purpose: str
    note: str
    by: str
    made_at: datetime
    skew_s: float | None
    about: int | None
    request_id: str

    @property
    def whose(self) -> str:
        """What tells her boat from others: the register's code, else her folded name."""
        return self.boat or f"={self.plain}"


@dataclass(slots=True)
class Trip:
    """One sailing: entries of its departure and of its return, the first of each first."""

    out: list[EntryRow] = field(default_factory=list)
    back: list[EntryRow] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    @property
    def first(self) -> EntryRow:
        """The entry that names boat and station."""
        return (self.out or self.back)[0]

    @property
    def left_at(self) -> datetime | None:
        return self.out[0].at if self.out else None

    @property
    def due_at(self) -> datetime | None:
        """What was said last of when she would be back."""
        return next((e.due_at for e in reversed(self.out) if e.due_at is not None), None)

    @property
    def returned_at(self) -> datetime | None:
        return self.back[0].at if self.back else None

    @property
    def is_out(self) -> bool:
        """She left, nobody logged her return, and she has not sailed again since."""
        return bool(self.out) and not self.back and "no_return" not in self.conflicts

    def overdue_since(self, rules: ShoreRules) -> datetime | None:
        """From when on she is overdue if she stays out; None: she is back, or nobody said when she is due."""
        return self.due_at + rules.grace if self.is_out and self.due_at is not None else None

    def mark(self, conflict: str) -> None:
        if conflict not in self.conflicts:
            self.conflicts.append(conflict)


def trips(entries: Iterable[EntryRow], rules: ShoreRules | None = None) -> list[Trip]:
    """The trips of standing entries of any boats, the newest first."""
    rules = rules or shore_rules()
    boats: dict[str, list[EntryRow]] = {}
    for e in entries:
        boats.setdefault(e.whose, []).append(e)
    out = [t for of in boats.values() for t in _one(sorted(of, key=_order), rules)]
    return sorted(out, key=lambda t: (t.first.at, t.first.id), reverse=True)


def _order(e: EntryRow) -> tuple[datetime, int, int]:
    """Of one instant the return comes first: who sails again at noon came back before."""
    return e.at, 0 if e.kind == "return" else 1, e.id


def _one(entries: list[EntryRow], rules: ShoreRules) -> list[Trip]:
    found: list[Trip] = []
    for e in entries:
        last = found[-1] if found else None
        if e.kind == "departure":
            if last is not None and last.is_out:
                if e.at - last.out[0].at <= rules.same:
                    last.out.append(e)
                    last.mark("out_twice")
                    continue
                last.mark("no_return")
            found.append(Trip(out=[e]))
        elif last is not None and last.is_out:
            last.back.append(e)
        elif last is not None and last.back and e.at - last.back[0].at <= rules.again:
            last.back.append(e)
            last.mark("back_twice")
        else:
            found.append(Trip(back=[e], conflicts=["no_departure"]))
    return found
