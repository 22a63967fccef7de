"""Orders: those that run and those that ended, and each on one page that prints and reads aloud."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from huanqiong.console import rows, texts
from huanqiong.console.api.sea import labels
from huanqiong.console.house import clock
from huanqiong.console.order.brief import cause_names, gathered, outcome_name
from huanqiong.console.pages import page
from huanqiong.desk.registry.access import access_units
from huanqiong.desk.trust.access import allowed, scope_of
from huanqiong.desk.watch.access import access_orders, access_silences
from huanqiong.desk.watch.rows import OrderQuery

PER_PAGE = 100


@page("watch.view")
def orders(request: HttpRequest) -> HttpResponse:
    """Orders, those that run first, and silences that stand; narrowed to a unit, a result, a cause."""
    now = clock().at
    answers = scope_of(request.user, "watch.outcome")
    query, chosen = _narrowed(request.GET, request.user)
    found = [
        rows.order(o) | {"answers": answers.covers(unit=o.unit_code)}
        for o in access_orders(request.user, query, now=now, limit=1000)
    ]
    running = [o for o in found if not o["result"]]
    ended = sorted((o for o in found if o["result"]), key=lambda o: o["outcome_at"] or "", reverse=True)
    known = labels(request.user) if allowed(request.user, "registry.view") else {}
    silences = [
        {"s": s, "name": known.get(s.mmsi, ("", None))[0] if s.mmsi else ""}
        for s in access_silences(request.user, at=now)
    ]
    context = {
        "running": running,
        "ended": Paginator(ended, PER_PAGE).get_page(request.GET.get("page")),
        "now": now,
        "silences": silences,
        "kind_names": texts.kind_names(),
        "causes": cause_names(),
        "chosen": chosen,
    }
    return render(request, "console/orders.html", context)


@page("watch.view")
def one(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order on one page: on paper, read aloud, and on a phone with its receipt and outcome."""
    return render(request, "console/order.html", gathered(request.user, order_id) | {"causes": cause_names()})


def _narrowed(g: QueryDict, person: Any) -> tuple[OrderQuery, list[str]]:
    """What an address asks for, and that in words; unknown values narrow to nothing."""
    query = OrderQuery(
        unit=g.get("unit", "")[:40],
        result=g.get("result", "")[:14],
        cause=g.get("cause", "")[:10],
        overdue=True if g.get("overdue") == "1" else None,
    )
    said = []
    if query.unit:
        units = access_units(person) if allowed(person, "registry.view") else []
        said.append(next((rows.unit(u)["name"] for u in units if u.code == query.unit), query.unit))
    if query.result:
        said.append(outcome_name(query.result, "") or query.result)
    if query.cause:
        said.append(cause_names().get(query.cause, query.cause))
    if query.overdue:
        said.append(_("overdue"))
    return query, said
