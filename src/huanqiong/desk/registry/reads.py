"""Questions to the registry, answered in plain rows. Views come here only through `access`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Q, QuerySet

from huanqiong.core.errors import MissingError
from huanqiong.desk.registry.models import Device, StaticRecord, Unit, Vessel, Zone
from huanqiong.desk.registry.rows import DeviceRow, StaticRow, UnitRow, VesselDetail, VesselRow, ZoneRow

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from huanqiong.lines.sea.zone import Zone as DetectionZone


def shown_name(vessel: Vessel | None) -> str:
    """The register's name, else what the vessel says; "" where neither is known."""
    return (vessel.name_zh or vessel.name_en or vessel.said_name) if vessel is not None else ""


def vessel_row(v: Vessel) -> VesselRow:
    """A stored vessel as a row."""
    return VesselRow(
        code=v.code,
        mmsi=v.mmsi,
        name=shown_name(v),
        name_zh=v.name_zh,
        name_en=v.name_en,
        home_port=v.home_port,
        flag=v.flag,
        holder=v.holder,
        said_name=v.said_name,
        said_callsign=v.said_callsign,
        said_imo=v.said_imo,
        said_type=v.said_type,
        said_length_m=v.said_length_m,
        said_at=v.said_at,
    )


def vessel_of(mmsi: int) -> Vessel:
    """The vessel whose AIS device sends this MMSI now; MissingError where none was heard."""
    device = (
        Device.objects.filter(kind="ais", ident=str(mmsi), valid_to=None).select_related("vessel").first()
    )
    if device is None:
        raise MissingError(f"No vessel with MMSI {mmsi} was heard in this store.")
    return device.vessel


def vessel(mmsi: int) -> VesselDetail:
    """All of a vessel in four queries."""
    v = vessel_of(mmsi)
    devices = v.devices.order_by("kind", "ident", "id")
    return VesselDetail(
        row=vessel_row(v),
        note=v.note,
        devices=tuple(DeviceRow(d.kind, d.ident, d.valid_from, d.valid_to) for d in devices),
        static=tuple(_static(StaticRecord.objects.filter(device__vessel=v))),
    )


def static_history(mmsi: int) -> list[StaticRow]:
    """What the MMSI said of itself, newest first, whichever vessel carried it."""
    return _static(StaticRecord.objects.filter(device__kind="ais", device__ident=str(mmsi)))


def _static(rows: Any) -> list[StaticRow]:
    return [
        StaticRow(
            device=r.device.ident,
            name=r.name,
            callsign=r.callsign,
            imo=r.imo,
            ship_type=r.ship_type,
            length_m=r.length_m,
            beam_m=r.beam_m,
            draught_m=r.draught_m,
            destination=r.destination,
            eta=r.eta,
            first_seen=r.first_seen,
            last_seen=r.last_seen,
        )
        for r in rows.select_related("device").order_by("-last_seen", "-first_seen", "id")
    ]


def labels(mmsis: Iterable[int] | None = None) -> dict[int, tuple[str, int | None]]:
    """{mmsi: (name to show, ship type)}; None: of every vessel."""
    rows = Vessel.objects.filter(mmsi__isnull=False)
    columns = ("mmsi", "name_zh", "name_en", "said_name", "said_type")
    wanted = None if mmsis is None else list(mmsis)
    if wanted is not None and len(wanted) <= 900:
        rows = rows.filter(mmsi__in=wanted)
    keep = None if wanted is None else set(wanted)
    return {
        mmsi: (name_zh or name_en or said, ship_type)
        for mmsi, name_zh, name_en, said, ship_type in rows.values_list(*columns)
        if keep is None or mmsi in keep
    }


def units() -> list[UnitRow]:
    """Units that can be sent, by code."""
    return [
        UnitRow(u.code, u.name_zh, u.name_en, u.kind, u.agency, u.lat, u.lon, u.mmsi, u.speed_kn, u.ready_min)
        for u in Unit.objects.filter(retired_at=None).order_by("code")
    ]


