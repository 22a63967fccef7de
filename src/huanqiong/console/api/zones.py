"""Zones: drawn, listed, archived; who passed one in a period, as rows and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from huanqiong.console import rows, tables
from huanqiong.console.api.bounds import Code, Id, Moment, Name, Request, Text
from huanqiong.console.api.sea import labels
from huanqiong.console.house import at_of, house
from huanqiong.core.time import iso
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.access import access_zone, access_zones
from huanqiong.desk.trust.access import allow
from huanqiong.flows.zone_passes import zone_passes

router = Router()


class Drawn(Schema):
    name: Name
    geometry: dict[str, Any]
    colour: Code = "#e0a030"
    note: Text = ""
    request_id: Request | None = None


class Renamed(Schema):
    name: Name | None = None
    colour: Code | None = None
    note: Text | None = None


@router.get("/")
@router.get("")
def zones(request: HttpRequest, archived: bool = False) -> dict[str, Any]:
    """All zones as a GeoJSON collection."""
    return {
        "type": "FeatureCollection",
        "features": [rows.zone(z) for z in access_zones(request.user, archived=archived)],
    }


@router.post("/")
@router.post("")
def draw(request: HttpRequest, body: Drawn) -> dict[str, Any]:
    """Keeps a zone; 422 says what is wrong with its outline and where."""
    made = acts.draw_zone(
        body.name,
        body.geometry,
        by=request.user,
        colour=body.colour,
        note=body.note,
        request_id=body.request_id,
    )
    return rows.zone(access_zone(request.user, made))


@router.post("/{zone_id}/rename")
def rename(request: HttpRequest, zone_id: Id, body: Renamed) -> dict[str, Any]:
    """Name, colour, note; a new outline is a new zone."""
    acts.rename_zone(zone_id, by=request.user, name=body.name, colour=body.colour, note=body.note)
    return rows.zone(access_zone(request.user, zone_id))


@router.delete("/{zone_id}")
def archive(request: HttpRequest, zone_id: Id) -> dict[str, Any]:
    """Takes it off the map; `restore` undoes it."""
    acts.archive_zone(zone_id, by=request.user)
    return {"id": zone_id}


@router.post("/{zone_id}/restore")
def restore(request: HttpRequest, zone_id: Id) -> dict[str, Any]:
    """Puts it back."""
    acts.restore_zone(zone_id, by=request.user)
    return {"id": zone_id}


def _visits(request: HttpRequest, zone_id: Id, t0: Moment, t1: Moment) -> list[dict[str, Any]]:
    allow(request.user, "watch.view")
    zone = access_zone(request.user, zone_id)
    known = labels(request.user)
    return [
        {
            "mmsi": v["mmsi"],
            "name": known.get(v["mmsi"], ("", None))[0],
            "t0": iso(datetime.fromtimestamp(v["t0"], UTC)),
            "t1": iso(datetime.fromtimestamp(v["t1"], UTC)),
        }
        | {k: v[k] for k in ("minutes", "reports", "sog_mean_kn", "sog_max_kn", "before", "still")}
        for v in zone_passes(house().picture, zone.geometry, at_of(t0), at_of(t1))
    ]


@router.get("/{zone_id}/visits")
def visits(request: HttpRequest, zone_id: Id, t0: Moment, t1: Moment) -> list[dict[str, Any]]:
    """Who was inside between t0 and t1: one row a stay."""
    return _visits(request, zone_id, t0, t1)


@router.get("/{zone_id}/visits.csv")
def visits_csv(request: HttpRequest, zone_id: Id, t0: Moment, t1: Moment) -> HttpResponse:
    """The same as CSV."""
    return tables.csv(f"zone-{zone_id}.csv", _visits(request, zone_id, t0, t1))
