"""The duty log: what was seen, said and done on a shift. Corrected by addition only; nothing here changes."""

from __future__ import annotations

from typing import Final

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.watch.models.alerts import PERSON, Alert, OfAlerts

HOWS: Final = ("radio", "phone", "visit", "seen", "other")
CALLS: Final = ("answered", "no_answer")
RELATIONS: Final = ("corrects", "adds")


class DutyEntry(models.Model):
    """One entry. `happened_at` is in the store's time, `made_at` the real time of writing.

    `how` it came, `who` told it, `also` [{how, who}] further sources of the same report. `call`: whether they
    were called on `channel` and answered; "" = no call. `about` an earlier entry which it `corrects` or
    `adds` to. An alert or entry it names may have been destroyed on its date: the number stays.
    """

    happened_at = models.DateTimeField()
    made_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    how = LineField(max_length=10)
    who = LineField(max_length=120, blank=True)
    also = models.JSONField(default=list)
    what = models.TextField()
    where = LineField(max_length=200, blank=True)  # as it was said
    lat = models.FloatField(null=True)  # WGS-84; None: no position was said
    lon = models.FloatField(null=True)
    call = LineField(max_length=10, blank=True)
    channel = LineField(max_length=30, blank=True)
    alert = models.ForeignKey(
        Alert, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="duty"
    )
    about = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="later"
    )
    relation = LineField(max_length=10, blank=True)

    objects = OfAlerts()
    everything = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["-happened_at"])]
