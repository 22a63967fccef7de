"""The boarding record of an order: a form that works on a phone, and a sheet that prints, versions beside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import boarding_words
from huanqiong.console.house import clock
from huanqiong.console.order.brief import cause_names, outcome_name
from huanqiong.console.order.cautions import marking
from huanqiong.console.order.fix import last_fix
from huanqiong.console.pages import page
from huanqiong.console.rows import order as order_row
from huanqiong.core.coordinates import degree_minute
from huanqiong.core.time import SHANGHAI
from huanqiong.desk.trust.access import scope_of
from huanqiong.desk.watch.access import access_boardings, access_order
from huanqiong.desk.watch.boarding import boarding_book


@page("watch.view")
def boarding(request: HttpRequest, order_id: int) -> HttpResponse:
    """The record, or the form while there is none; `?correct=1` opens the form over the newest version."""
    c = clock()
    o = access_order(request.user, order_id, now=c.at)
    versions = access_boardings(request.user, order_id)
    newest = versions[-1] if versions else None
    answers = scope_of(request.user, "watch.outcome").covers(unit=o.unit_code)
    fix = last_fix(o.mmsi, c.at) if o.mmsi is not None and answers else None
    day = c.at.astimezone(SHANGHAI).date()
    correcting = newest is not None and request.GET.get("correct") == "1" and not newest.blanked
    ended = {"result": o.result, "cause": o.cause}
    shown = [boarding_words.row(b) for b in versions]
    context = {
        "o": order_row(o) | {"outcome_name": outcome_name(o.result, o.cause)},
        "marking": marking(),
        "now": c.at,
        "versions": list(reversed(shown)),
        "newest": shown[-1] if shown else None,
        "result_name": outcome_name(newest.record.result, newest.record.cause) if newest else "",
        "answers": answers,
        "form": answers and (newest is None or correcting),
        "correcting": correcting,
        "values": boarding_words.form_values(newest) if correcting else ended,
        "causes": cause_names(),
        "laws": boarding_words.laws(day),
        "offered": boarding_words.offered(day),
        "agencies": boarding_words.agencies(),
        "own_flags": boarding_book()["own_flags"],
        "fix": degree_minute(fix.lat, fix.lon) if fix else "",
        "fix_at": fix.at if fix else None,
    }
    return render(request, "console/boarding.html", context)
