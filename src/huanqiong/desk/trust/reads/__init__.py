"""Questions to the trust desk, answered in plain rows. Views come here only through `access`."""

from huanqiong.desk.trust.reads.log import AuditRow, audit, audit_entries, audit_log, audit_state
from huanqiong.desk.trust.reads.outbox import outbox_after, outbox_end
from huanqiong.desk.trust.reads.people import PersonRow, people, person, roles_held

__all__ = [
    "AuditRow",
    "PersonRow",
    "audit",
    "audit_entries",
    "audit_log",
    "audit_state",
    "outbox_after",
    "outbox_end",
    "people",
    "person",
    "roles_held",
]
