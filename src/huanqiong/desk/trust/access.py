"""Who may do what, and the only way a view gets a row of the trust desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import Actor, Machine
from huanqiong.desk.trust.reads import AuditRow, PersonRow
from huanqiong.desk.trust.roles import role_book


def permissions_of(person: Actor) -> frozenset[str]:
    """Everything the person may do now; empty for nobody, an inactive account, or no role."""
    if isinstance(person, Machine):
        return role_book().machines[person.code].permissions
    if person is None or person.pk is None or not person.is_active:
        return frozenset()
    book = role_book().roles
    held = reads.roles_held(person.pk)
    return frozenset().union(*(book[r].permissions for r in held if r in book))


def allowed(person: Actor, permission: str) -> bool:
    """Whether the person may; an unknown permission is a fault of the program (KeyError)."""
    role_book().permissions[permission]
    return permission in permissions_of(person)


def allow(person: Actor, permission: str) -> None:
    """Returns when the person may; RefusedError names the permission and who has it."""
    if allowed(person, permission):
        return
    book = role_book()
    zh, en = book.permissions[permission]
    who = ", ".join(r.code for r in book.roles.values() if permission in r.permissions) or "no person's role"
    name = getattr(person, "username", "") or "nobody signed in"
    raise RefusedError(
        f"{name} may not: {en} / {zh} ({permission}). Roles that may: {who}. Ask an administrator for one."
    )


def access_people(person: Actor) -> list[PersonRow]:
    """All accounts with their roles."""
    allow(person, "users.view")
    return reads.people()


def access_audit(
    person: Actor,
    *,
    after: int = 0,
    before: int | None = None,
    actor: str = "",
    act: str = "",
    subject: str = "",
    limit: int = 100,
) -> list[AuditRow]:
    """Audit entries, newest first, after < seq < before; by actor code, act prefix, subject."""
    allow(person, "audit.view")
    return reads.audit(after=after, before=before, actor=actor, act=act, subject=subject, limit=limit)


def access_audit_state(person: Actor) -> dict[str, Any]:
    """{log, size, hash}: the end of the chain."""
    allow(person, "audit.view")
    return reads.audit_state()


def access_audit_log(person: Actor) -> Iterator[tuple[int, str, str]]:
    """Every entry in order: (seq, body, hash)."""
    allow(person, "audit.export")
    return reads.audit_log()
