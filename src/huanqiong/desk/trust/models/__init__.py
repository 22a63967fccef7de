"""Tables of the trust desk."""

from huanqiong.desk.trust.models.approvals import Approval
from huanqiong.desk.trust.models.holds import Hold
from huanqiong.desk.trust.models.log import (
    LogCheckpoint,
    LogEntry,
    LogMark,
    LogNode,
    LogSalt,
    LogState,
)
from huanqiong.desk.trust.models.outbox import OutboxRow, Receipt
from huanqiong.desk.trust.models.people import (
    Grant,
    LoginToken,
    Person,
    PersonSession,
    new_code,
    new_session_code,
)
from huanqiong.desk.trust.models.seals import Seal, Unsealed

__all__ = [
    "Approval",
    "Grant",
    "Hold",
    "LogCheckpoint",
    "LogEntry",
    "LogMark",
    "LogNode",
    "LogSalt",
    "LogState",
    "LoginToken",
    "OutboxRow",
    "Person",
    "PersonSession",
    "Receipt",
    "Seal",
    "Unsealed",
    "new_code",
    "new_session_code",
]
