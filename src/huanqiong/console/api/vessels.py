"""Vessels: search, one vessel, what its devices said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from huanqiong.console import name_words, reach, rows
from huanqiong.console.api.bounds import Count, Mmsi, Moment, Text
from huanqiong.console.api.reach import sent
from huanqiong.console.house import at_of
from huanqiong.desk.registry.access import access_search, access_static, access_units, access_vessel
from huanqiong.desk.watch.access import access_vessel_alerts, access_vessel_verdicts

router = Router()


@router.get("/")
@router.get("")
def search(request: HttpRequest, q: Text = "", limit: Count = 20) -> list[dict[str, Any]]:
    """By MMSI, IMO, call sign or name in either script; parts of names too. Each row says why."""
    return [rows.found(f) for f in access_search(request.user, q, limit=max(1, min(limit, 100)))]


@router.get("/units")
def units(request: HttpRequest) -> list[dict[str, Any]]:
    """Units that can be sent."""
    return [rows.unit(u) for u in access_units(request.user)]


@router.get("/{mmsi}")
def one(request: HttpRequest, mmsi: Mmsi) -> dict[str, Any]:
    """The vessel that carries this MMSI now, its devices, events and alerts."""
    d = access_vessel(request.user, mmsi)
    return {
        "vessel": rows.vessel(d.row) | {"note": d.note, "holder": d.row.holder},
        "home": name_words.home(d.home),
        "devices": [rows.device(x) for x in d.devices],
        "static": [rows.static(s) for s in d.static],
        "verdicts": [rows.verdict(v) for v in access_vessel_verdicts(request.user, mmsi)],
        "alerts": [rows.alert(a, request.user) for a in access_vessel_alerts(request.user, mmsi)],
    }


@router.get("/{mmsi}/reach")
def where_can_she_be(request: HttpRequest, mmsi: Mmsi, at: Moment | None = None) -> HttpResponse:
    """Where she can be from her last fix up to `at`, and which unit meets her first."""
    return sent(request, reach.of_vessel(request.user, mmsi, at_of(at)), f"mmsi:{mmsi}")


@router.get("/{mmsi}/static")
def static(request: HttpRequest, mmsi: Mmsi) -> list[dict[str, Any]]:
    """What the device said of itself, newest first."""
    return [rows.static(s) for s in access_static(request.user, mmsi)]
