"""What a backup is: its format's name, its members, what it leaves out. No Django here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Progress = Callable[[str, int, int], None]
FORMAT: Final = "huanqiong-backup/1"
MANIFEST: Final = "manifest.json"
"""The last member: it names every other with its SHA-256, and every table with its rows."""
RECORDS: Final = "records"
"""Where the tables' members stand."""
NOT_KEPT: Final = ("records.sqlite3*", ".migrate.lock", "lake/lock", "keys/database.url", ".*")
"""What a backup leaves out: the database itself (its rows are kept) and where it lies, locks, half files."""
