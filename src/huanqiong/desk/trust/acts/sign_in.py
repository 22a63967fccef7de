"""Acts of coming in: one-time logins, passwords, lock-out."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db.models import F

from huanqiong.core.errors import RefusedError, StateError
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.locking import locked_person
from huanqiong.desk.trust.models import LoginToken, Person
from huanqiong.desk.trust.roles import role_book

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
    """The person a token lets in, once; RefusedError when it is unknown, used or too old."""
    with act("login.redeem", by=by) as a:
        digest = sha256(token.encode()).hexdigest()
        row = (
            LoginToken.objects.select_for_update()
            .select_related("person")
            .filter(token_sha256=digest)
            .first()
        )
        if row is None or row.used_at is not None or row.expires_at <= a.at or not row.person.is_active:
            raise RefusedError("This one-time login was used, is too old, or is unknown. Ask for a new one.")
        row.used_at = a.at
        row.save()
        a.subject = f"person:{row.person.code}"
    return row.person


def sign_in(username: str, password: str, *, by: Actor) -> Person:
    """The person with that password; RefusedError else. Too many failures lock the account for a while.

    The answer never tells an unknown name from a wrong password.
    """
    rules = role_book().sign_in
    p: Person | None = None
    refusal = "User name or password is wrong."
    with act("login.password", by=by) as a:
        found = Person.objects.select_for_update().filter(username=username).first()
        if found is None:
            Person(password=_NOBODY_HASH).check_password(
                password
            )  # the same work, so that time tells nothing
            a.details = {"refused": "unknown", "username": Private(username)}
        elif found.locked_until is not None and found.locked_until > a.at:
            a.subject, a.details = f"person:{found.code}", {"refused": "locked"}
            refusal = (
                f"Too many failed sign-ins. Try again in {rules['lock_min']} minutes or ask for a login."
            )
        elif not found.is_active or not found.check_password(password):
            found.failed = F("failed") + 1
            found.save()
            found.refresh_from_db(fields=["failed"])
            if found.failed >= rules["max_failed"]:
                found.failed, found.locked_until = 0, a.at + timedelta(minutes=rules["lock_min"])
                found.save()
            a.subject, a.details = f"person:{found.code}", {"refused": "password"}
        else:
            found.failed, found.locked_until = 0, None
            found.save()
            a.subject, p = f"person:{found.code}", found
    if p is None:
        raise RefusedError(refusal)
    return p
