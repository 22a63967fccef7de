"""The page of a vessel, and the search that finds it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from huanqiong.console import name_words, rows
from huanqiong.console.context import page as page_context
from huanqiong.console.house import clock
from huanqiong.console.pages import page
from huanqiong.core.ids import holder
from huanqiong.desk.registry.access import access_search, access_vessel
from huanqiong.desk.registry.shore_access import access_boat_of_vessel
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.watch.access import access_orders, access_vessel_alerts, access_vessel_verdicts

MOST = 100
"""Vessels that a search shows."""


@page("registry.view")
def vessel(request: HttpRequest, mmsi: int) -> HttpResponse:
    """One vessel: its way, speed and course, every event with its reasons, what its devices said."""
    d = access_vessel(request.user, mmsi)
    watch = allowed(request.user, "watch.view")
    verdicts = [rows.verdict(v) for v in access_vessel_verdicts(request.user, mmsi)] if watch else []
    alerts = [rows.alert(a, request.user) for a in access_vessel_alerts(request.user, mmsi)] if watch else []
    ids = {a["id"] for a in alerts}
    orders = (
        [rows.order(o) for o in access_orders(request.user, now=clock().at, limit=1000) if o.alert_id in ids]
        if watch
        else []
    )
    static = [rows.static(s) for s in d.static]
    names = {s["name"] for s in static if s["name"]}
    boot = page_context(request)["boot"] | {"vessel": rows.vessel(d.row), "verdicts": verdicts}
    return render(
        request,
        "console/vessel.html",
        {
            "v": rows.vessel(d.row),
            "note": d.note,
            "home": name_words.home(d.home),
            "boat": access_boat_of_vessel(request.user, d.row.code),
            "holder": holder(mmsi),
            "devices": d.devices,
            "static": static,
            "many_names": len(names) > 1,
            "verdicts": verdicts,
            "alerts": alerts,
            "orders": orders,
            "boot": boot,
        },
    )


@page("registry.view")
def search(request: HttpRequest) -> HttpResponse:
    """Vessels by MMSI, IMO, call sign or name in either script, each with why it was found."""
    q = request.GET.get("q", "").strip()[:80]
    found = access_search(request.user, q, limit=MOST) if q else []
    sure = len(found) == 1 and found[0].how != "guess"  # a guess is shown as one, never followed
    if sure and found[0].row.mmsi and request.GET.get("go"):
        return HttpResponseRedirect(f"/vessels/{found[0].row.mmsi}/")
    return render(
        request, "console/search.html", {"q": q, "found": [rows.found(f) for f in found], "most": MOST}
    )
