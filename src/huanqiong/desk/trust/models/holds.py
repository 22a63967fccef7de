"""What must not be destroyed, although its date has come."""

from __future__ import annotations

from django.db import models

from huanqiong.desk.trust.models.people import Person


class Hold(models.Model):
    """A legal hold over a subject's records, over waters in a time, or over both. Never deleted.

    `subject`: alert:12, vessel:v-…, device:412000001, person:p-…, or "". `since`, `until`: of the behaviour
    it covers; None: open. West to north in degrees, all null where it names no waters. It protects while
    neither lifted nor lapsed. One that a hit proposed lapses at `provisional_until` unless two confirm.
    """

    subject = models.CharField(max_length=80, blank=True, db_index=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    reason = models.TextField()
    cause = models.CharField(
        max_length=80, blank=True
    )  # order:12 whose hit proposed it; "" = a person set it
    set_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: proposed
    set_at = models.DateTimeField()
    provisional_until = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)  # of a proposal
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lapsed_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=~models.Q(cause=""), name="trust_one_hold_a_cause"
            )
        ]
