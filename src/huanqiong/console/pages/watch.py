"""The watch floor, the list of all alerts, and each kind's record."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import purposes, rows, tables, texts
from huanqiong.console.api.alerts import query_of
from huanqiong.console.context import page as page_context
from huanqiong.console.house import clock
from huanqiong.console.order.brief import cause_names
from huanqiong.console.pages import page
from huanqiong.core.schema import KINDS
from huanqiong.desk.registry.access import access_periods, access_units
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.watch.access import (
    access_counts,
    access_kind_records,
    access_loads,
    access_outcomes,
    access_queue,
    access_unit_orders,
)
from huanqiong.desk.watch.rows import QueueQuery

PER_PAGE = 100
CSV_MOST = 20_000
ALERT_COLUMNS = (
    "id", "state", "severity", "kind", "kind_name", "why", "where", "t0", "t1", "known_at", "lat", "lon",
    "mmsi", "vessel", "other_mmsi", "other_vessel", "distress", "test", "judgement", "order_state", "outcome",
    "claimed_by",
)  # fmt: skip


@page("watch.view")
def floor(request: HttpRequest) -> HttpResponse:
    """The watch floor."""
    context = page_context(request)
    boot = context["boot"] | {"units": [rows.unit(u) for u in access_units(request.user)]}
    at = math.floor(context["store"]["clock"]["at"] + 0.5)  # as the page's script rounds it
    picture = f"/api/sea/picture?at={at}&window_h={context['store']['window_h']:g}"
    now = clock().at
    runs = (
        [p for p in access_periods(request.user) if p.runs(now)]
        if allowed(request.user, "registry.view")
        else []
    )
    return render(request, "console/watch.html", {"boot": boot, "picture_url": picture, "weather": runs})


@page("watch.view")
def alerts(request: HttpRequest) -> HttpResponse:
    """Every alert, with filters and CSV."""
    g = request.GET.copy()
    g.setdefault("state", "open,claimed,judged,closed")
    request.GET = g
    page_text = g.get("page", "")
    number = max(1, int(page_text[:9])) if page_text.isdecimal() else 1
    query = query_of(request)
    if g.get("format") == "csv":
        found = access_queue(request.user, QueueQuery(**{**_fields(query), "limit": CSV_MOST, "offset": 0}))
        asked = purposes.taken(request, "alert.rows", "list:alerts", "watch.view", len(found))
        if asked is not None:
            return asked
        return tables.csv("alerts.csv", (rows.alert(a, request.user) for a in found), ALERT_COLUMNS)
    paged = QueueQuery(**{**_fields(query), "limit": PER_PAGE + 1, "offset": (number - 1) * PER_PAGE})
    found = access_queue(request.user, paged)
    counts = access_counts(request.user, query)
    return render(
        request,
        "console/alerts.html",
        {
            "rows": [rows.alert(a, request.user) for a in found[:PER_PAGE]],
            "more": len(found) > PER_PAGE,
            "number": number,
            "counts": counts,
            "kinds": [(k, texts.kind_name(k), counts.by_kind.get(k, 0)) for k in ("distress", *KINDS)],
            "chosen": g,
            "total": sum(counts.by_kind.values()),
        },
    )


def _fields(query: QueueQuery) -> dict[str, Any]:
    return {name: getattr(query, name) for name in QueueQuery.__dataclass_fields__}


@page("watch.view")
def records(request: HttpRequest) -> HttpResponse:
    """How each kind's alerts turned out: judged true, false, unclear; what inspections found."""
    known = access_kind_records(request.user)
    every = access_counts(request.user, QueueQuery(states=("open", "claimed", "judged", "closed")))
    waiting = access_counts(request.user)
    kinds = []
    for kind in ("distress", *KINDS):
        r = known.get(kind)
        n = every.by_kind.get(kind, 0)
        if n or (r and r.judged):
            kinds.append(
                {
                    "kind": kind,
                    "name": texts.kind_name(kind),
                    "alerts": n,
                    "waiting": waiting.by_kind.get(kind, 0),
                    "record": r,
                }
            )
    silent = [texts.kind_name(k) for k in texts.found_kinds() if k not in {x["kind"] for x in kinds}]
    outcomes = [{"row": o, "name": texts.kind_name(o.kind)} for o in access_outcomes(request.user)]
    units = [
        {"row": u, "name": u.en if texts.lang() == "en" else u.zh, "causes": list(u.causes.items())}
        for u in access_unit_orders(request.user, now=clock().at)
    ]
    now = clock()
    loads = access_loads(request.user, now.at, live=now.mode != "as_of")
    context = {"kinds": kinds, "outcomes": outcomes, "silent": silent, "units": units, "loads": loads}
    context["live"] = now.mode != "as_of"
    return render(request, "console/records.html", context | {"causes": cause_names()})


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the store's name, nothing else."""
    return HttpResponse(
        f"ok {settings.STORE_NAME} {datetime.now().astimezone().isoformat()}\n", content_type="text/plain"
    )
