"""The clerk's page: boats out and in, on a phone, with or without a network."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huanqiong.console import offline, shore_words
from huanqiong.console.context import page as page_context
from huanqiong.console.pages import page
from huanqiong.desk.registry.shore_access import access_own_stations
from huanqiong.desk.registry.shore_rules import shore_rules


@page("boats.log")
def station(request: HttpRequest) -> HttpResponse:
    """The page itself holds no boat: the device asks for its station's, and keeps them."""
    rules = shore_rules()
    boot = page_context(request)["boot"]
    boot = {k: boot[k] for k in ("store", "person", "may")} | {
        "stations": [
            {"code": code, "name": shore_words.station_name(zh, en)}
            for code, zh, en in access_own_stations(request.user)
        ],
        "purposes": shore_words.purpose_names(),
        "conflicts": shore_words.conflict_names(),
        "rules": {"due_h": list(rules.due_h), "last": rules.last, "crew_most": rules.crew_most},
        "version": offline.version(),
    }
    context = {"boot": boot, "version": offline.version()}
    response = render(request, "console/station.html", context)
    response["X-Station-Version"] = offline.version()
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page on the device; it stands here so that it reaches no other page."""
    return HttpResponse(offline.worker(), content_type="text/javascript; charset=utf-8")
