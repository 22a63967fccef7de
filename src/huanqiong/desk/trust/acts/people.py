"""Acts on accounts: made, given a password or a role, closed."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.locking import locked_person
from huanqiong.desk.trust.models import Grant, Person
from huanqiong.desk.trust.roles import role_book


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
        p = locked_person(username)
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
        p = locked_person(username)
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
        p = locked_person(username)
        a.subject = f"person:{p.code}"
        held = Grant.objects.filter(Q(until=None) | Q(until__gt=a.at), person=p, role=role)
        if not held.update(until=a.at, revoked_by=by.code):
            raise StateError(f"{username} does not hold the role {role}. `hq user list` shows the roles.")
        a.tell("person", code=p.code)


def set_active(username: str, active: bool, *, by: Actor) -> None:
    """Closes an account (its history stays) or opens it again. Nobody closes their own."""
    with act("person.active", by=by, permission="users.manage", details={"active": active}) as a:
        p = locked_person(username)
        if p.pk == by.pk:
            raise RefusedError(f"{username} cannot open or close their own account.")
        p.is_active, p.failed, p.locked_until = active, 0, None
        p.save()
        if not active:
            p.login_tokens.filter(used_at=None).update(used_at=a.at)
        a.subject = f"person:{p.code}"
        a.tell("person", code=p.code)
