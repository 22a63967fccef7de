"""Several units, of one agency or more, sent to one vessel; what each saw there, corrected by addition."""

from __future__ import annotations

from typing import Final

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.watch.models.alerts import PERSON, Alert, OfAlerts, OfOrders, Order

SCENES: Final = ("sighted", "alongside", "boarded", "lost", "weather", "other")


class Interception(models.Model):
    """What ties the orders of several units. It ends by the one outcome of any of them that says hit or no
    hit, or when every unit said that it was not possible; neither is kept here a second time."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="interceptions")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)  # in the store's time; None: not kept

    objects = OfAlerts()
    everything = models.Manager()


class SceneReport(models.Model):
    """What a unit saw on scene. `happened_at` is in the store's time, `made_at` the real time of writing;
    `corrects`: an earlier report, which stays as it is."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reports")
    what = LineField(max_length=12)
    words = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField()
    where = LineField(max_length=200, blank=True)  # as it was said
    lat = models.FloatField(null=True)  # WGS-84; None: no position was said
    lon = models.FloatField(null=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING, related_name="corrected_by")

    objects = OfOrders()
    everything = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["order", "happened_at"])]
        constraints = [models.UniqueConstraint(fields=["corrects"], name="scene_report_corrected_once")]
