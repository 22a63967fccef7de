"""Accounts, roles, one-time logins, lock-out: through the acts alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import allow, allowed, permissions_of
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.models import LoginToken, Person
from huanqiong.desk.trust.roles import role_book

PASSWORD = "a-long-enough-word-9"
pytestmark = pytest.mark.django_db


def test_a_new_account_may_nothing_until_a_role_is_given(person: Callable[..., Any]) -> None:
    li = person("li")
    assert permissions_of(li) == frozenset()
    with pytest.raises(RefusedError, match=r"watch\.view.*duty_officer"):
        allow(li, "watch.view")
    acts.grant_role("li", "duty_officer", by=OPERATOR)
    allow(li, "watch.view")
    acts.revoke_role("li", "duty_officer", by=OPERATOR)
    assert not allowed(li, "watch.view")
    with pytest.raises(StateError):
        acts.revoke_role("li", "duty_officer", by=OPERATOR)


def test_roles_are_shown_and_unknown_ones_refused(person: Callable[..., Any]) -> None:
    person("li", "duty_officer", "supervisor")
    assert reads.people()[0].roles == ("duty_officer", "supervisor")
    with pytest.raises(MissingError, match="supervisor"):
        acts.grant_role("li", "king", by=OPERATOR)


def test_nobody_grants_a_role_to_themselves_nor_acts_beyond_their_role(person: Callable[..., Any]) -> None:
    admin, li = person("admin", "administrator"), person("li", "duty_officer")
    with pytest.raises(RefusedError, match="own account"):
        acts.grant_role("admin", "auditor", by=admin)
    with pytest.raises(RefusedError, match=r"users\.manage"):
        acts.create_person("wang", by=li)
    with pytest.raises(RefusedError):
        acts.create_person("wang", by=SYSTEM)
    acts.grant_role("li", "analyst", by=admin)
    assert reads.people()[1].roles == ("analyst", "duty_officer")


def test_a_closed_account_may_nothing_and_its_logins_end(person: Callable[..., Any]) -> None:
    li = person("li", "duty_officer")
    token = acts.issue_login("li", by=OPERATOR)
    acts.set_active("li", False, by=OPERATOR)
    li.refresh_from_db()
    assert permissions_of(li) == frozenset()
    with pytest.raises(RefusedError):
        acts.redeem_login(token, by=SYSTEM)
    with pytest.raises(StateError):
        acts.issue_login("li", by=OPERATOR)


def test_a_one_time_login_works_once_and_only_the_newest(person: Callable[..., Any]) -> None:
    person("li")
    first, second = acts.issue_login("li", by=OPERATOR), acts.issue_login("li", by=OPERATOR)
    with pytest.raises(RefusedError):
        acts.redeem_login(first, by=SYSTEM)
    assert acts.redeem_login(second, by=SYSTEM).username == "li"
    for token in (second, "no-such-token", ""):
        with pytest.raises(RefusedError):
            acts.redeem_login(token, by=SYSTEM)
    assert second not in "".join(LoginToken.objects.values_list("token_sha256", flat=True))


def test_a_one_time_login_ends_after_its_minutes(
    person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    person("li")
    token = acts.issue_login("li", by=OPERATOR)
    from huanqiong.desk.trust import act, clock

    later = clock.now() + timedelta(minutes=role_book().sign_in["token_min"])
    monkeypatch.setattr(act, "now", lambda: later)
    with pytest.raises(RefusedError, match="too old"):
        acts.redeem_login(token, by=SYSTEM)


def test_passwords_must_be_strong_and_lock_after_failures(
    person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    li = person("li", "duty_officer")
    with pytest.raises(UsageError):
        acts.set_password("li", "short", by=li)
    acts.set_password("li", PASSWORD, by=li)
    assert acts.sign_in("li", PASSWORD, by=SYSTEM).pk == li.pk
    for _ in range(role_book().sign_in["max_failed"]):
        with pytest.raises(RefusedError, match="wrong"):
            acts.sign_in("li", "something else", by=SYSTEM)
    with pytest.raises(RefusedError, match="Too many"):
        acts.sign_in("li", PASSWORD, by=SYSTEM)
    from huanqiong.desk.trust import act, clock

    later = clock.now() + timedelta(minutes=role_book().sign_in["lock_min"] + 1)
    monkeypatch.setattr(act, "now", lambda: later)
    assert acts.sign_in("li", PASSWORD, by=SYSTEM).pk == li.pk


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(person: Callable[..., Any]) -> None:
    person("li")
    answers = set()
    for name in ("li", "nobody"):
        with pytest.raises(RefusedError) as refused:
            acts.sign_in(name, PASSWORD, by=SYSTEM)
        answers.add(str(refused.value))
    assert len(answers) == 1
    assert [e.act for e in reads.audit(act="login.password")] == ["login.password"] * 2


def test_only_the_person_or_an_administrator_sets_a_password(person: Callable[..., Any]) -> None:
    person("li")
    wang = person("wang", "duty_officer")
    with pytest.raises(RefusedError):
        acts.set_password("li", PASSWORD, by=wang)
    acts.set_password("li", PASSWORD, by=person("admin", "administrator"))
    assert Person.objects.get(username="li").has_usable_password()


@pytest.mark.parametrize("name", ["", "  ", "a b", "x" * 61, "a\nb"])
def test_user_names_are_plain(db: None, name: str) -> None:
    with pytest.raises(UsageError):
        acts.create_person(name, by=OPERATOR)


def test_a_taken_name_is_refused(person: Callable[..., Any]) -> None:
    person("li")
    with pytest.raises(StateError, match="already"):
        acts.create_person("li", by=OPERATOR)
