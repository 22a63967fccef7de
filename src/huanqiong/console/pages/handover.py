"""The change of shifts: a page that writes itself, edited, signed by both; who is on duty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from huanqiong.console import texts
from huanqiong.console.house import clock
from huanqiong.console.pages import page
from huanqiong.console.pages.weather import kind_names
from huanqiong.console.refusals import said, status_of
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.time import parse_time, show
from huanqiong.desk.trust.access import access_colleagues, allowed
from huanqiong.desk.trust.reads import PersonRow
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_handovers, access_on_duty, access_to_hand_over
from huanqiong.desk.watch.shifts import HandoverRow


@page("watch.view")
def handover(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request)


def _page(request: HttpRequest, refusal: HuanqiongError | None = None) -> HttpResponse:
    me = request.user
    claims = allowed(me, "watch.claim")
    duty = access_on_duty(me)
    mine = next((d for d in duty if d.code == me.code), None)
    now = clock().at
    waiting = [_row(h) for h in access_handovers(me, waiting=True)] if claims else []
    every = [_row(h) for h in access_handovers(me)]
    context = {
        "on_duty": duty,
        "mine": mine,
        "claims": claims,
        "now": now,
        "draft": _said(access_to_hand_over(me, now)) if mine else None,
        "given": next((h for h in every if h["h"].giver_code == me.code and h["h"].state == "waits"), None),
        "waiting": waiting,
        "past": [h for h in every if h["h"].state == "taken"],
        "others": [(p.code, _name(p)) for p in access_colleagues(me, "watch.claim")] if mine else [],
        "note": request.POST.get("note", "") if refusal else "",
        "error": said(refusal) if refusal else "",
    }
    return render(request, "console/handover.html", context, status=status_of(refusal) if refusal else 200)


def _name(p: PersonRow) -> str:
    first, second = (p.name_en, p.name_zh) if texts.lang() == "en" else (p.name_zh, p.name_en)
    return first or second or p.username


def _row(h: HandoverRow) -> dict[str, Any]:
    return {"h": h, "shown": _said(h.shown)}


def _said(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What was handed over, with names, reasons and times in the page's language."""

    def at(text: str | None) -> str:
        return show(parse_time(text)) if text else ""

    unit = "unit_en" if texts.lang() == "en" else "unit_zh"
    return {
        "alerts": [
            a
            | {
                "name": texts.kind_name(a["kind"]),
                "why": texts.why(a["kind"], a["reasons"]),
                "where": texts.place(_number(a["lat"]), _number(a["lon"])),
                "t": at(a["t1"]),
            }
            for a in shown["alerts"]
        ],
        "orders": [
            o | {"name": texts.kind_name(o["kind"]), "unit": o[unit], "until": at(o["deadline"])}
            for o in shown["orders"]
        ],
        "silences": [
            s | {"name": texts.kind_name(s["kind"]) if s["kind"] else "", "end": at(s["until"])}
            for s in shown["silences"]
        ],
        "calls": [c | {"t": at(c["at"])} for c in shown["calls"]],
        # A handover signed before periods of weather were kept has none.
        "periods": [
            p | {"what": kind_names().get(p["kind"], p["kind"]), "end": at(p["until"])}
            for p in shown.get("periods", [])
        ],
        "entries": shown["entries"],
    }


def _number(text: str | float | None) -> float | None:
    """A number of canonical JSON, where it is a text."""
    return None if text is None else float(text)


def _done(request: HttpRequest, do: Any) -> HttpResponse:
    try:
        do()
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/handover/")


@require_POST
@page("watch.claim")
def begin(request: HttpRequest) -> HttpResponse:
    """Says that one is on duty."""
    return _done(request, lambda: acts.begin_shift(by=request.user))


@require_POST
@page("watch.claim")
def leave(request: HttpRequest) -> HttpResponse:
    """Leaves without a handover: alerts go back to the queue."""
    return _done(request, lambda: acts.end_shift(by=request.user))


@require_POST
@page("watch.claim")
def give(request: HttpRequest) -> HttpResponse:
    """Signs one's own handover to another."""
    p = request.POST
    note, taker = p.get("note", "")[:20_000], p.get("taker", "")
    return _done(request, lambda: acts.give_handover(taker, note, by=request.user, clock_at=clock().at))


@require_POST
@page("watch.claim")
def take(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Signs another's handover: their alerts are one's own."""
    note = request.POST.get("note", "")[:20_000]
    return _done(request, lambda: acts.take_handover(handover_id, by=request.user, note=note))


@require_POST
@page("watch.claim")
def withdraw(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Takes one's own handover back."""
    return _done(request, lambda: acts.withdraw_handover(handover_id, by=request.user))
