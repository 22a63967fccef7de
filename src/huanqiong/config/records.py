"""Where a store's records lie: SQLite in its own directory, or PostgreSQL; and whether commits there last.

An act counts as done when its commit is on the disk. Both databases are told so on every connection, and
`unsafe` reads back what the server really does, since a server or a pooler between may overrule it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from huanqiong.core.errors import UsageError

OLDEST: Final = 15
"""Oldest PostgreSQL that the tests run on."""
POOL: Final = 4
"""Connections that one process holds at most, unless `$HUANQIONG_POOL` says otherwise."""
SESSION: Final = {
    "synchronous_commit": "on",
    "statement_timeout": "60s",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Set on every connection. A statement or lock that takes longer ends with an error, never with a hang."""
MUST: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What must hold for a commit to survive a crash. Source: PostgreSQL manual, chapter 30 (reliability)."""


def sqlite(path: Path | None) -> dict[str, Any]:
    """Django's description of the embedded database; `path` None: in memory."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path or ":memory:",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
        },
    }


def postgresql(url: str, *, pool: int | None = None) -> dict[str, Any]:
    """Django's description of the database at `url` (any libpq connection string).

    `pool`: connections of this process at most; None: `$HUANQIONG_POOL`, else `POOL`.
    """
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = dict(conninfo_to_dict(url))
    except ProgrammingError:
        # The library's message repeats the text, password and all.
        raise UsageError(
            "The records' database is not understood: write postgresql://USER:PASSWORD@HOST:PORT/NAME."
        ) from None
    if not parts.get("dbname"):
        raise UsageError("The records' database URL names no database: end it with /NAME.")
    most = pool or int(os.environ.get("HUANQIONG_POOL") or POOL)
    session = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    options = f"{parts.pop('options', None) or ''} {session}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": parts.pop("port", None) or "",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "huanqiong",
            **parts,
            "options": options,
            # Idle connections beyond the first are given back after a minute; a server that was restarted is
            # noticed when a connection is handed out (CONN_HEALTH_CHECKS).
            # A server that is away is asked anew by each request, not ever more seldom.
            "pool": {
                "min_size": 1,
                "max_size": most,
                "timeout": 10,
                "max_idle": 60,
                "reconnect_timeout": 2,
            },
        },
    }


def unsafe(connection: Any) -> list[str]:
    """What at this connection would lose a commit in a crash, in words; empty where all is as it must be."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            found = cursor.execute("PRAGMA synchronous").fetchone()[0]
            return [] if found >= 2 else [f"SQLite's synchronous is {found}, not FULL"]
        out = []
        cursor.execute("SHOW server_version_num")
        if int(cursor.fetchone()[0]) // 10_000 < OLDEST:
            out.append(f"the server is older than PostgreSQL {OLDEST}")
        cursor.execute("SHOW server_encoding")
        if (encoding := cursor.fetchone()[0]) != "UTF8":
            out.append(f"the database's encoding is {encoding}, not UTF8")
        for name, must in MUST.items():
            cursor.execute(f"SHOW {name}")
            if (value := cursor.fetchone()[0]) != must:
                out.append(f"{name} is {value}, not {must}")
    return out


def first_line(error: Exception) -> str:
    """What a database says, without the lines after the first."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
