"""The audit log, as an auditor reads it: who did what to which record, and whether the chain holds."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import tables
from huanqiong.console.audit_words import act_name
from huanqiong.console.chain import verified
from huanqiong.console.pages import page
from huanqiong.core.time import iso
from huanqiong.desk.trust.access import access_audit, access_audit_state, access_people, allow, allowed

PER_PAGE = 100
CSV_MOST = 50_000


@page("audit.view")
def audit(request: HttpRequest) -> HttpResponse:
    """Entries newest first, with filters; the state of the chain; export."""
    g = request.GET
    before = int(g["before"]) if g.get("before", "").isdigit() else None
    filters = {"actor": g.get("actor", ""), "act": g.get("act", ""), "subject": g.get("subject", "").strip()}
    if g.get("format") == "csv":
        allow(request.user, "audit.export")
        found = access_audit(request.user, limit=CSV_MOST, **filters)
        return tables.csv(
            "audit.csv",
            (
                {
                    "seq": e.seq,
                    "at": iso(e.at),
                    "actor": e.actor,
                    "act": e.act,
                    "subject": e.subject,
                    "details": json.dumps(e.details, ensure_ascii=False),
                    "hash": e.hash,
                }
                for e in found
            ),
        )
    found = access_audit(request.user, before=before, limit=PER_PAGE + 1, **filters)
    people = {p.code: p for p in access_people(request.user)} if allowed(request.user, "users.view") else {}
    return render(
        request,
        "console/audit.html",
        {
            "rows": [
                {"e": e, "name": act_name(e.act), "details": _plain(e.details), "link": _link(e.subject)}
                for e in found[:PER_PAGE]
            ],
            "next_before": found[PER_PAGE - 1].seq if len(found) > PER_PAGE else None,
            "chain": verified(),
            "end": access_audit_state(request.user),
            "people": sorted(people.values(), key=lambda p: p.username),
            "filters": filters,
            "groups": [
                ("login", act_name("login")),
                ("watch", act_name("watch")),
                ("zone", act_name("zone")),
                ("registry", act_name("registry")),
                ("unit", act_name("unit")),
                ("person", act_name("person")),
                ("role", act_name("role")),
                ("audit", act_name("audit")),
            ],
        },
    )


def _plain(details: dict[str, object]) -> str:
    """Details in one line; salted hashes of private values stay short."""
    parts = []
    for key, value in details.items():
        if isinstance(value, dict) and set(value) == {"sha256"}:
            value = f"#{value['sha256'][:8]}"
        elif isinstance(value, dict | list):
            value = json.dumps(value, ensure_ascii=False)
        if value not in ("", None, "[]", "{}"):
            parts.append(f"{key}: {value}")
    return " · ".join(parts)


def _link(subject: str) -> str:
    kind, _, key = subject.partition(":")
    return f"/?alert={key}" if kind == "alert" and key.isdigit() else ""
