"""Weather: periods an officer declares, boats not in shelter first, what rode it out counted by shelter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import texts
from huanqiong.console.api.sea import labels
from huanqiong.console.house import clock, house, latest
from huanqiong.console.pages import page
from huanqiong.console.refusals import said, status_of
from huanqiong.core.errors import HuanqiongError, UsageError
from huanqiong.core.time import parse_typed
from huanqiong.core.units import NM_M
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.access import access_boat_ships, access_periods, access_ship_types
from huanqiong.desk.registry.calendar import PERIOD_KINDS
from huanqiong.desk.registry.periods import PeriodRow
from huanqiong.desk.watch.access import access_sheltered
from huanqiong.flows.sea_geography import geography_of
from huanqiong.flows.weather import sheltering, shelters_of

HEARD_H = 24.0
SHOWN = 200
ASKED = ("kind", "name", "begins", "ends", "source")


def kind_names() -> dict[str, str]:
    """Kinds of weather."""
    known = {"typhoon": _("typhoon"), "gale": _("gale"), "fog": _("fog")}
    return {k: known[k] for k in PERIOD_KINDS}


@page("registry.view")
def weather(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request)


def _page(request: HttpRequest, refusal: HuanqiongError | None = None) -> HttpResponse:
    me, now = request.user, clock().at
    every = access_periods(me)
    running = [p for p in every if p.runs(now)]
    context = {
        "now": now,
        "running": [_running(me, p, now) for p in running],
        "others": [_row(p) | {"held": _held(me, p)} for p in every if not p.runs(now)],
        "kinds": list(kind_names().items()),
        "asked": {k: request.POST.get(k, "") for k in ASKED} if refusal is not None else {},
        "error": said(refusal) if refusal else "",
        "shown": SHOWN,
    }
    return render(request, "console/weather.html", context, status=status_of(refusal) if refusal else 200)


def _row(p: PeriodRow) -> dict[str, Any]:
    return {"p": p, "kind": kind_names().get(p.kind, p.kind)}


def _running(me: Any, p: PeriodRow, now: Any) -> dict[str, Any]:
    """A period that runs: boats out, those farthest from shelter first; what was explained by it."""
    ships = latest(now, HEARD_H)
    known, names = labels(me), _names(p)
    stand = sheltering(ships, access_ship_types(me, ships["mmsi"].tolist()), access_boat_ships(me), p)
    out = [
        {
            "o": o,
            "name": known.get(o.mmsi, ("", None))[0],
            "age_min": (now - o.t).total_seconds() / 60,
            "where": texts.place(o.lat, o.lon),
            "nm": o.dist_m / NM_M,
            "shelter": names.get(o.shelter, o.shelter),
        }
        for o in stand.out[:SHOWN]
    ]
    return _row(p) | {"out": out, "stand": stand, "held": _held(me, p)}


def _names(p: PeriodRow) -> dict[str, str]:
    """What each shelter is called in the page's language."""
    return {s.name: s.en if texts.lang() == "en" and s.en else s.name for s in p.shelters}


def _held(me: Any, p: PeriodRow) -> dict[str, Any]:
    """What the period explained, by shelter."""
    found, names = access_sheltered(me, p.id), _names(p)
    return {"events": found.events, "shelters": [(names.get(s, s), n) for s, n in found.shelters]}


@require_POST
@page("calendar.declare")
def declare(request: HttpRequest) -> HttpResponse:
    """Declares a period: from now or as typed, to an end as typed."""
    p, now = request.POST, clock().at
    try:
        begins = parse_typed(p.get("begins", ""), now) if p.get("begins", "").strip() else now
        acts.declare_period(
            p.get("kind", "")[:12],
            p.get("name", "")[:80],
            begins,
            _end(p.get("ends", ""), now),
            p.get("source", "")[:200],
            shelters_of(geography_of(house().store)),
            by=request.user,
        )
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/weather/")


def _end(text: str, now: Any) -> Any:
    if not text.strip():
        raise UsageError("A period needs an end as the bulletin gives it; it can be moved later.")
    return parse_typed(text[:40], now, sense="future")


@require_POST
@page("calendar.declare")
def change(request: HttpRequest, period_id: int, action: str) -> HttpResponse:
    """Moves its end by another bulletin, or ends it now."""
    p, now = request.POST, clock().at
    try:
        if action == "end":
            acts.end_period(period_id, now, by=request.user)
        elif action == "move":
            acts.move_period_end(
                period_id, _end(p.get("ends", ""), now), p.get("source", "")[:200], by=request.user
            )
        else:
            raise UsageError("A period is moved or ended.")
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/weather/")
