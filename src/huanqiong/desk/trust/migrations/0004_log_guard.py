"""The database itself refuses to change or remove an entry, a checkpoint, a mark or a node of the log.

One change is let through: an entry that waits gets the next place, and nothing else of it changes.
"""

from django.db import migrations

ADDED_ONLY = {"trust_lognode": "id", "trust_logcheckpoint": "size", "trust_logmark": "id"}
SAME = ("id", "body", "leaf", "at", "actor", "act", "subject")
# Said with IS NOT NULL, for the index holds placed entries only.
PLACED = f"""OLD.seq IS NULL
    AND NEW.seq = (SELECT COALESCE(MAX(seq), 0) + 1 FROM trust_logentry WHERE seq IS NOT NULL)
    AND {" AND ".join(f'NEW."{c}" = OLD."{c}"' for c in SAME)}"""
SQLITE = [
    f"""CREATE TRIGGER trust_log_no_update BEFORE UPDATE ON trust_logentry WHEN NOT COALESCE({PLACED}, 0)
        BEGIN SELECT RAISE(ABORT, 'log entries never change'); END""",
    """CREATE TRIGGER trust_log_no_delete BEFORE DELETE ON trust_logentry
       BEGIN SELECT RAISE(ABORT, 'log entries are never removed'); END""",
    # REPLACE would remove a row without firing the delete trigger.
    """CREATE TRIGGER trust_log_insert BEFORE INSERT ON trust_logentry
       WHEN NEW.seq IS NOT NULL OR EXISTS (SELECT 1 FROM trust_logentry WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'log entries are added without a place, each once'); END""",
]
for table, key in ADDED_ONLY.items():
    for verb in ("UPDATE", "DELETE"):
        SQLITE.append(
            f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"""
        )
    SQLITE.append(
        f"""CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
            BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"""
    )
# A unique constraint's REPLACE goes by its own columns.
SQLITE.append(
    """CREATE TRIGGER trust_lognode_place BEFORE INSERT ON trust_lognode
       WHEN EXISTS (SELECT 1 FROM trust_lognode WHERE level = NEW.level AND "index" = NEW."index")
       BEGIN SELECT RAISE(ABORT, 'trust_lognode is only added to'); END"""
)
SQLITE.append(
    """CREATE TRIGGER trust_logmark_place BEFORE INSERT ON trust_logmark
       WHEN EXISTS (SELECT 1 FROM trust_logmark
                    WHERE checkpoint_id = NEW.checkpoint_id AND kind = NEW.kind AND "by" = NEW."by")
       BEGIN SELECT RAISE(ABORT, 'trust_logmark is only added to'); END"""
)
POSTGRESQL = [
    "DROP FUNCTION IF EXISTS trust_audit_guard()",
    f"""CREATE FUNCTION trust_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF NEW.seq IS NOT NULL THEN
              RAISE EXCEPTION 'log entries are added without a place';
            END IF;
            RETURN NEW;
          END IF;
          IF TG_OP = 'UPDATE' AND ({PLACED}) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION 'log entries never change and are never removed';
        END $$""",
    """CREATE TRIGGER trust_log_rows BEFORE INSERT OR UPDATE OR DELETE ON trust_logentry
       FOR EACH ROW EXECUTE FUNCTION trust_log_guard()""",
    """CREATE FUNCTION trust_added_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER trust_log_table BEFORE TRUNCATE ON trust_logentry
       FOR EACH STATEMENT EXECUTE FUNCTION trust_added_only()""",
]
for table in ADDED_ONLY:
    POSTGRESQL += [
        f"""CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION trust_added_only()""",
        f"""CREATE TRIGGER {table}_table BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION trust_added_only()""",
    ]


def put(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("trust", "0003_log")]
    operations = [migrations.RunPython(put)]
