"""Signed-in browsers: which run, and whether one has outlived its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import PersonSession


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session. `ended_why` "" while it runs or has lapsed unseen."""

    code: str
    person_id: int
    begun_at: datetime
    seen_at: datetime
    how: str
    address: str
    agent: str
    ended_at: datetime | None
    ended_why: str

    def lapsed(self, limits: Mapping[str, int], at: datetime | None = None) -> str:
        """Why its limits end it at `at` (None: now): "absolute", "idle", or "" while they do not.

        A time that far ahead ends it too: the clock was set back, and how old it is nobody knows.
        """
        when = at or now()
        if abs(when - self.begun_at) >= timedelta(hours=limits["absolute_h"]):
            return "absolute"
        return "idle" if abs(when - self.seen_at) >= timedelta(minutes=limits["idle_min"]) else ""


def _row(s: PersonSession) -> SessionRow:
    return SessionRow(
        s.code, s.person_id, s.begun_at, s.seen_at, s.how, s.address, s.agent, s.ended_at, s.ended_why
    )


def session(code: str) -> SessionRow | None:
    """The session of that code; None where there is none."""
    found = PersonSession.objects.filter(code=code).first()
    return None if found is None else _row(found)


def sessions_of(person_pk: int, limits: Mapping[str, int]) -> list[SessionRow]:
    """Sessions of an account that run under these limits, the one last seen first."""
    rows = PersonSession.objects.filter(person_id=person_pk, ended_at=None).order_by("-seen_at")
    return [r for r in map(_row, rows) if not r.lapsed(limits)]


def session_counts(limits: Mapping[str, int]) -> dict[int, int]:
    """{person's key: sessions that run under these limits}, of all accounts."""
    out: dict[int, int] = {}
    for s in PersonSession.objects.filter(ended_at=None):
        if not _row(s).lapsed(limits):
            out[s.person_id] = out.get(s.person_id, 0) + 1
    return out
