"""Retention once a day: what was due at the last moment of the table's hour, unless a run was as of it.

The last run stands in the audit log, so that a worker started anew neither repeats nor skips one.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from huanqiong.core.time import SHANGHAI
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.retention import RetentionBook, retention_book
from huanqiong.flows.retention.job import Done, applies, apply
from huanqiong.lake.store import Store

log = logging.getLogger(__name__)


def last_moment(now: datetime, book: RetentionBook) -> datetime:
    """When the daily run was last due: the table's hour of today, or of yesterday."""
    today = now.astimezone(SHANGHAI)
    at = today.replace(
        hour=book.daily_at.hour, minute=book.daily_at.minute, second=book.daily_at.second, microsecond=0
    )
    return at if at <= today else at - timedelta(days=1)


def due(now: datetime, book: RetentionBook | None = None) -> bool:
    """Whether today's run is still to be done. One as of after `now`, by a clock set back, is none."""
    last = reads.last_retention_run()
    return last is None or not last_moment(now, book or retention_book()) <= last.as_of <= now


def run_daily(store: Store, now: datetime | None = None) -> Done | None:
    """Does today's run if it is due; None: it is not, or the table does not hold for such a store."""
    now = now or datetime.now(UTC)
    if not applies(store) or not due(now):
        return None
    # As of the moment, not of now: taken up after a kill it finds the same rows, under the same entries.
    done = apply(store, last_moment(now, retention_book()), by=SYSTEM)
    gone = ", ".join(f"{code} {count}" for code, count in sorted(done.destroyed.items()))
    log.info("retention ran: destroyed %s; %d holds lapsed", gone or "nothing", len(done.lapsed))
    return done
