"""Acts of the trust desk: accounts, roles, sign-in, second factors, sessions, the log's checkpoint."""

from huanqiong.desk.trust.acts.approvals import decide_approval, request_approval, withdraw_approval
from huanqiong.desk.trust.acts.backup import log_backup, log_restore
from huanqiong.desk.trust.acts.factors import (
    enrol_passkey,
    enrol_totp,
    make_recovery_codes,
    remove_factor,
    reset_factors,
)
from huanqiong.desk.trust.acts.holds import confirm_hold, lapse_holds, lift_hold, propose_hold, set_hold
from huanqiong.desk.trust.acts.log import checkpoint, take_cosignature, take_timestamp
from huanqiong.desk.trust.acts.people import (
    create_person,
    grant_role,
    revoke_role,
    set_active,
    set_password,
    unlock_person,
)
from huanqiong.desk.trust.acts.reading import export_rows, open_record
from huanqiong.desk.trust.acts.retention import blank_rows, destroy_rows, log_destroyed, log_run
from huanqiong.desk.trust.acts.sessions import (
    begin_session,
    end_all_sessions,
    end_other_sessions,
    end_session,
    lapse_session,
    seen,
)
from huanqiong.desk.trust.acts.sign_in import issue_login, prove_code, prove_passkey, redeem_login, sign_in

__all__ = [
    "blank_rows",
    "confirm_hold",
    "destroy_rows",
    "lapse_holds",
    "lift_hold",
    "log_destroyed",
    "log_run",
    "propose_hold",
    "set_hold",
    "decide_approval",
    "export_rows",
    "open_record",
    "request_approval",
    "withdraw_approval",
    "begin_session",
    "checkpoint",
    "create_person",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "enrol_passkey",
    "enrol_totp",
    "grant_role",
    "issue_login",
    "log_backup",
    "log_restore",
    "lapse_session",
    "make_recovery_codes",
    "prove_code",
    "prove_passkey",
    "redeem_login",
    "remove_factor",
    "reset_factors",
    "revoke_role",
    "seen",
    "set_active",
    "set_password",
    "sign_in",
    "unlock_person",
    "take_cosignature",
    "take_timestamp",
]