def unit_id(code: str) -> int:
    """The key of a unit that can be sent; MissingError names those there are."""
    return unit_key(code)[0]


def unit_key(code: str) -> tuple[int, str]:
    """(key, agency) of a unit that can be sent; MissingError names those there are."""
    found = Unit.objects.filter(code=code, retired_at=None).values_list("pk", "agency").first()
    if found is None:
        have = ", ".join(
            Unit.objects.filter(retired_at=None).order_by("code").values_list("code", flat=True)[:20]
        )
        raise MissingError(f"There is no unit {code!r} to send. Units: {have or 'none yet'}.")
    return found


def _zone_row(z: Zone) -> ZoneRow:
    return ZoneRow(
        id=z.pk,
        name=z.name,
        colour=z.colour,
        note=z.note,
        geometry=json.loads(shapely.to_geojson(z.shape)),
        bbox=(z.west, z.south, z.east, z.north),
        valid_from=z.valid_from,
        valid_to=z.valid_to,
        created_at=z.created_at,
        created_by=z.created_by.display_name if z.created_by else "",
        archived_at=z.archived_at,
    )


def zones(*, archived: bool = False) -> list[ZoneRow]:
    """Zones by name; archived ones too when asked."""
    rows = Zone.objects.select_related("created_by").order_by("name", "id")
    return [_zone_row(z) for z in (rows if archived else rows.filter(archived_at=None))]


def zone(zone_id: int) -> ZoneRow:
    """One zone, archived or not; MissingError where there is none."""
    z = Zone.objects.select_related("created_by").filter(pk=zone_id).first()
    if z is None:
        raise MissingError(f"There is no zone {zone_id}. It may be of another store.")
    return _zone_row(z)


def zones_by_id(ids: Iterable[int]) -> dict[int, BaseGeometry]:
    """Outlines of these zones, archived or not, prepared for asking what lies inside."""
    out = {z.pk: shapely.geometry.shape(z.shape) for z in Zone.objects.filter(pk__in=list(ids))}
    for outline in out.values():
        shapely.prepare(outline)
    return out


def ship_types(mmsis: Iterable[int]) -> dict[int, int | None]:
    """The AIS ship type each vessel says, by MMSI; None: it never said one."""
    return dict(Vessel.objects.filter(mmsi__in=list(mmsis)).values_list("mmsi", "said_type"))


def boat_ships() -> set[int]:
    """MMSI of the hulls that the register of boats has."""
    found = Vessel.objects.filter(boat__isnull=False, boat__gone_at=None, mmsi__isnull=False)
    return set(found.values_list("mmsi", flat=True))


def zones_for_detection(at: datetime | None = None) -> list[DetectionZone]:
    """Zones that are not archived, and valid at `at` where given, as the sea line's kernels take them.

    The id is the zone's number as text, its name what people called it.
    """
    from huanqiong.lines.sea.zone import Zone as DetectionZone  # compiles kernels: only where it is used

    rows = Zone.objects.filter(archived_at=None).order_by("id")
    return [DetectionZone(str(z.pk), z.name, z.shape) for z in _valid(rows, at)]


def _valid(rows: QuerySet[Zone], at: datetime | None) -> QuerySet[Zone]:
    if at is None:
        return rows
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=at), Q(valid_to=None) | Q(valid_to__gt=at))


def zones_at(lat: float, lon: float, *, at: datetime | None = None) -> list[ZoneRow]:
    """Zones that hold a place, and are valid at `at`: bounding box in the database, shape in memory."""
    rows = Zone.objects.select_related("created_by").filter(
        archived_at=None, west__lte=lon, east__gte=lon, south__lte=lat, north__gte=lat
    )
    here = shapely.Point(lon, lat)
    return [_zone_row(z) for z in _valid(rows, at) if z.shape.covers(here)]
