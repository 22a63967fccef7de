"""What an act leaves beside its entry: news for the stream, a receipt for whoever may ask again."""

from __future__ import annotations

from django.db import models


class OutboxRow(models.Model):
    """What changed, for the stream: a topic and ids, never contents.

    The sequencer writes it when the act's entry, which brought the news, gets its place: a reader that
    remembers the last `pos` misses nothing, however many write at once.
    """

    pos = models.BigIntegerField(unique=True)
    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    at = models.DateTimeField()


class Receipt(models.Model):
    """The first result of an act that a client named by its own id: the same id gives it again."""

    request_id = models.CharField(max_length=80, primary_key=True)
    act = models.CharField(max_length=60)
    actor = models.CharField(max_length=20)
    asked_sha256 = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField()
