"""The audit log's rows. Triggers refuse every change but those named here."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act. `body` is the canonical JSON that is hashed; the columns beside it only serve searching.

    The body carries no position, so a later log may give positions after the commit; `seq` and `hash`
    are the chain of today: hash = SHA-256(previous hash || body).
    """

    seq = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=20, db_index=True)
    act = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=80, db_index=True, blank=True)


class AuditHead(models.Model):
    """The chain's end: one row, locked while an entry is added."""

    size = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    log = models.CharField(max_length=32)  # random name of this log, in its genesis entry


class AuditSalt(models.Model):
    """The salt of an entry's private values. Erasing it makes them unprovable while the entry stays."""

    seq = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=16)
