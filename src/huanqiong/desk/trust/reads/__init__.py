"""Questions to the trust desk, answered in plain rows. Views come here only through `access`."""

from huanqiong.desk.trust.reads.approvals import ApprovalRow, Look, approvals, looks
from huanqiong.desk.trust.reads.factors import FactorRow, factors_of, has_factor
from huanqiong.desk.trust.reads.holds import HoldRow, holds, holds_mark, proposed_causes
from huanqiong.desk.trust.reads.log import (
    AuditRow,
    LogEnd,
    audit,
    checked_rows,
    checkpoint,
    checkpoints,
    entries,
    entries_about,
    log_end,
    proof_of_consistency,
    proofs_of_inclusion,
)
from huanqiong.desk.trust.reads.outbox import outbox_after, outbox_end, outbox_waiting
from huanqiong.desk.trust.reads.people import (
    GrantRow,
    PersonRow,
    grants_held,
    people,
    person,
    person_of,
    roles_held,
)
from huanqiong.desk.trust.reads.retention import (
    RetentionRun,
    destroy_request,
    destroyed_stands,
    last_retention_run,
)
from huanqiong.desk.trust.reads.seals import sealed_subjects, seals_of
from huanqiong.desk.trust.reads.sessions import SessionRow, session, session_counts, sessions_of

__all__ = [
    "sealed_subjects",
    "seals_of",
    "HoldRow",
    "holds",
    "holds_mark",
    "proposed_causes",
    "ApprovalRow",
    "Look",
    "approvals",
    "looks",
    "AuditRow",
    "LogEnd",
    "FactorRow",
    "GrantRow",
    "PersonRow",
    "RetentionRun",
    "SessionRow",
    "audit",
    "checked_rows",
    "checkpoint",
    "checkpoints",
    "entries",
    "entries_about",
    "log_end",
    "factors_of",
    "grants_held",
    "has_factor",
    "outbox_after",
    "outbox_end",
    "outbox_waiting",
    "destroy_request",
    "destroyed_stands",
    "last_retention_run",
    "people",
    "person",
    "person_of",
    "proof_of_consistency",
    "proofs_of_inclusion",
    "roles_held",
    "session",
    "session_counts",
    "sessions_of",
]
