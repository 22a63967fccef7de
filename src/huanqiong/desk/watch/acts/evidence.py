"""The export of an alert's evidence: what leaves the store is in the log before it is in anybody's hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huanqiong.core.errors import UsageError
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.standing import locked_alert


def export_evidence(
    alert_id: int,
    purpose: str,
    content_sha256: str,
    *,
    by: Actor,
    held: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> str:
    """Logs that an alert's evidence is handed out, and for what; returns the act's time (ISO 8601 UTC).

    `content_sha256` names the bundle's content, so that the log and the file prove each other; `held` counts
    what it holds. UsageError without a purpose.
    """
    if not purpose.strip():
        raise UsageError("An export of evidence needs a purpose: say in a few words what it is for.")
    asked = [alert_id, purpose, content_sha256]
    with act(
        "evidence.export",
        by=by,
        subject=f"alert:{alert_id}",
        permission="evidence.export",
        asked=asked,
        request_id=request_id,
    ) as a:
        if a.repeated:
            return str(a.result)
        locked_alert(alert_id)
        a.details = {"purpose": purpose, "content_sha256": content_sha256, **(held or {})}
        a.result = a.at.isoformat()
    return str(a.result)
