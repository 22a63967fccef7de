"""`/readyz`: whether this process can serve, and if not, why not. `/healthz` says only that it lives."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from huanqiong.console.live import live_desk
from huanqiong.console.metrics import may_read
from huanqiong.desk.trust.sequencer import lag_s

LAG_S: Final = 10.0
"""A log further behind than this has no sequencer that works: ten times its usual bound of 1 s."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `detail`: what was found, in a few words."""

    what: str
    ok: bool
    detail: str


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as e:
        return Check("database", False, f"{connection.vendor} does not answer ({type(e).__name__})")
    return Check("database", True, connection.vendor)


_applied = False


def _migrations() -> Check:
    """Asked until they are all applied; they do not come off again under a running process."""
    global _applied
    if not _applied:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return Check("migrations", False, f"{len(missing)} wait: start `hq up` again, it applies them")
        _applied = True
    return Check("migrations", True, "applied")


def _log() -> Check:
    lag = lag_s()
    return Check("log", lag <= LAG_S, f"{lag:.1f} s behind, bound {LAG_S:.0f} s")


def _feeds() -> Check:
    """Known, not necessarily sound: that a source fell silent is for the watch to see."""
    desk = live_desk()
    if os.environ.get("HUANQIONG_RUN") and (desk is None or not desk.known()):
        return Check("feeds", False, "the worker process has not said how the feeds are")
    rows = desk.health() if desk is not None else []
    return Check("feeds", True, ", ".join(f"{r['name']} {r['state']}" for r in rows) or "none")


def checks() -> list[Check]:
    """All of it; what needs the database is not asked while that is away."""
    found = [_database()]
    if found[0].ok:
        try:
            found += [_migrations(), _log()]
        except DatabaseError as e:
            found.append(Check("records", False, type(e).__name__))
    return [*found, _feeds()]


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all holds, else 503; the reasons go to whoever may read the metrics."""
    found = checks()
    ready = all(c.ok for c in found)
    told = {"checks": [asdict(c) for c in found]} if may_read(request) else {}
    body = {"ready": ready, "store": settings.STORE_NAME} | told
    response = JsonResponse(body, status=200 if ready else 503)
    response._has_been_logged = True  # asked every few seconds: not an error each time
    return response
