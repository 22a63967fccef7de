"""Accounts that a first start needs, and one-time logins."""

from __future__ import annotations

import contextlib

from huanqiong.core.errors import StateError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR

DEMO_ROLES = ("duty_officer", "supervisor", "analyst", "auditor")
"""A visitor sees every page; the administrator's role stays with the command line."""


def ensure_demo_person(username: str) -> None:
    """The demo's account with its roles; where it is there already nothing changes."""
    with contextlib.suppress(StateError):
        acts.create_person(username, by=OPERATOR, name_zh="值班演示", name_en="Demo officer")
    for role in DEMO_ROLES:
        acts.grant_role(username, role, by=OPERATOR)


def login_path(username: str) -> str:
    """A path on the console that signs the person in once, within 15 minutes."""
    return f"/login/{acts.issue_login(username, by=OPERATOR)}"
