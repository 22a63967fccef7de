"""The duty log's page: entries by day, filters, a way to print them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import duty_words
from huanqiong.console.house import clock
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.core.time import SHANGHAI, show
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.watch.access import access_duty
from huanqiong.desk.watch.duty import DutyQuery

PER_PAGE = 100


@page("watch.view")
def duty(request: HttpRequest) -> HttpResponse:
    """Entries newest first; `day` narrows to one day in China's time."""
    g = request.GET
    day = _day(g.get("day", ""))
    offset = whole(g.get("offset", "")) or 0
    query = DutyQuery(
        since=day,
        until=day + timedelta(days=1) if day else None,
        alert=whole(g.get("alert", "")),
        unanswered=g.get("unanswered") == "1",
        words=g.get("words", "").strip()[:80],
        limit=PER_PAGE + 1,
        offset=min(offset, 1_000_000),
    )
    found = access_duty(request.user, query)
    rows = [
        duty_words.row(e) | {"t": show(e.happened_at), "written": show(e.made_at)} for e in found[:PER_PAGE]
    ]
    context = {
        "days": [(d, list(of)) for d, of in groupby(rows, key=lambda r: r["t"][:10])],
        "filters": g,
        "writes": allowed(request.user, "watch.log"),
        "more": offset + PER_PAGE if len(found) > PER_PAGE else None,
        "now": show(clock().at),
    }
    return render(request, "console/duty.html", context)


def _day(text: str) -> datetime | None:
    """Midnight of a day in China's time; None for none or for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(0), SHANGHAI)
    except ValueError:
        return None
