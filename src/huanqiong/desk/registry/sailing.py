"""What a clerk says of a boat that leaves or returns, and what of it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.registry.shore import ENTRY_KINDS, TRIP_PURPOSES
from huanqiong.desk.registry.shore_rules import shore_rules
from huanqiong.lines.names.fold import plain


@dataclass(frozen=True, slots=True)
class Sailing:
    """One entry of the log. `boat` is the register's code, "" where she is not in it: then `name` says who.

    `at`, `due_at` in the store's time; `skew_s`: how far the device's clock is ahead of the server's, None:
    not known. Crew, purpose and time due are a departure's only.
    """

    kind: str
    station: str
    at: datetime
    boat: str = ""
    name: str = ""
    due_at: datetime | None = None
    crew: tuple[str, ...] = ()
    purpose: str = ""
    note: str = ""
    skew_s: float | None = None

    def require(self, now: datetime) -> None:
        """UsageError or StateError that says what is missing or cannot be; `now` in the store's time."""
        rules = shore_rules()
        if self.kind not in ENTRY_KINDS:
            raise UsageError(f"Kind {self.kind!r}: say {' or '.join(ENTRY_KINDS)}.")
        if not self.boat and not plain(self.name):
            raise UsageError("Say which boat: her name as it is painted.")
        if self.at.tzinfo is None or (self.due_at is not None and self.due_at.tzinfo is None):
            raise UsageError("The time has no time zone. Give it with one.")
        if self.kind == "return" and (self.due_at or self.crew or self.purpose):
            raise UsageError("Crew, purpose and the time due belong to a departure.")
        if self.purpose and self.purpose not in TRIP_PURPOSES:
            raise UsageError(f"Purpose {self.purpose!r}: say {', '.join(TRIP_PURPOSES)}.")
        if self.due_at is not None and self.due_at <= self.at:
            raise UsageError("She is due back before she leaves. Choose a later time.")
        if len(self.crew) > rules.crew_most or any(not c.strip() or len(c) > 40 for c in self.crew):
            raise UsageError(
                f"A crew has up to {rules.crew_most} names, each of 1 to 40 characters. "
                "For a larger one write the list's number into the note."
            )
        if self.at > now + rules.ahead:
            raise StateError(
                "The log tells what happened: this time lies ahead of the clock. Check the device's."
            )
        if self.at < now - rules.late:
            raise StateError(
                f"This is more than {rules.late.days} days old. Tell the duty officer, who logs it by hand."
            )
