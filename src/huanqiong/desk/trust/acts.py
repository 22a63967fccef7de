"""Acts of the trust desk: accounts, roles, sign-in, the log's checkpoint."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F, Q

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import sign_checkpoint
from huanqiong.desk.trust.models import AuditHead, Grant, LoginToken, Person
from huanqiong.desk.trust.roles import role_book

_NOBODY_HASH = "pbkdf2_sha256$1000000$nobody$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def _person(username: str) -> Person:
    found = Person.objects.select_for_update().filter(username=username).first()
    if found is None:
        raise MissingError(f"There is no account {username!r}. `hq user list` shows those there are.")
    return found


def create_person(
    username: str,
    *,
    by: Actor,
    name_zh: str = "",
    name_en: str = "",
    badge: str = "",
    agency: str = "",
    units: tuple[str, ...] = (),
    request_id: str | None = None,
) -> str:
    """Makes an account without password or role; returns its code. StateError where the name is taken."""
    username = username.strip()
    if not username or len(username) > 60 or not username.isprintable() or " " in username:
        raise UsageError(f"User name {username!r}: use 1 to 60 printable characters without spaces.")
    asked = [username, name_zh, name_en, badge, agency, list(units)]
    with act("person.create", by=by, permission="users.manage", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return str(a.result)
        if Person.objects.filter(username=username).exists():
            raise StateError(f"There is already an account {username!r}. Choose another name.")
        p = Person(
            username=username,
            name_zh=name_zh,
            name_en=name_en,
            badge=badge,
            agency=agency,
            units=list(units),
        )
        p.set_unusable_password()
        p.save()
        a.subject = f"person:{p.code}"
        a.details |= {"username": Private(username), "name": Private(name_zh or name_en), "agency": agency}
        a.tell("person", code=p.code)
        a.result = p.code
    return str(a.result)


def set_password(username: str, password: str, *, by: Actor) -> None:
    """Sets a password: one's own, or anybody's with `users.manage`. UsageError says what is weak."""
    own = getattr(by, "username", None) == username and by.pk is not None
    with act("person.password", by=by, permission=None if own else "users.manage") as a:
        p = _person(username)
        try:
            validate_password(password, p)
        except ValidationError as e:
            raise UsageError(" ".join(e.messages)) from None
        p.set_password(password)
        p.failed, p.locked_until = 0, None
        p.save()
        a.subject = f"person:{p.code}"


def grant_role(username: str, role: str, *, by: Actor, request_id: str | None = None) -> None:
    """Gives a role from now on. Nobody grants a role to themselves."""
    role_book().role(role)
    asked = [username, role]
    with act("role.grant", by=by, permission="users.manage", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return
        p = _person(username)
        if p.pk == by.pk:
            raise RefusedError(
                f"{username} cannot grant a role to their own account. Ask another administrator."
            )
        a.subject, a.details = f"person:{p.code}", {"role": role}
        if Grant.objects.filter(Q(until=None) | Q(until__gt=a.at), person=p, role=role).exists():
            a.idle = True
            return
        Grant(person=p, role=role, since=a.at, granted_by=by.code).save()
        a.tell("person", code=p.code)


def revoke_role(username: str, role: str, *, by: Actor) -> None:
    """Ends a role now; StateError where the person does not hold it."""
    with act("role.revoke", by=by, permission="users.manage", details={"role": role}) as a:
        p = _person(username)
        a.subject = f"person:{p.code}"
        held = Grant.objects.filter(Q(until=None) | Q(until__gt=a.at), person=p, role=role)
        if not held.update(until=a.at, revoked_by=by.code):
            raise StateError(f"{username} does not hold the role {role}. `hq user list` shows the roles.")
        a.tell("person", code=p.code)


def set_active(username: str, active: bool, *, by: Actor) -> None:
    """Closes an account (its history stays) or opens it again. Nobody closes their own."""
    with act("person.active", by=by, permission="users.manage", details={"active": active}) as a:
        p = _person(username)
        if p.pk == by.pk:
            raise RefusedError(f"{username} cannot open or close their own account.")
        p.is_active, p.failed, p.locked_until = active, 0, None
        p.save()
        if not active:
            p.login_tokens.filter(used_at=None).update(used_at=a.at)
        a.subject = f"person:{p.code}"
        a.tell("person", code=p.code)


def issue_login(username: str, *, by: Actor) -> str:
    """A one-time login token (43 URL-safe characters) for an account; earlier ones end. Kept only as hash."""
    token = secrets.token_urlsafe(32)
    with act("login.issue", by=by, permission="users.manage") as a:
        p = _person(username)
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


def checkpoint(keys: Path, *, by: Actor) -> dict[str, Any]:
    """Signs the log's end with the key in `keys` and logs that it was exported.

    Returns {size, head, text}: the entry of this act is itself the last one signed, so a fresh store has
    its genesis entry and this one.
    """
    key = signing_key(keys)
    with act("audit.export", by=by, permission="audit.export", subject="audit"):
        pass
    head = AuditHead.objects.get()
    return {
        "size": head.size,
        "head": head.hash,
        "text": sign_checkpoint(head.log, head.size, head.hash, key),
    }
