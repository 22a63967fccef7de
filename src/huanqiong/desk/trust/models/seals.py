"""Records that are kept and shown to nobody."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.trust.models.people import Person


class Seal(models.Model):
    """A seal on a record: it stands in no list, score, export or search until the seal is lifted.

    `subject`: alert:12. `also`: records that went under it with that one, as order:3. Never deleted before
    the record itself.
    """

    subject = LineField(max_length=80)
    also = models.JSONField(default=list)
    reason = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(lifted_at=None), name="trust_one_seal_a_record"
            )
        ]


class Unsealed(models.Manager[Any]):
    """The default manager of a table whose rows may be sealed: what is sealed is not there.

    Every list, count, score, export and search asks it without knowing. A table names the column by which it
    finds the seal in a subclass; `everything`, a plain manager, is for raising, retention and the opening.
    """

    sealed_at: ClassVar[str]

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows that are not sealed."""
        return super().get_queryset().filter(**{f"{self.sealed_at}__isnull": True})
