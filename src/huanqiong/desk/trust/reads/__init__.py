"""Questions to the trust desk, answered in plain rows. Views come here only through `access`."""

from huanqiong.desk.trust.reads.factors import FactorRow, factors_of, has_factor
from huanqiong.desk.trust.reads.log import AuditRow, audit, audit_entries, audit_log, audit_state
from huanqiong.desk.trust.reads.outbox import outbox_after, outbox_end
from huanqiong.desk.trust.reads.people import (
    GrantRow,
    PersonRow,
    grants_held,
    people,
    person,
    person_of,
    roles_held,
)
from huanqiong.desk.trust.reads.sessions import SessionRow, session, session_counts, sessions_of

__all__ = [
    "AuditRow",
    "FactorRow",
    "GrantRow",
    "PersonRow",
    "SessionRow",
    "audit",
    "audit_entries",
    "audit_log",
    "audit_state",
    "factors_of",
    "grants_held",
    "has_factor",
    "outbox_after",
    "outbox_end",
    "people",
    "person",
    "person_of",
    "roles_held",
    "session",
    "session_counts",
    "sessions_of",
]
