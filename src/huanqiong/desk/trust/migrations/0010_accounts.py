"""Grants get their scope, persons their sessions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import huanqiong.desk.trust.models.people


class Migration(migrations.Migration):
    dependencies = [("trust", "0004_log_guard")]
    operations = [
        migrations.AddField(
            model_name="grant",
            name="areas",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="grant",
            name="units",
            field=models.JSONField(default=list),
        ),
        migrations.CreateModel(
            name="PersonSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=huanqiong.desk.trust.models.people.new_session_code,
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("how", models.CharField(max_length=40)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=20)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "ended_at"], name="trust_perso_person__b82800_idx")
                ],
            },
        ),
    ]
