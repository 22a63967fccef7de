"""The register of boats: the list with its search, one boat, the stations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import rows, shore_words
from huanqiong.console.house import clock
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.console.purposes import opened
from huanqiong.desk.registry.shore_access import (
    access_boat,
    access_boat_people,
    access_boats,
    access_boats_counted,
    access_boats_out,
    access_stations,
)
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.watch.access import access_vessel_alerts

PER_PAGE = 100
CLASS = "boat.people"


@page("boats.view")
def boats(request: HttpRequest) -> HttpResponse:
    """Boats by name, or those that a search names; narrowed to a station, or to who is out."""
    g = request.GET
    now = clock().at
    q, station, out = g.get("q", "").strip()[:80], g.get("station", "")[:40], g.get("out") == "1"
    offset = min(whole(g.get("offset", "")) or 0, 1_000_000)
    found = access_boats(
        request.user, q, now=now, station=station, out=out, limit=PER_PAGE + 1, offset=offset
    )
    away = access_boats_out(request.user, now=now)
    names = {
        s.code: shore_words.station_name(s.name_zh, s.name_en) for s in access_stations(request.user, now=now)
    }
    context = {
        "found": [
            {
                "b": f.row,
                "station": shore_words.station_name(f.row.station_zh, f.row.station_en),
                "trip": shore_words.described([f.trip], now)[0] if f.trip else None,
                "how": f.how,
                "matched": f.text if f.text != f.row.name else "",
            }
            for f in found[:PER_PAGE]
        ],
        "unlisted": [
            t | {"station_name": names.get(t["station"], t["station"])}
            for t in shore_words.described(away, now)
            if not t["boat"] and station in ("", t["station"])
        ]
        if out and not q
        else [],
        "stations": names.items(),
        "q": q,
        "station": station,
        "out": out,
        "counted": access_boats_counted(request.user),
        "away": len(away),
        "more": offset + PER_PAGE if len(found) > PER_PAGE else None,
        "now": now,
    }
    return render(request, "console/boats.html", context)


@page("boats.view")
def boat(request: HttpRequest, boat: str) -> HttpResponse:
    """One boat: what the register says, her devices, trips and alerts; with a purpose her people's names."""
    now = clock().at
    code, people = boat, request.GET.get("people") == "1"
    access_boat(request.user, code, now=now)  # a boat that is not there is asked no purpose for
    if people and (asked := opened(request, CLASS, f"boat:{code}", "boats.view")) is not None:
        return asked
    d = (access_boat_people if people else access_boat)(request.user, code, now=now)
    watch = allowed(request.user, "watch.view") and d.row.mmsi is not None
    context = {
        "b": d.row,
        "station": shore_words.station_name(d.row.station_zh, d.row.station_en),
        "people": people,
        "devices": d.devices,
        "trips": shore_words.described(d.trips, now),
        "watch": watch,
        "alerts": [rows.alert(a, request.user) for a in access_vessel_alerts(request.user, d.row.mmsi)]
        if watch and d.row.mmsi is not None
        else [],
        "now": now,
    }
    return render(request, "console/boat.html", context)


@page("boats.view")
def stations(request: HttpRequest) -> HttpResponse:
    """Stations, how many boats each counts, and how many of those are out."""
    now = clock().at
    kinds = shore_words.station_kind_names()
    found = [
        {"s": s, "name": shore_words.station_name(s.name_zh, s.name_en), "kind": kinds[s.kind]}
        for s in access_stations(request.user, now=now)
    ]
    return render(request, "console/stations.html", {"found": found, "now": now})
