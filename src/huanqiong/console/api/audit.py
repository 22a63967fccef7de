"""The audit log for whoever may read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router

from huanqiong.core.time import iso
from huanqiong.desk.trust.access import access_audit, access_audit_end

router = Router()


@router.get("/")
@router.get("")
def entries(
    request: HttpRequest, after: int = 0, act: str = "", subject: str = "", limit: int = 100
) -> dict[str, Any]:
    """Entries behind place `after`, newest first (`seq` null: it waits for its place); the log's end."""
    found = access_audit(request.user, after=after, act=act, subject=subject, limit=max(1, min(limit, 1000)))
    return {
        "end": asdict(access_audit_end(request.user)),
        "entries": [
            {
                "seq": e.seq,
                "at": iso(e.at),
                "actor": e.actor,
                "name": e.actor_name,
                "act": e.act,
                "subject": e.subject,
                "details": e.details,
                "leaf": e.leaf,
            }
            for e in found
        ],
    }
