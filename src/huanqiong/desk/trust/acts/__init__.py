"""Acts of the trust desk: accounts, roles, sign-in, the log's checkpoint."""

from huanqiong.desk.trust.acts.log import checkpoint
from huanqiong.desk.trust.acts.people import create_person, grant_role, revoke_role, set_active, set_password
from huanqiong.desk.trust.acts.sign_in import issue_login, redeem_login, sign_in

__all__ = [
    "checkpoint",
    "create_person",
    "grant_role",
    "issue_login",
    "redeem_login",
    "revoke_role",
    "set_active",
    "set_password",
    "sign_in",
]
