"""Keys of names (`field` = name_key) are looked up whole: the text index of parts goes without them."""

from django.db import migrations

KEY = "name_key"
NAMES = ("registry_term_added", "registry_term_removed", "registry_term_changed")
TRIGGERS = [
    f"""CREATE TRIGGER registry_term_added AFTER INSERT ON registry_searchterm WHEN NEW.field <> '{KEY}' BEGIN
          INSERT INTO registry_termindex(rowid, norm) VALUES (NEW.id, NEW.norm); END""",
    f"""CREATE TRIGGER registry_term_removed AFTER DELETE ON registry_searchterm WHEN OLD.field <> '{KEY}' BEGIN
          INSERT INTO registry_termindex(registry_termindex, rowid, norm)
          VALUES ('delete', OLD.id, OLD.norm); END""",
    f"""CREATE TRIGGER registry_term_changed AFTER UPDATE ON registry_searchterm BEGIN
          INSERT INTO registry_termindex(registry_termindex, rowid, norm)
          SELECT 'delete', OLD.id, OLD.norm WHERE OLD.field <> '{KEY}';
          INSERT INTO registry_termindex(rowid, norm)
          SELECT NEW.id, NEW.norm WHERE NEW.field <> '{KEY}'; END""",
]


def put(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in NAMES:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        for statement in TRIGGERS:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_flag_by_name")]
    operations = [migrations.RunPython(put)]
