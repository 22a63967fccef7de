"""Tables of the trust desk."""

from huanqiong.desk.trust.models.log import AuditEntry, AuditHead, AuditSalt
from huanqiong.desk.trust.models.outbox import OutboxRow, Receipt
from huanqiong.desk.trust.models.people import (
    Grant,
    LoginToken,
    Person,
    PersonSession,
    new_code,
    new_session_code,
)

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditSalt",
    "Grant",
    "LoginToken",
    "OutboxRow",
    "Person",
    "PersonSession",
    "Receipt",
    "new_code",
    "new_session_code",
]
