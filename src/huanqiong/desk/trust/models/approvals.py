"""Requests for acts that need two persons."""

from __future__ import annotations

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.trust.models.people import Person


class Approval(models.Model):
    """One person's request to do one thing once; another person's decision; its use. Never deleted.

    `act`: a code of purposes.toml. `scope`: how far it goes, e.g. {"rows": 812}; a use must lie within.
    """

    act = LineField(max_length=60)
    subject = LineField(max_length=80)
    scope = models.JSONField(default=dict)
    reason = models.TextField()
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals_asked")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # neither decided nor used after that
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="approvals_decided"
    )
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)  # None: not decided
    decision_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["granted", "expires_at"])]
