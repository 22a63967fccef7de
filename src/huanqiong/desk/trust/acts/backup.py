"""Backups are acts: that one was made, and that a store was brought back from one, stands in the log."""

from __future__ import annotations

from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor


def log_backup(sealed_for: str, *, by: Actor) -> None:
    """Logs that a backup is being made, before it is read: so it is in the backup too.

    `sealed_for`: who can open it: recipients, or `passphrase`.
    """
    with act(
        "backup.make", by=by, permission="backup.make", subject="store", details={"sealed_for": sealed_for}
    ):
        pass


def log_restore(made_at: str, content_sha256: str, rows: int, *, by: Actor) -> None:
    """Logs that this store was brought back from a backup made at that time with that content."""
    details = {"made_at": made_at, "content_sha256": content_sha256, "rows": rows}
    with act("backup.restore", by=by, permission="backup.restore", subject="store", details=details):
        pass
