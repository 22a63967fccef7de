"""The audit log's rows. Triggers refuse every change but one: that an entry is given its place, once."""

from __future__ import annotations

from django.db import models


class LogEntry(models.Model):
    """One act. `body` is the canonical JSON that is hashed; the columns beside it only serve searching.

    It commits with its act, without a place; the sequencer gives `seq` (1, 2, ...) afterwards. `leaf` is the
    entry's hash in the log's tree: H(0x00 || body).
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(null=True, unique=True)
    body = models.TextField()
    leaf = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=20, db_index=True)
    act = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=80, db_index=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="trust_log_waiting", condition=models.Q(seq=None))]


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
