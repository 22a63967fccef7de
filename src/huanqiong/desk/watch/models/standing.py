"""Standing alerts: what a desk wants to be told of whatever the detectors think of it."""

from __future__ import annotations

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.watch.models.alerts import PERSON


class Standing(models.Model):
    """A standing alert. What it asks for never changes: another wish is another row. Empty lists and null ask
    for nothing; what is asked for must hold all together. `trial`: what it would have raised in the days
    before it was made. Runs while `on_at` is set, `off_at` is not and `review_by` lies ahead."""

    name = LineField(max_length=80)
    zone = models.ForeignKey("registry.Zone", null=True, on_delete=models.PROTECT, related_name="+")
    kinds = models.JSONField(default=list)
    ships = models.JSONField(default=list)  # classes of AIS ship types
    vessels = models.JSONField(default=list)  # MMSI
    from_min = models.SmallIntegerField(null=True)  # minutes of the day in China
    to_min = models.SmallIntegerField(null=True)  # may lie before from_min: over midnight
    severity = models.SmallIntegerField()
    reason = models.TextField()
    trial = models.JSONField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    on_at = models.DateTimeField(null=True)
    review_by = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    off_at = models.DateTimeField(null=True)
    off_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    off_why = models.TextField(blank=True)
