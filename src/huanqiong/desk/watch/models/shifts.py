"""Who is on duty, and what one officer gave another at the change of shifts."""

from __future__ import annotations

from typing import Final

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.watch.models.alerts import PERSON

ENDS: Final = ("handover", "left", "absent")


class Shift(models.Model):
    """A person's time on duty, in real time. At most one runs per person; the first claim begins one."""

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = LineField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_at=None), name="watch_one_shift_a_person"
            )
        ]


class Handover(models.Model):
    """What is handed over: `shown` is canonical JSON of what the page wrote by itself, `note` the officer's
    words. Signed by who leaves when it is made, by who takes over at `taken_at`. Never changed after."""

    giver = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    shown = models.TextField()
    sha256 = LineField(max_length=64)
    begun_at = models.DateTimeField()  # of the shift that ends with it
    given_at = models.DateTimeField()
    clock_at = models.DateTimeField()  # the store's time then
    taken_at = models.DateTimeField(null=True)
    taker_note = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["giver"],
                condition=models.Q(taken_at=None, withdrawn_at=None),
                name="watch_one_handover_a_giver",
            )
        ]
