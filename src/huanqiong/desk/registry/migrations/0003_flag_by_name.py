"""A flag may be a name, not only a code of three letters: SQLite took names all along, PostgreSQL does not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_search")]
    operations = [
        migrations.AlterField("vessel", "flag", models.CharField("flag", max_length=40, blank=True)),
    ]
