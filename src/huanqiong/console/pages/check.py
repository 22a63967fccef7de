"""Whom to check first; and who is near the zone or the unit one is sent to, on one screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import checking, rows
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.desk.registry.access import access_units, access_zones
from huanqiong.flows.who_to_check import weights

MOST = 60


@page("watch.view")
def check(request: HttpRequest) -> HttpResponse:
    """The list; `?zone=`, `?unit=`, `?only=1` narrow it, `?all=1` shows more."""
    g = request.GET
    limit = 1000 if g.get("all") == "1" else MOST
    zone, unit, only = whole(g.get("zone", "")), g.get("unit", "")[:40], g.get("only") == "1"
    found = checking.who(request.user, zone=zone, unit=unit, only=only, limit=limit)
    context = {
        "found": found,
        "near": found.zone is not None or found.unit is not None,
        "near_nm": weights()["near_nm"],
        "unit_name": rows.unit(found.unit)["name"] if found.unit else "",
        "zones": access_zones(request.user),
        "units": [rows.unit(u) for u in access_units(request.user) if u.lat is not None],
        "filters": {"zone": zone, "unit": unit, "only": only},
        "weights": weights(),
        "more": found.found - len(found.rows),
    }
    return render(request, "console/check.html", context)
