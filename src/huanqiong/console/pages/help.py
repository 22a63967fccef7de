"""Help: keys, roles, kinds of events; and the health of feeds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import texts
from huanqiong.console.house import clock, house, sources
from huanqiong.console.pages import page
from huanqiong.desk.trust.roles import role_book


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
        {"sources": sources(), "days": days, "clock_now": clock(), "total": h.lake.rows()},
    )
