"""What is done by the clock and not by a person: a table of jobs, run one at a time in the worker process.

A job must be safe to run twice and to be killed in the middle: it runs again when its time comes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.core.management import call_command
from django.db import close_old_connections

from huanqiong.lake.store import Store

HOUR_S: Final = 3600.0
MINUTE_S: Final = 60.0
CLIMB_S: Final = 20.0
LOOK_S: Final = 600.0
"""How often is asked whether the day's retention is due, and how soon one that failed is tried again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every `every_s` seconds, first when the worker starts."""

    name: str
    every_s: float
    do: Callable[[], None]


def _forget_sessions() -> None:
    """Takes the rows of sessions that ran out; they open nothing any more."""
    call_command("clearsessions")


def jobs_of(store: Store) -> tuple[Job, ...]:
    """What is done by the clock over this store."""

    def retention() -> None:
        from huanqiong.flows.retention.daily import run_daily

        run_daily(store)

    def absent() -> None:
        """Whoever has no session that runs is not on duty: what they hold goes back."""
        from huanqiong.desk.trust.actor import SYSTEM
        from huanqiong.desk.trust.reads import session_counts
        from huanqiong.desk.trust.roles import role_book
        from huanqiong.desk.watch.acts import release_off_shift

        release_off_shift(session_counts(role_book().limits(store.kind)), by=SYSTEM)

    def escalation() -> None:
        """Items that wait too long climb the store's chain."""
        from huanqiong.flows.escalation import climb_now

        climb_now(store)

    def sailings() -> None:
        from huanqiong.flows.shore.watch import check_live

        check_live(store)

    return (
        Job("forget old sessions", HOUR_S, _forget_sessions),
        Job("retention", LOOK_S, retention),
        Job("alerts of absent officers", MINUTE_S, absent),
        Job("log of sailings", 5 * MINUTE_S, sailings),
        Job("escalation", CLIMB_S, escalation),
    )


def run(stop: threading.Event, jobs: tuple[Job, ...]) -> None:
    """Does each job when it is due until told to stop; one that fails is logged and tried again later."""
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if time.monotonic() < due[job.name] or stop.is_set():
                continue
            due[job.name] = time.monotonic() + job.every_s
            close_old_connections()
            try:
                job.do()
            except Exception:
                log.exception("the job %r failed; it is tried again in %.0f s", job.name, job.every_s)
            finally:
                close_old_connections()
        stop.wait(1.0)
