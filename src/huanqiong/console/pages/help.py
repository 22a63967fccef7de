"""Help: keys, roles, kinds of events; and the health of feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import texts
from huanqiong.console.audit_words import class_name
from huanqiong.console.house import clock, house, sources
from huanqiong.console.pages import page
from huanqiong.desk.trust.access import access_retention_run
from huanqiong.desk.trust.retention import retention_book
from huanqiong.desk.trust.roles import role_book

LATE_H: Final = 26.0
"""A daily job that began longer ago has missed a run: a day, and the time it takes to begin."""


@page(None)
def help_page(request: HttpRequest) -> HttpResponse:
    """What the console offers and who may do what."""
    book = role_book()
    zh = texts.lang() == "zh"
    roles = [
        {
            "name": r.zh if zh else r.en,
            "may": [book.permissions[p][0 if zh else 1] for p in book.permissions if p in r.permissions],
        }
        for r in book.roles.values()
        if r.permissions
    ]
    kinds = [{"kind": k, "name": texts.kind_name(k), "text": texts.kind_text(k)} for k in texts.found_kinds()]
    return render(request, "console/help.html", {"roles": roles, "kind_list": kinds})


@page("watch.view")
def feeds(request: HttpRequest) -> HttpResponse:
    """Each source, how old its last report is, and what days the store holds."""
    h = house()
    days = [{"day": d, "rows": h.lake.rows(day=d)} for d in reversed(h.lake.days())]
    most = max((d["rows"] for d in days), default=1)
    for d in days:
        d["share"] = round(100 * d["rows"] / most)
    return render(
        request,
        "console/feeds.html",
        {
            "sources": sources(),
            "days": days,
            "clock_now": clock(),
            "total": h.lake.rows(),
            "retention": _retention(request),
        },
    )


def _retention(request: HttpRequest) -> dict[str, Any]:
    """When the retention job ran last, and what it did. `late`: a day's run was missed."""
    book, run = retention_book(), access_retention_run(request.user)
    if house().store.kind not in book.kinds:
        return {"applies": False}
    return {
        "applies": True,
        "run": run,
        "daily_at": book.daily_at,
        "late": run is None or datetime.now(UTC) - run.as_of > timedelta(hours=LATE_H),
        "gone": [(class_name(code), n) for code, n in sorted(run.destroyed.items())] if run else [],
    }
