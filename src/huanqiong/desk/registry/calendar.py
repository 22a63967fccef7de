"""The calendar's tables: periods of weather that an officer declares."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huanqiong.desk.trust.fields import LineField

PERIOD_KINDS: Final = ("typhoon", "gale", "fog")


class Period(models.Model):
    """A period of weather, in the store's time; it ended before its planned end where `ended_at` says so.

    `shelters` [{name, lat, lon, radius_m}]: harbours of the theatre as they were known when it
    was declared; a vessel inside one is sheltered. Another end is written beside the first in the audit log.
    """

    kind = LineField(_("kind of weather"), max_length=12)  # one of PERIOD_KINDS
    name = LineField(_("name"), max_length=80)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    source = LineField(_("bulletin"), max_length=200)
    shelters = models.JSONField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # in the store's time
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["begins_at", "ends_at"])]
