"""People in roles for the desks' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Sign-in is tested for what it decides, not for how long it hashes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """person("li", "duty_officer") makes an account that holds the roles."""

    def make(username: str, *roles: str) -> Any:
        acts.create_person(username, by=OPERATOR, name_zh=f"{username}员")
        for role in roles:
            acts.grant_role(username, role, by=OPERATOR)
        return reads.person(username)

    return make


@pytest.fixture
def officer(person: Callable[..., Any]) -> Any:
    return person("li", "duty_officer")


@pytest.fixture
def supervisor(person: Callable[..., Any]) -> Any:
    return person("zhang", "supervisor")
