"""What the chain of escalation did: one row a step climbed."""

from __future__ import annotations

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.watch.models.alerts import PERSON, Alert, OfAlerts, Order


class Escalation(models.Model):
    """One step for one item: who was told, how, when; acknowledged or not; settled when the item no longer
    waits. `item` and `since` name one wait: an alert given back and left again waits anew."""

    of = LineField(max_length=12)
    item = LineField(max_length=40)  # alert:ID or order:ID
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="escalations")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="escalations")
    since = models.DateTimeField()  # since when it waits; of `overdue` in the store's time
    number = models.PositiveSmallIntegerField()  # the step's place in its rule, 1 = first
    tell = LineField(max_length=40)  # a role's code, or giver
    how = LineField(max_length=8)
    contact_zh = LineField(max_length=200, blank=True)
    contact_en = LineField(max_length=200, blank=True)
    chain = LineField(max_length=40)  # the chain's version
    told = models.JSONField(default=list)  # codes of those who had it on a screen; [] = nobody was there
    told_at = models.DateTimeField()
    call = LineField(max_length=10, blank=True)  # answered, no_answer; "" = no call was written down
    call_name = LineField(max_length=80, blank=True)
    call_at = models.DateTimeField(null=True)  # in the store's time, as it was typed
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = OfAlerts()
    everything = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "item", "since", "number"], name="watch_one_step_a_wait")
        ]
        indexes = [
            models.Index(fields=["item"], condition=models.Q(settled_at=None), name="watch_escalation_runs")
        ]
