"""Acts of coming in: one-time logins, passwords, second factors, passkeys, lock-out."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from huanqiong.core.errors import RefusedError, StateError
from huanqiong.desk.trust import ceremony
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.factors import prove_stored
from huanqiong.desk.trust.locking import locked_person
from huanqiong.desk.trust.models import LoginToken, Person
from huanqiong.desk.trust.reads.factors import has_factor
from huanqiong.desk.trust.roles import role_book

_NO_LOGIN = "This one-time login was used, is too old, or is unknown. Ask for a new one."
_NOBODY_HASH = "pbkdf2_sha256$1000000$nobody$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def issue_login(username: str, *, by: Actor) -> str:
    """A one-time login token (43 URL-safe characters) for an account; earlier ones end. Kept only as hash."""
    token = secrets.token_urlsafe(32)
    with act("login.issue", by=by, permission="users.manage") as a:
        p = locked_person(username)
        if not p.is_active:
            raise StateError(f"The account {username} is closed. Open it first.")
        p.login_tokens.filter(used_at=None).update(used_at=a.at)
        minutes = role_book().sign_in["token_min"]
        LoginToken(
            person=p,
            token_sha256=sha256(token.encode()).hexdigest(),
            issued_at=a.at,
            expires_at=a.at + timedelta(minutes=minutes),
        ).save()
        a.subject, a.details = f"person:{p.code}", {"minutes": minutes}
    return token


def redeem_login(token: str, *, by: Actor) -> Person:
    """The person a token lets in, once; RefusedError when it is unknown, used or too old. Ends a lock-out.

    A person with a second factor is not in yet: `prove_code` or `prove_passkey` comes next.
    """
    with act("login.redeem", by=by) as a:
        digest = sha256(token.encode()).hexdigest()
        row = LoginToken.objects.select_related("person").filter(token_sha256=digest).first()
        if row is None:
            raise RefusedError(_NO_LOGIN)
        p = locked_person(row.person.username)  # the person's row before any other of theirs
        row.refresh_from_db()
        if row.used_at is not None or not _good_at(row, a.at) or not p.is_active:
            raise RefusedError(_NO_LOGIN)
        row.used_at = a.at
        row.save()
        _good(p)
        a.subject = f"person:{p.code}"
    return p


def sign_in(username: str, password: str, *, by: Actor) -> Person:
    """The person with that password; RefusedError else. Too many failures lock the account for a while.

    The answer never tells an unknown name from a wrong password. A person with a second factor is not in
    yet: `prove_code` or `prove_passkey` comes next, and only that forgets earlier failures.
    """
    p: Person | None = None
    refusal = "User name or password is wrong."
    with act("login.password", by=by) as a:
        found = Person.objects.select_for_update().filter(username=username).first()
        if found is None:
            # The same work as for a known name, so that time tells nothing.
            Person(password=_NOBODY_HASH).check_password(password)
            a.details = {"refused": "unknown", "username": Private(username)}
        elif _locked(found, a.at):
            a.subject, a.details = f"person:{found.code}", {"refused": "locked"}
            refusal = _too_many()
        elif not found.is_active or not found.check_password(password):
            _bad(found, a, "password")
        else:
            if not has_factor(found.pk):
                _good(found)
            a.subject, p = f"person:{found.code}", found
    if p is None:
        raise RefusedError(refusal)
    return p


def prove_code(person: Person, code: str, *, by: Actor) -> str:
    """The second step, by an app's code or a recovery code; returns which. RefusedError else: it counts."""
    kind, refusal = "", "This code is not right. Wait for the next one, or use a recovery code."
    with act("login.factor", by=by) as a:
        p = locked_person(person.username)
        a.subject = f"person:{p.code}"
        if not p.is_active or _locked(p, a.at):
            a.details, refusal = {"refused": "locked"}, _too_many()
        elif kind := prove_stored(a, p, code):
            _good(p)
            a.details = {"factor": kind}
        else:
            _bad(p, a, "code")
    if not kind:
        raise RefusedError(refusal)
    return kind


def prove_passkey(person: Person | None, response: Any, state: dict[str, Any] | None, *, by: Actor) -> Person:
    """The person whose passkey signed the challenge in `state`; RefusedError else.

    `person`: whose second step it is; None: the passkey signs in alone, which only one that checks its
    holder may. Failures do not count: there is nothing to guess, and anybody may claim to be anybody.
    """
    name = "login.passkey" if person is None else "login.factor"
    proved: Person | None = None
    with act(name, by=by) as a:
        found = Person.objects.select_for_update()
        p = found.filter(code=ceremony.whose(response)).first() if person is None else found.get(pk=person.pk)
        factor = ceremony.proven(p, response, state) if p is not None else None
        a.subject = f"person:{p.code}" if p is not None else ""
        if p is None or factor is None or (person is None and not factor.data.get("alone")):
            a.details = {"refused": "passkey"}
        elif not p.is_active or (person is not None and _locked(p, a.at)):
            a.details = {"refused": "locked"}
        else:
            factor.last_used_at = a.at
            factor.save()
            _good(p)
            a.details, proved = {"factor": "webauthn"}, p
    if proved is None:
        raise RefusedError("This passkey does not open an account here. Use another one, or your password.")
    return proved


def _good_at(row: LoginToken, at: datetime) -> bool:
    """Whether a login is within its minutes, also those before it was issued: a clock that was mended gives
    no login more than its life again."""
    life = row.expires_at - row.issued_at
    return row.issued_at - life < at < row.expires_at


def _too_many() -> str:
    minutes = role_book().sign_in["lock_min"]
    return f"Too many failed sign-ins. Try again in {minutes} minutes or ask for a login."


def _locked(p: Person, at: datetime) -> bool:
    return p.locked_until is not None and p.locked_until > at


def _good(p: Person) -> None:
    if p.failed or p.locked_until is not None:
        p.failed, p.locked_until = 0, None
        p.save()


def _bad(p: Person, a: Act, what: str) -> None:
    """Counts a failure; `p` is locked by the act, so the count is whole."""
    rules = role_book().sign_in
    p.failed += 1
    a.subject, a.details = f"person:{p.code}", {"refused": what}
    if p.failed >= rules["max_failed"]:
        p.failed, p.locked_until = 0, a.at + timedelta(minutes=rules["lock_min"])
        a.details["until"] = p.locked_until
        a.tell("person", code=p.code)
    p.save()
