"""The database itself refuses to change, remove or misplace an audit entry."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER trust_audit_no_update BEFORE UPDATE ON trust_auditentry
       BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END""",
    """CREATE TRIGGER trust_audit_no_delete BEFORE DELETE ON trust_auditentry
       BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END""",
    # REPLACE would remove a row without firing the delete trigger.
    """CREATE TRIGGER trust_audit_in_order BEFORE INSERT ON trust_auditentry
       WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM trust_auditentry)
       BEGIN SELECT RAISE(ABORT, 'audit entries are added in order'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION trust_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'INSERT' THEN
           IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM trust_auditentry) THEN
             RAISE EXCEPTION 'audit entries are added in order';
           END IF;
           RETURN NEW;
         END IF;
         RAISE EXCEPTION 'audit entries never change and are never removed';
       END $$""",
    """CREATE TRIGGER trust_audit_rows BEFORE INSERT OR UPDATE OR DELETE ON trust_auditentry
       FOR EACH ROW EXECUTE FUNCTION trust_audit_guard()""",
    """CREATE TRIGGER trust_audit_table BEFORE TRUNCATE ON trust_auditentry
       FOR EACH STATEMENT EXECUTE FUNCTION trust_audit_guard()""",
]


def put(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("trust", "0001_start")]
    operations = [migrations.RunPython(put)]
