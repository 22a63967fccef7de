"""The record of a boarding: what was told of an inspection at sea. Corrected by addition, never changed."""

from __future__ import annotations

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.trust.models import Unsealed
from huanqiong.desk.watch.models.alerts import PERSON, Order


class _OfOrders(Unsealed):
    sealed_at = "order__alert__sealed_at"


class Boarding(models.Model):
    """One version. `number` 1 is the first; a later one says in `why` what it corrects and stands beside.

    `told`: the record as JSON (desk/watch/boarding.py, Record); `waters`: the legal waters and the layer that
    decided them, as JSON (Waters). Both hold personal values and go with their alert.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="boardings")
    number = models.PositiveIntegerField(default=1)
    why = models.TextField(blank=True)
    result = LineField(max_length=14)
    began_at = models.DateTimeField()  # in the store's time
    told = models.JSONField()
    waters = models.JSONField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()  # real time of writing

    objects = _OfOrders()
    everything = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="watch_boarding_version_once")
        ]
