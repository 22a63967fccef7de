"""Acts on zones: drawn, renamed, archived, restored; never deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import h3

from huanqiong.core.errors import MissingError, StateError, UsageError
from huanqiong.desk.registry.models import Zone
from huanqiong.desk.registry.shape import read_shape
from huanqiong.desk.trust.act import act, person_id
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import sha256_hex

H3_RESOLUTION = 5
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _check(name: str, colour: str) -> None:
    if not name.strip() or len(name) > 80:
        raise UsageError("A zone needs a name of 1 to 80 characters.")
    if not _COLOUR.fullmatch(colour):
        raise UsageError(f"Colour {colour!r}: write it as #rrggbb.")


def _locked(zone_id: int) -> Zone:
    zone = Zone.objects.select_for_update(of=("self",)).filter(pk=zone_id).first()
    if zone is None:
        raise MissingError(f"There is no zone {zone_id}. It may be of another store.")
    return zone


def draw_zone(
    name: str,
    geometry: Mapping[str, Any],
    *,
    by: Actor,
    colour: str = "#e0a030",
    note: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    request_id: str | None = None,
) -> int:
    """Keeps a named zone from a GeoJSON geometry; returns its id. ShapeError says what is wrong and where."""
    _check(name, colour)
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        raise UsageError("A zone must end after it begins. Choose a later end.")
    shape = read_shape(geometry)
    asked = [name, shape.wkt, colour, note, valid_from, valid_to]
    with act("zone.draw", by=by, permission="zones.edit", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        west, south, east, north = shape.bounds
        centre = shape.representative_point()
        zone = Zone(
            name=name.strip(),
            colour=colour,
            note=note,
            shape=shape,
            west=west,
            south=south,
            east=east,
            north=north,
            h3_cell=h3.str_to_int(h3.latlng_to_cell(centre.y, centre.x, H3_RESOLUTION)),
            valid_from=valid_from,
            valid_to=valid_to,
            created_by_id=person_id(by),
        )
        zone.save()
        a.subject = f"zone:{zone.pk}"
        a.details = {"name": zone.name, "shape_sha256": sha256_hex(shape.wkb_hex)}
        a.tell("zone", ids=[zone.pk])
        a.result = zone.pk
    return int(a.result)


def rename_zone(
    zone_id: int,
    *,
    by: Actor,
    name: str | None = None,
    colour: str | None = None,
    note: str | None = None,
    request_id: str | None = None,
) -> int:
    """Changes a zone's name, colour or note; None leaves what stands. A new outline is a new zone."""
    asked = [name, colour, note]
    subject = f"zone:{zone_id}"
    with act(
        "zone.rename", by=by, subject=subject, permission="zones.edit", asked=asked, request_id=request_id
    ) as a:
        if a.repeated:
            return zone_id
        zone = _locked(zone_id)
        was = [zone.name, zone.colour, zone.note]
        zone.name = zone.name if name is None else name.strip()
        zone.colour = zone.colour if colour is None else colour
        zone.note = zone.note if note is None else note
        _check(zone.name, zone.colour)
        zone.save()
        a.details = {"was": was, "is": [zone.name, zone.colour, zone.note]}
        a.tell("zone", ids=[zone_id])
    return zone_id


def archive_zone(zone_id: int, *, by: Actor, request_id: str | None = None) -> int:
    """Takes a zone off the map; `restore_zone` undoes it."""
    subject = f"zone:{zone_id}"
    with act("zone.archive", by=by, subject=subject, permission="zones.edit", request_id=request_id) as a:
        if a.repeated:
            return zone_id
        zone = _locked(zone_id)
        if zone.archived_at is not None:
            raise StateError(f"Zone {zone_id} ({zone.name}) is archived already.")
        zone.archived_at, zone.archived_by_id = a.at, person_id(by)
        zone.save()
        a.details = {"name": zone.name}
        a.tell("zone", ids=[zone_id])
    return zone_id


def restore_zone(zone_id: int, *, by: Actor, request_id: str | None = None) -> int:
    """Puts an archived zone back on the map."""
    subject = f"zone:{zone_id}"
    with act("zone.restore", by=by, subject=subject, permission="zones.edit", request_id=request_id) as a:
        if a.repeated:
            return zone_id
        zone = _locked(zone_id)
        if zone.archived_at is None:
            raise StateError(f"Zone {zone_id} ({zone.name}) is not archived.")
        zone.archived_at, zone.archived_by_id = None, None
        zone.save()
        a.details = {"name": zone.name}
        a.tell("zone", ids=[zone_id])
    return zone_id
