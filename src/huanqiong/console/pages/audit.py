"""The audit log, as an auditor reads it: who did what to which record, and whether the chain holds."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import audit_words, purposes, tables, texts
from huanqiong.console.chain import verified
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.core.time import iso
from huanqiong.desk.trust.access import access_audit, access_audit_end, access_people, allow, allowed
from huanqiong.desk.trust.reads import PersonRow

PER_PAGE = 100
CSV_MOST = 50_000
GROUPS = ("login", "watch", "evidence", "zone", "registry", "unit", "person", "role", "audit")


@page("audit.view")
def audit(request: HttpRequest) -> HttpResponse:
    """Entries newest first, with filters; the state of the chain; export."""
    g = request.GET
    before = whole(g.get("before", ""))
    filters = {"actor": g.get("actor", ""), "act": g.get("act", ""), "subject": g.get("subject", "").strip()}
    if g.get("format") == "csv":
        allow(request.user, "audit.export")
        found = access_audit(request.user, limit=CSV_MOST, **filters)
        asked = purposes.taken(request, "audit.rows", "list:audit", "audit.export", len(found))
        if asked is not None:
            return asked
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
                    "hash": e.leaf,
                }
                for e in found
            ),
        )
    found = access_audit(request.user, before=before, limit=PER_PAGE + 1, **filters)
    people = access_people(request.user) if allowed(request.user, "users.view") else []
    names = {p.code: _name(p) for p in people}
    return render(
        request,
        "console/audit.html",
        {
            "rows": [
                {
                    "e": e,
                    "who": names.get(e.actor) or audit_words.actor_name(e.actor, e.actor_name),
                    "name": audit_words.act_name(e.act),
                    "subject": audit_words.subject_name(e.subject, names),
                    "details": audit_words.details(e.details, names),
                    "link": _link(e.subject),
                }
                for e in found[:PER_PAGE]
            ],
            "next_before": found[PER_PAGE - 1].seq if len(found) > PER_PAGE else None,
            "chain": verified(),
            "end": access_audit_end(request.user),
            "people": people,
            "filters": filters,
            "groups": [(code, audit_words.act_name(code)) for code in GROUPS],
        },
    )


def _name(p: PersonRow) -> str:
    first, second = (p.name_en, p.name_zh) if texts.lang() == "en" else (p.name_zh, p.name_en)
    return first or second or p.username


def _link(subject: str) -> str:
    """Where a record can be looked at; "" where it has no page."""
    kind, _, key = subject.partition(":")
    pages = {"alert": f"/?alert={key}", "order": "/orders/", "zone": "/zones/", "silence": "/orders/"}
    return pages.get(kind, "")
