"""Acts on accounts: made, given a password or a role, unlocked, closed."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.sessions import end_running
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


def set_password(username: str, password: str, *, by: Actor, keep: str = "") -> None:
    """Sets a password: one's own, or anybody's with `users.manage`. UsageError says what is weak.

    Every session of the account ends but `keep`, the one it was changed in.
    """
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
        if ended := end_running(a, p, but=keep, why="password"):
            a.details["ended"] = ended


def grant_role(
    username: str,
    role: str,
    *,
    by: Actor,
    units: tuple[str, ...] = (),
    areas: tuple[str, ...] = (),
    request_id: str | None = None,
) -> None:
    """Gives a role from now on, at these stations and in these areas (codes; both empty: everywhere).

    A role held already gets the new scope. Nobody grants a role to themselves, and no account gets a role
    that must stand apart from one it holds (RefusedError says which).
    """
    book = role_book()
    book.role(role)
    where = {"units": sorted(set(units)), "areas": sorted(set(areas))}
    for code in (*where["units"], *where["areas"]):
        if not code or len(code) > 40 or not code.isprintable() or " " in code:
            raise UsageError(f"Code {code!r} is not of a station or area: 1 to 40 characters, no spaces.")
    asked = [username, role, where]
    with act("role.grant", by=by, permission="users.manage", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return
        p = locked_person(username)
        if p.pk == by.pk:
            raise RefusedError(
                f"{username} cannot grant a role to their own account. Ask another administrator."
            )
        a.subject, a.details = f"person:{p.code}", {"role": role, **{k: v for k, v in where.items() if v}}
        held = list(Grant.objects.filter(until=None, person=p))
        if rule := book.conflict([g.role for g in held], role):
            raise RefusedError(
                f"{username} holds {', '.join(sorted({g.role for g in held}))} and cannot hold {role} too: "
                f"{rule.en}. Revoke the other first, or use another account."
            )
        same = [g for g in held if g.role == role]
        if any({"units": g.units, "areas": g.areas} == where for g in same):
            a.idle = True
            return
        for g in same:
            g.until, g.revoked_by = a.at, by.code
            g.save()
        Grant(person=p, role=role, since=a.at, granted_by=by.code, **where).save()
        a.tell("person", code=p.code)


def revoke_role(username: str, role: str, *, by: Actor) -> None:
    """Ends a role now, in running sessions too; StateError where the person does not hold it."""
    with act("role.revoke", by=by, permission="users.manage", details={"role": role}) as a:
        p = locked_person(username)
        a.subject = f"person:{p.code}"
        held = Grant.objects.filter(until=None, person=p, role=role)
        if not held.update(until=a.at, revoked_by=by.code):
            raise StateError(f"{username} does not hold the role {role}. `hq user list` shows the roles.")
        a.tell("person", code=p.code)


def set_active(username: str, active: bool, *, by: Actor) -> None:
    """Closes an account (its history stays, its sessions end) or opens it again. Nobody closes their own."""
    with act("person.active", by=by, permission="users.manage", details={"active": active}) as a:
        p = locked_person(username)
        if p.pk == by.pk:
            raise RefusedError(f"{username} cannot open or close their own account.")
        if p.is_active == active:
            raise StateError(f"The account {username} is {'open' if active else 'closed'} already.")
        p.is_active, p.failed, p.locked_until = active, 0, None
        p.save()
        a.subject = f"person:{p.code}"
        if not active:
            p.login_tokens.filter(used_at=None).update(used_at=a.at)
            if ended := end_running(a, p, why="closed"):
                a.details["ended"] = ended
        a.tell("person", code=p.code)


def unlock_person(username: str, *, by: Actor) -> None:
    """Ends a lock-out before its time; StateError where the account is not locked."""
    with act("person.unlock", by=by, permission="users.manage") as a:
        p = locked_person(username)
        if p.pk == by.pk:
            raise RefusedError(f"{username} cannot unlock their own account. Ask another administrator.")
        if p.locked_until is None or p.locked_until <= a.at:
            raise StateError(f"The account {username} is not locked.")
        p.failed, p.locked_until = 0, None
        p.save()
        a.subject = f"person:{p.code}"
        a.tell("person", code=p.code)
