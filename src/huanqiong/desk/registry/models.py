"""Vessels and the devices they carry, what the devices say of themselves, units, zones.

Invariant: an MMSI is a claim, not an identity. A device belongs to one vessel at a time; what a device
said (StaticRecord) and what a register says (columns of Vessel) are never mixed.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huanqiong.desk.registry.fields import ShapeField
from huanqiong.desk.trust.fields import LineField


def new_code() -> str:
    """Our own id for a vessel, never taken from what it claims."""
    return f"v-{secrets.token_hex(6)}"


class Vessel(models.Model):
    """A hull. Register facts (name_zh, home_port, flag) come from people or registers, never from the air.

    `mmsi` and the `said_*` columns repeat the newest claim of its AIS device, so that lists need no join.
    """

    code = LineField(max_length=20, unique=True, default=new_code, editable=False)
    holder = LineField(max_length=20, default="ship")  # what its MMSI claims to be, see core.ids
    name_zh = LineField(_("registered name (Chinese)"), max_length=80, blank=True)
    name_en = LineField(_("registered name"), max_length=80, blank=True)
    home_port = LineField(_("home port"), max_length=80, blank=True)
    flag = LineField(_("flag"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    mmsi = models.BigIntegerField(null=True, db_index=True)
    said_name = LineField(max_length=40, blank=True)
    said_callsign = LineField(max_length=20, blank=True)
    said_imo = models.BigIntegerField(null=True)
    said_type = models.SmallIntegerField(null=True)
    said_length_m = models.SmallIntegerField(null=True)
    said_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Device(models.Model):
    """What reports a position, on the vessel that carries it from `valid_from` to `valid_to`."""

    vessel = models.ForeignKey(Vessel, on_delete=models.PROTECT, related_name="devices")
    kind = LineField(_("device kind"), max_length=12)  # ais, beidou, radar, camera, report
    ident = LineField(_("device id"), max_length=40)  # for AIS the MMSI as text
    valid_from = models.DateTimeField(null=True)  # None: since before anything was heard
    valid_to = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "ident"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "ident"], condition=models.Q(valid_to=None), name="device_on_one_vessel"
            )
        ]


class StaticRecord(models.Model):
    """One set of values a device sent, and from when to when it was heard sending it.

    A set of values has one row however often it returns: two rows whose times overlap were sent in
    alternation (two transmitters under one number, or a ship going to and fro).
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="static")
    values_sha256 = LineField(max_length=64)
    name = LineField(max_length=40, blank=True)
    callsign = LineField(max_length=20, blank=True)
    imo = models.BigIntegerField(null=True)
    ship_type = models.SmallIntegerField(null=True)
    length_m = models.SmallIntegerField(null=True)
    beam_m = models.SmallIntegerField(null=True)
    draught_m = models.FloatField(null=True)
    destination = LineField(max_length=40, blank=True)
    eta = LineField(max_length=20, blank=True)  # of the newest message; not part of the set
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "values_sha256"], name="static_set_once_a_device")
        ]


class SearchTerm(models.Model):
    """A name, call sign or number under which a vessel is found; `norm` is what is compared."""

    vessel = models.ForeignKey(Vessel, on_delete=models.CASCADE, related_name="terms")
    field = LineField(
        max_length=12
    )  # name, name_zh, callsign, imo, mmsi, beidou ... name_key (a key of a name)
    text = LineField(max_length=80)
    norm = LineField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vessel", "field", "norm"], name="term_once_a_vessel")]
        indexes = [models.Index(fields=["norm"])]


class Unit(models.Model):
    """Who can be sent: a patrol boat, a station, an aircraft."""

    code = LineField(_("unit code"), max_length=40, unique=True)
    name_zh = LineField(_("name (Chinese)"), max_length=80)
    name_en = LineField(_("name (English)"), max_length=80)
    kind = LineField(_("unit kind"), max_length=20)  # patrol_boat, station, aircraft, road_post
    agency = LineField(_("agency"), max_length=80, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    mmsi = models.BigIntegerField(null=True)  # what its own transponder sends; None: none, or not known
    speed_kn = models.FloatField(null=True)  # what it makes when it hurries; None: not entered
    ready_min = models.FloatField(default=0.0)  # from the order to its leaving
    retired_at = models.DateTimeField(null=True)


class Zone(models.Model):
    """Waters a person drew and named. Archived, never deleted; a changed outline is a new zone."""

    name = LineField(_("zone name"), max_length=80)
    colour = LineField(_("colour"), max_length=9, default="#e0a030")
    note = models.TextField(_("note"), blank=True)
    shape = ShapeField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    h3_cell = models.BigIntegerField()  # of its centre, resolution 5
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: loaded by the system
    archived_at = models.DateTimeField(null=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["west", "south", "east", "north"])]


# The shore's tables are this desk's too; they stand in a file of their own.
from huanqiong.desk.registry.calendar import Period  # noqa: E402
from huanqiong.desk.registry.shore import Boat, SailingEntry, Station  # noqa: E402

__all__ = ["Boat", "Device", "SailingEntry", "SearchTerm", "Station", "StaticRecord", "Unit", "Vessel"]
__all__ += ["Period", "Zone"]
