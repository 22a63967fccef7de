"""The audit log becomes a Merkle log; the entries of the chain it was before keep their order and their bytes."""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


PLACED = models.Q(("seq__isnull", False))


def carry(apps, schema_editor):
    """Copies the chain's entries, with their places; says in one more entry what the chain's end was."""
    old, head = apps.get_model("trust", "AuditEntry"), apps.get_model("trust", "AuditHead").objects.first()
    if head is None:
        return
    entry, node = apps.get_model("trust", "LogEntry"), apps.get_model("trust", "LogNode")
    peaks, size = [], 0
    for e in old.objects.order_by("seq").iterator(chunk_size=2000):
        leaf = hashlib.sha256(b"\x00" + e.body.encode()).digest()
        entry.objects.create(
            id=e.seq, seq=e.seq, body=e.body, leaf=leaf, at=e.at, actor=e.actor, act=e.act, subject=e.subject
        )
        level, place = 0, size
        while place & 1:
            leaf = hashlib.sha256(b"\x01" + peaks.pop() + leaf).digest()
            level, place = level + 1, place >> 1
            if level % 8 == 0:
                node.objects.create(level=level, index=place, hash=leaf)
        peaks.append(leaf)
        size += 1
    for salt in apps.get_model("trust", "AuditSalt").objects.iterator():
        apps.get_model("trust", "LogSalt").objects.create(entry=salt.seq, salt=salt.salt)
    outbox = apps.get_model("trust", "OutboxRow")
    outbox.objects.update(pos=models.F("id"))
    told = outbox.objects.aggregate(end=models.Max("id"))["end"] or 0
    apps.get_model("trust", "LogState").objects.create(
        id=1, log=head.log, suite="intl", size=size, peaks=b"".join(peaks), told=told
    )
    at = datetime.now(UTC)
    body = json.dumps(
        {
            "v": 1,
            "id": secrets.token_hex(8),
            "at": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "actor": "system",
            "act": "audit.tree",
            "subject": "audit",
            "details": {"log": head.log, "suite": "intl", "chain_size": head.size, "chain_head": head.hash},
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    leaf = hashlib.sha256(b"\x00" + body.encode()).digest()
    # Without a place: the sequencer gives it one and signs everything with it.
    entry.objects.create(
        id=size + 1, body=body, leaf=leaf, at=at, actor="system", act="audit.tree", subject="audit"
    )
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "SELECT setval(pg_get_serial_sequence('trust_logentry', 'id'), %d)" % (size + 1), params=None
        )


class Migration(migrations.Migration):
    dependencies = [("trust", "0002_guard")]
    operations = [
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(null=True)),
                ("body", models.TextField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=20)),
                ("act", models.CharField(max_length=60)),
                ("subject", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=PLACED, fields=("seq",), name="trust_log_seq")
                ],
                "indexes": [
                    models.Index(condition=models.Q(("seq", None)), fields=["id"], name="trust_log_waiting"),
                    models.Index(condition=PLACED, fields=["act", "at"], name="trust_log_act"),
                    models.Index(condition=PLACED, fields=["actor", "seq"], name="trust_log_actor"),
                    models.Index(condition=PLACED, fields=["subject", "seq"], name="trust_log_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogSalt",
            fields=[
                ("entry", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name="LogState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=32)),
                ("suite", models.CharField(max_length=10)),
                ("size", models.BigIntegerField(default=0)),
                ("peaks", models.BinaryField()),
                ("told", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="LogNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="trust_log_node")]
            },
        ),
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LogMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="trust.logcheckpoint",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("by", models.CharField(max_length=200)),
                ("data", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("checkpoint", "kind", "by"), name="trust_log_mark")
                ]
            },
        ),
        migrations.AddField("outboxrow", "pos", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "outboxrow",
            models.UniqueConstraint(
                condition=models.Q(("pos__isnull", False)), fields=("pos",), name="trust_outbox_pos"
            ),
        ),
        migrations.AddIndex(
            "outboxrow",
            models.Index(condition=models.Q(("pos", None)), fields=["id"], name="trust_outbox_waiting"),
        ),
        migrations.RunPython(carry),
        migrations.DeleteModel("AuditEntry"),
        migrations.DeleteModel("AuditHead"),
        migrations.DeleteModel("AuditSalt"),
    ]
