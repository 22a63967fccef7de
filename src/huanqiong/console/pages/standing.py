"""Standing alerts: made and tried on the past week, switched on, looked at again, switched off."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import texts
from huanqiong.console.house import clock, house
from huanqiong.console.pages import page
from huanqiong.console.refusals import said, status_of
from huanqiong.core.errors import HuanqiongError, MissingError, UsageError
from huanqiong.core.schema import KINDS
from huanqiong.core.time import parse_time
from huanqiong.desk.registry.access import access_zones
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_standing_alerts
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.wished import StandingRow
from huanqiong.desk.watch.wishes import Wish
from huanqiong.flows.standing_trial import try_standing

ASKED = ("name", "zone", "from", "to", "vessels", "severity", "reason")


def ship_names() -> dict[str, str]:
    """The classes of ships that a standing alert may name."""
    known = {
        "fishing": _("Fishing"),
        "cargo": _("Cargo"),
        "tanker": _("Tanker"),
        "passenger": _("Passenger"),
        "fast": _("High-speed craft"),
        "pleasure": _("Pleasure and sailing"),
        "tug": _("Tugs and towing"),
        "service": _("Service and law enforcement"),
    }
    return {k: known.get(k, k) for k in watch_policy().ship_classes}


@page("watch.view")
def standing(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request)


def _page(request: HttpRequest, refusal: HuanqiongError | None = None) -> HttpResponse:
    me = request.user
    zones = access_zones(me) if allowed(me, "registry.view") else []
    asked = request.POST if refusal is not None else request.GET
    context = {
        "rows": [_row(s) for s in access_standing_alerts(me)],
        "zones": [(z.id, z.name) for z in zones],
        "kinds": [(k, texts.kind_name(k)) for k in KINDS],
        "ships": list(ship_names().items()),
        "asked": {k: asked.get(k, "") for k in ASKED},
        "chosen": set(asked.getlist("kind")) | set(asked.getlist("ship")),
        "days": watch_policy().standing_days,
        "error": said(refusal) if refusal else "",
        "open": refusal is not None or bool(request.GET),
    }
    return render(request, "console/standing.html", context, status=status_of(refusal) if refusal else 200)


def _row(s: StandingRow) -> dict[str, Any]:
    w, trial = s.wish, s.trial
    kinds = texts.kind_names()
    most = max(trial["days"].values(), default=0)
    return {
        "s": s,
        "w": w,
        "kinds": [kinds.get(k, k) for k in w.kinds],
        "ships": [ship_names().get(c, c) for c in w.ships],
        "hours": f"{_clock(w.from_min)}–{_clock(w.to_min)}" if w.from_min is not None else "",
        "days": [
            {"day": d, "n": n, "x": i * 14, "h": round(26 * n / most, 1), "y": round(28 - 26 * n / most, 1)}
            for i, (d, n) in enumerate(trial["days"].items())
        ],
        "by_kind": [(kinds.get(k, k), n) for k, n in trial["kinds"].items()],
        "examples": [
            e | {"name": kinds.get(e["kind"], e["kind"]), "t": parse_time(e["t0"])} for e in trial["examples"]
        ],
    }


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(text: str) -> int | None:
    """`2200` or `22:00` as minutes of the day; None for nothing. UsageError for anything else."""
    plain = text.strip().replace("：", ":").replace(":", "")
    if not plain:
        return None
    if not (plain.isdecimal() and len(plain) in (3, 4)) or int(plain) // 100 > 23 or int(plain) % 100 > 59:
        raise UsageError(f"{text[:20]!r} is no time of day. Write 2200 or 22:00.")
    return int(plain) // 100 * 60 + int(plain) % 100


def _wish(p: QueryDict) -> Wish:
    vessels = []
    for word in p.get("vessels", "")[:2000].replace(",", " ").replace("，", " ").split():
        if not (word.isdecimal() and len(word) == 9):
            raise UsageError(f"{word[:20]!r} is no MMSI: nine digits.")
        vessels.append(int(word))
    zone, severity = p.get("zone", ""), p.get("severity", "2")
    return Wish(
        name=p.get("name", "")[:80],
        zone=int(zone) if zone.isdecimal() and len(zone) < 16 else None,
        kinds=tuple(p.getlist("kind")),
        ships=tuple(p.getlist("ship")),
        vessels=tuple(vessels),
        from_min=_minutes(p.get("from", "")),
        to_min=_minutes(p.get("to", "")),
        severity=int(severity) if severity in ("1", "2", "3") else 0,
        reason=p.get("reason", "")[:1000],
    )


@require_POST
@page("watch.standing")
def make(request: HttpRequest) -> HttpResponse:
    """Tries what is asked for on the past week and keeps it with the result; nothing is raised yet."""
    try:
        wish = _wish(request.POST)
        trial = try_standing(house().picture, wish, clock().at, by=request.user)
        made = acts.make_standing(
            wish, trial, by=request.user, request_id=request.POST.get("request_id") or None
        )
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect(f"/standing/#standing-{made}")


@require_POST
@page("watch.standing")
def change(request: HttpRequest, standing_id: int, action: str) -> HttpResponse:
    """Switches it on, says it is still wanted, or switches it off."""
    me = request.user
    try:
        if action == "on":
            acts.switch_on(standing_id, by=me)
        elif action == "review":
            acts.review_standing(standing_id, by=me)
        elif action == "off":
            acts.switch_off(standing_id, request.POST.get("why", "")[:1000], by=me)
        else:
            raise MissingError("There is no such act.")
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect(f"/standing/#standing-{standing_id}")
