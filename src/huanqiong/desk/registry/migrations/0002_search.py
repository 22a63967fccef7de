"""The text index behind `registry.search`, kept by triggers so that no act can forget it."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE registry_termindex
       USING fts5(norm, content='registry_searchterm', content_rowid='id', tokenize='trigram')""",
    """CREATE TRIGGER registry_term_added AFTER INSERT ON registry_searchterm BEGIN
         INSERT INTO registry_termindex(rowid, norm) VALUES (NEW.id, NEW.norm); END""",
    """CREATE TRIGGER registry_term_removed AFTER DELETE ON registry_searchterm BEGIN
         INSERT INTO registry_termindex(registry_termindex, rowid, norm)
         VALUES ('delete', OLD.id, OLD.norm); END""",
    """CREATE TRIGGER registry_term_changed AFTER UPDATE ON registry_searchterm BEGIN
         INSERT INTO registry_termindex(registry_termindex, rowid, norm)
         VALUES ('delete', OLD.id, OLD.norm);
         INSERT INTO registry_termindex(rowid, norm) VALUES (NEW.id, NEW.norm); END""",
]
# pg_trgm needs a privilege; without it the same search runs unindexed.
POSTGRESQL = [
    """DO $$ BEGIN
         CREATE EXTENSION IF NOT EXISTS pg_trgm;
         CREATE INDEX registry_term_trgm ON registry_searchterm USING gin (norm gin_trgm_ops);
       EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
         RAISE NOTICE 'pg_trgm is not available: search runs without its index';
       END $$""",
]


def put(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_start")]
    operations = [migrations.RunPython(put)]
