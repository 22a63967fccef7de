"""When an order was given and received, in the store's time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("watch", "0004_duty")]

    operations = [
        migrations.AddField("order", "issued_at", models.DateTimeField(null=True)),
        migrations.AddField("order", "received_at", models.DateTimeField(null=True)),
    ]
