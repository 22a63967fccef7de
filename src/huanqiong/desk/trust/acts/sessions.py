"""Acts on sessions: begun, ended by hand, by an administrator or by their limits."""

from __future__ import annotations

from datetime import timedelta

from huanqiong.core.errors import MissingError
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.locking import locked_person, locked_self, require_person
from huanqiong.desk.trust.models import Person, PersonSession
from huanqiong.desk.trust.roles import role_book

SEEN_EVERY = timedelta(minutes=1)


def begin_session(*, by: Actor, how: str, address: str = "", agent: str = "") -> str:
    """Begins a session of the person and returns its code; beyond `sessions_most` the oldest ends.

    `how`: password, one_time or passkey, and after a + the second factor.
    """
    require_person(by)
    with act("session.begin", by=by) as a:
        p = locked_self(by)
        most = role_book().sign_in["sessions_most"]
        row = PersonSession(
            person=p, begun_at=a.at, seen_at=a.at, how=how[:40], address=address[:45], agent=agent[:200]
        )
        row.save()
        # By number, not by time: after the clock was set back the newest would seem the oldest.
        running = PersonSession.objects.filter(person=p, ended_at=None).order_by("-pk")
        a.subject, a.details = f"person:{p.code}", {"session": row.code, "how": how}
        if address:
            a.details["address"] = Private(address)
        if beyond := list(running[most:]):
            a.details["ended"] = [s.code for s in beyond]
            end_running(a, p, codes=[s.code for s in beyond], why="too_many")
    return row.code


def end_session(code: str, *, by: Actor, why: str = "hand") -> None:
    """Ends a session: one's own, or anybody's with `users.manage`; one that ended before stays as it is."""
    own = by.pk is not None and PersonSession.objects.filter(code=code, person_id=by.pk).exists()
    with act("session.end", by=by, permission=None if own else "users.manage") as a:
        row = _locked(code)
        if row is None:
            raise MissingError(f"There is no session {code}.")
        a.subject, a.details = f"person:{row.person.code}", {"session": code, "why": why}
        a.idle = not end_running(a, row.person, codes=[code], why=why)


def end_other_sessions(keep: str, *, by: Actor) -> int:
    """Ends all of one's own sessions but `keep`; returns how many."""
    require_person(by)
    with act("session.end_others", by=by) as a:
        p = locked_self(by)
        ended = end_running(a, p, but=keep, why="hand")
        a.subject, a.details, a.idle = f"person:{p.code}", {"ended": ended}, not ended
    return len(ended)


def end_all_sessions(username: str, *, by: Actor) -> int:
    """Ends every session of an account; returns how many."""
    with act("session.end_all", by=by, permission="users.manage") as a:
        p = locked_person(username)
        ended = end_running(a, p, why="administrator")
        a.subject, a.details, a.idle = f"person:{p.code}", {"ended": ended}, not ended
    return len(ended)


def lapse_session(code: str, why: str, *, by: Actor) -> None:
    """Ends a session that outlived a limit (`idle`, `absolute`); for the program itself."""
    with act("session.end", by=by, permission="session.lapse") as a:
        row = _locked(code)
        if row is None:
            raise MissingError(f"There is no session {code}.")
        a.subject, a.details = f"person:{row.person.code}", {"session": code, "why": why}
        a.idle = not end_running(a, row.person, codes=[code], why=why)


def _locked(code: str) -> PersonSession | None:
    """The session's row, locked; its person's is not, since who locks both takes the person's first."""
    rows = PersonSession.objects.select_for_update(of=("self",)).select_related("person")
    return rows.filter(code=code).first()


def seen(code: str, *, by: Actor) -> None:
    """Keeps, to the minute, that a session of the person is in use. No entry: every act says who was here."""
    at = now()
    mine = PersonSession.objects.filter(code=code, person_id=by.pk, ended_at=None)
    mine.filter(seen_at__lte=at - SEEN_EVERY).update(seen_at=at)


def end_running(a: Act, p: Person, *, why: str, codes: list[str] | None = None, but: str = "") -> list[str]:
    """Ends the person's running sessions (None: all) but one, as part of an act; returns their codes."""
    running = PersonSession.objects.filter(person=p, ended_at=None).exclude(code=but)
    if codes is not None:
        running = running.filter(code__in=codes)
    ended = sorted(running.values_list("code", flat=True))
    running.update(ended_at=a.at, ended_why=why)
    if ended:
        a.tell("person", code=p.code)
    return ended
