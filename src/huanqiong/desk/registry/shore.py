"""The shore's tables: stations that watch boats come and go, the register of boats, the log of sailings.

Invariants: a boat is found through the hull she is (Vessel), under whose search terms her names are filed; an
entry of the log is written once and never changes: what was wrong is set right by a later entry.
"""

from __future__ import annotations

import secrets
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huanqiong.desk.trust.fields import LineField

STATION_KINDS: Final = ("vessel_station", "checkpoint", "port")
ENTRY_KINDS: Final = ("departure", "return")
TRIP_PURPOSES: Final = ("fishing", "transport", "passengers", "repair", "other")


def new_boat_code() -> str:
    """Our own id for a boat of the register."""
    return f"b-{secrets.token_hex(6)}"


class Station(models.Model):
    """A place where boats are counted out and in. `lat`, `lon` in degrees WGS-84, None: not told."""

    code = LineField(_("station code"), max_length=40, unique=True)
    kind = LineField(_("station kind"), max_length=20)  # one of STATION_KINDS
    name_zh = LineField(_("name (Chinese)"), max_length=80)
    name_en = LineField(_("name (English)"), max_length=80)
    township = LineField(_("township"), max_length=80, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    source = LineField(_("source"), max_length=200)
    valid_from = models.DateField(null=True)  # None: since before anybody wrote it down
    valid_to = models.DateField(null=True)  # None: it still stands


class Boat(models.Model):
    """A boat as a register has her. `name`: as painted; `owner` is personal: the audit log never has it.

    `register`, `version`: which list said so last; `gone_at`: when a later version no longer had her, None:
    she is in it.
    """

    code = LineField(max_length=20, unique=True, default=new_boat_code, editable=False)
    vessel = models.OneToOneField("registry.Vessel", on_delete=models.PROTECT, related_name="boat")
    name = LineField(_("name as painted"), max_length=80)
    plain = LineField(max_length=80, unique=True)  # the folded name: two boats never bear one
    number = LineField(_("number"), max_length=20, blank=True)  # "": her name says none
    township = LineField(_("township"), max_length=80, blank=True)
    home_port = LineField(_("home port"), max_length=80, blank=True)
    station = models.ForeignKey(Station, null=True, on_delete=models.PROTECT, related_name="boats")
    length_m = models.FloatField(null=True)
    engine_kw = models.FloatField(null=True)
    owner = LineField(_("owner"), max_length=80, blank=True)
    gear = LineField(_("gear"), max_length=80, blank=True)
    permits = LineField(_("permits"), max_length=200, blank=True)
    papers = LineField(_("papers"), max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    register = LineField(_("register"), max_length=80)
    version = LineField(_("version of the register"), max_length=40)
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["number"])]


class SailingEntry(models.Model):
    """One entry of a station's log: a boat went out, or came back.

    `at`: when, as the clerk said it by the device's clock; `made_at`: when the server got it; `skew_s`: how
    far the device's clock was ahead of the server's when it sent, None: not said. `boat` None: a boat that
    the register does not have, `name` says which. `about`: an earlier entry that this one sets right; `void`:
    it only takes it back. A boat or entry it names may have been destroyed on its date: the number stays.
    """

    kind = LineField(max_length=10)  # one of ENTRY_KINDS
    boat = models.ForeignKey(
        Boat, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="sailings"
    )
    name = LineField(_("name as painted"), max_length=80)
    plain = LineField(max_length=80)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="sailings")
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # of a departure; None: not said
    crew = models.JSONField(default=list)  # names, of a departure
    purpose = LineField(max_length=12, blank=True)  # one of TRIP_PURPOSES, of a departure
    note = LineField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    skew_s = models.FloatField(null=True)
    request_id = LineField(max_length=80, unique=True)  # the device's own id of it
    about = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="later"
    )
    void = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["station", "-at"]),
            models.Index(fields=["boat", "-at"]),
            models.Index(fields=["plain", "-at"]),
        ]
