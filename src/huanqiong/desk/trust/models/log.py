"""The audit log's rows. Triggers refuse every change but one: that an entry is given its place, once."""

from __future__ import annotations

from django.db import models

_PLACED = models.Q(seq__isnull=False)


class LogEntry(models.Model):
    """One act. `body` is the canonical JSON that is hashed; the columns beside it only serve searching.

    It commits with its act, without a place, and brings the act's news; the sequencer gives `seq` (1, 2, ...)
    and passes the news on afterwards. `leaf` is the entry's hash in the log's tree: H(0x00 || body). Indexes
    hold placed entries only: an act writes one page of the table and one of the list of those that wait, and
    a round writes the others for many at once.
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(null=True)
    body = models.TextField()
    leaf = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    actor = models.CharField(max_length=20)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    news = models.TextField(null=True)  # [[topic, ids], ...] for the stream, until the entry has its place

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seq"], name="trust_log_seq", condition=_PLACED)]
        indexes = [
            models.Index(fields=["id"], name="trust_log_waiting", condition=models.Q(seq=None)),
            models.Index(fields=["act", "at"], name="trust_log_act", condition=_PLACED),
            models.Index(fields=["actor", "seq"], name="trust_log_actor", condition=_PLACED),
            models.Index(fields=["subject", "seq"], name="trust_log_subject", condition=_PLACED),
        ]


class LogSalt(models.Model):
    """The salt of an entry's private values. Erasing it makes them unprovable while the entry stays."""

    entry = models.BigIntegerField(primary_key=True)  # LogEntry.id
    salt = models.BinaryField(max_length=16)


class LogState(models.Model):
    """The log's end: one row, which the sequencer locks. What it says can be computed from the entries."""

    log = models.CharField(max_length=32)  # random name of this log, in its first entry
    suite = models.CharField(max_length=10)
    size = models.BigIntegerField(default=0)
    peaks = models.BinaryField()  # roots of the largest whole subtrees, left to right, 32 bytes each
    told = models.BigIntegerField(default=0)  # the last place given to a row of the outbox


class LogNode(models.Model):
    """The hash of a whole subtree of 256, 65,536, ... entries: what proofs are made from, beside the leaves.

    `level`: 8, 16, ...; `index`: how many such subtrees stand before it.
    """

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="trust_log_node")]


class LogCheckpoint(models.Model):
    """What the log signed when it had `size` entries: a signed note."""

    size = models.BigIntegerField(primary_key=True)
    text = models.TextField()
    at = models.DateTimeField()


class LogMark(models.Model):
    """What others added to a checkpoint: a witness's cosignature (a line), or a stamp of time (base64)."""

    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=20)  # cosignature or timestamp
    by = models.CharField(max_length=200)  # the witness's name; of a stamp its authority's
    data = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "kind", "by"], name="trust_log_mark")]
