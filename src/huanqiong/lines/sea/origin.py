"""Where a voyage began, and whether a dated, sourced notice names that port. Pure; knows no flag and no
number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huanqiong.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Call:
    """A port call as the detector found it: the port's label, arrival and departure."""

    port: str
    t0: datetime
    t1: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What an authority made known about voyages from a port: from which day to which, `source` and
    `dated` as the notice itself says them. A notice without either is none."""

    port: str
    since: date
    until: date
    source: str
    dated: date
    what: str = ""

    def names(self, call: Call) -> bool:
        """Whether a voyage that began with this call is one it is about."""
        return self.port == call.port and self.since <= call.t1.date() <= self.until


def noticed(
    calls: Sequence[Call], notices: Sequence[Notice], now: datetime, voyage_d: float
) -> tuple[Call, Notice] | None:
    """The port call that the present voyage began with, and the newest notice that names it; None where
    there is no such notice, or where the voyage began longer than `voyage_d` days ago. Only the last call
    counts."""
    left = [c for c in calls if c.t1 <= now]
    if not left:
        return None
    last = max(left, key=lambda c: (c.t1, c.t0, c.port))
    if last.t1 < now - timedelta(days=voyage_d):
        return None
    found = [n for n in notices if n.names(last) and n.dated <= now.date()]
    return (last, max(found, key=lambda n: (n.dated, n.source))) if found else None


def notices_of(told: Mapping[str, Any], where: str) -> tuple[Notice, ...]:
    """Reads `[[notices]]` of a table. InputError names the one without port, days, source or date."""
    out = []
    for n, row in enumerate(told.get("notices", []), 1):
        try:
            days = [row[k] for k in ("since", "until", "dated")]
            port, source = str(row["port"]).strip(), str(row["source"]).strip()
            if not all(type(d) is date for d in days) or not port or not source or days[0] > days[1]:
                raise ValueError("a port, a source, and days as 2026-11-01, the first not after the last")
        except (KeyError, TypeError, ValueError) as e:
            raise InputError(
                f"notice {n} is not whole ({e})", where=where, remedy="See docs/check.md"
            ) from None
        out.append(Notice(port, days[0], days[1], source, days[2], str(row.get("what", ""))))
    return tuple(out)
