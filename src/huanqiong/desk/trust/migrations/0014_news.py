"""An act's news comes with its entry; the sequencer writes them to the outbox with the entry's place."""

import importlib

from django.db import migrations, models

BEFORE = importlib.import_module("huanqiong.desk.trust.migrations.0004_log_guard")
PLACED = f"{BEFORE.PLACED} AND NEW.news IS NULL"


def place_waiting(apps, schema_editor):
    """What waited in the outbox gets its place now."""
    rows, states = apps.get_model("trust", "OutboxRow"), apps.get_model("trust", "LogState")
    state = states.objects.first()
    if state is None:
        rows.objects.filter(pos=None).delete()  # nobody has ever listened
        return
    for pk in rows.objects.filter(pos=None).order_by("id").values_list("pk", flat=True):
        state.told += 1
        rows.objects.filter(pk=pk).update(pos=state.told)
    state.save()


def guard(apps, schema_editor):
    """The one change that is let through takes the news out."""
    if schema_editor.connection.vendor == "postgresql":
        before = next(s for s in BEFORE.POSTGRESQL if "FUNCTION trust_log_guard" in s)
        change = before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        schema_editor.execute(change.replace(BEFORE.PLACED, PLACED), params=None)
        return
    schema_editor.execute("DROP TRIGGER trust_log_no_update", params=None)
    schema_editor.execute(BEFORE.SQLITE[0].replace(BEFORE.PLACED, PLACED), params=None)


class Migration(migrations.Migration):
    dependencies = [("trust", "0013_seals")]
    operations = [
        migrations.AddField("logentry", "news", models.TextField(null=True)),
        migrations.RunPython(guard),
        migrations.RunPython(place_waiting),
        migrations.RemoveConstraint("outboxrow", "trust_outbox_pos"),
        migrations.RemoveIndex("outboxrow", "trust_outbox_waiting"),
        migrations.AlterField("outboxrow", "pos", models.BigIntegerField(unique=True)),
    ]
