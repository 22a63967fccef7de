"""Who may do what, and the only way a view gets a row of the trust desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from huanqiong.core.errors import MissingError, RefusedError
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import Actor, Machine
from huanqiong.desk.trust.reads import (
    ApprovalRow,
    AuditRow,
    FactorRow,
    HoldRow,
    LogEnd,
    Look,
    PersonRow,
    RetentionRun,
    SessionRow,
)
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


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a permission holds: everywhere, or at the stations `units` and in the areas `areas` (codes)."""

    everywhere: bool
    units: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()

    def covers(self, *, unit: str = "", areas: Iterable[str] = ()) -> bool:
        """Whether a row of this station, or in one of these areas, lies within."""
        return self.everywhere or unit in self.units or not self.areas.isdisjoint(areas)


NOWHERE = Scope(False)


def scope_of(person: Actor, permission: str) -> Scope:
    """Where the person may; nowhere without the permission. Several roles that give it add up."""
    if not allowed(person, permission):
        return NOWHERE
    if isinstance(person, Machine):
        return Scope(True)
    book = role_book().roles
    held = [
        g for g in reads.grants_held(person.pk) if g.role in book and permission in book[g.role].permissions
    ]
    if any(not g.units and not g.areas for g in held):
        return Scope(True)
    units = frozenset(u for g in held for u in g.units)
    return Scope(False, units, frozenset(a for g in held for a in g.areas))


def allow_at(person: Actor, permission: str, *, unit: str, areas: Iterable[str] = ()) -> None:
    """Returns when the person may at this station; RefusedError names where they may."""
    allow(person, permission)
    scope = scope_of(person, permission)
    if not scope.covers(unit=unit, areas=areas):
        where = ", ".join(sorted(scope.units | scope.areas)) or "nowhere"
        zh, en = role_book().permissions[permission]
        raise RefusedError(
            f"{person.username} may not at {unit}: {en} / {zh} ({permission}). "
            f"The role holds at: {where}. Ask an administrator for a wider one."
        )


def factor_due(person: Actor, kind: str) -> bool:
    """Whether a role of the person needs a second factor in a store of that kind and they have none."""
    book = role_book()
    if kind in book.practice_kinds or isinstance(person, Machine) or person is None or person.pk is None:
        return False
    needs = any(book.roles[r].second_factor for r in reads.roles_held(person.pk) if r in book.roles)
    return needs and not reads.has_factor(person.pk)


def access_person(person: Actor, code: str) -> PersonRow:
    """One account by its code: one's own, or anybody's with `users.view`; MissingError: there is none."""
    if getattr(person, "code", None) != code:
        allow(person, "users.view")
    found = reads.people(code)
    if not found:
        raise MissingError(f"There is no account {code}.")
    return found[0]


def access_factors(person: Actor, code: str) -> list[FactorRow]:
    """An account's second factors: kinds and dates."""
    return reads.factors_of(access_person(person, code).pk)


def access_sessions(person: Actor, code: str, kind: str) -> list[SessionRow]:
    """An account's running sessions in a store of that kind: one's own, or anybody's with `users.manage`."""
    if getattr(person, "code", None) != code:
        allow(person, "users.manage")
    return reads.sessions_of(access_person(person, code).pk, role_book().limits(kind))


def access_people(person: Actor) -> list[PersonRow]:
    """All accounts with their roles."""
    allow(person, "users.view")
    return reads.people()


def access_colleagues(person: Actor, permission: str) -> list[PersonRow]:
    """Everybody else who may do it too, by user name. RefusedError unless the person may."""
    allow(person, permission)
    book = role_book().roles
    able = {code for code, role in book.items() if permission in role.permissions}
    return [p for p in reads.people() if p.is_active and p.pk != person.pk and able & set(p.roles)]


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
    """Audit entries, newest first, after < seq < before; by actor code, act prefix, subject.

    Of a sealed record only who did what stays visible, and what was done to the seal.
    """
    allow(person, "audit.view")
    found = reads.audit(after=after, before=before, actor=actor, act=act, subject=subject, limit=limit)
    sealed = reads.sealed_subjects()
    return [
        replace(e, details={"sealed": True}) if e.subject in sealed and not e.act.startswith("record.") else e
        for e in found
    ]


def access_approvals(person: Actor, *, own: bool = False, waiting: bool = False) -> list[ApprovalRow]:
    """Requests for two-person acts: one's own, or, for who decides, those that wait."""
    if own:
        allow(person, "approvals.ask")
        return reads.approvals(requester=person.pk)
    if not allowed(person, "approvals.decide"):
        return []
    return reads.approvals(waiting=waiting)


def access_looks(person: Actor, subject: str) -> list[Look]:
    """Who opened a record, for what: for who oversees accounts, and for the person whose record it is."""
    if subject != f"person:{getattr(person, 'code', '')}":
        allow(person, "users.view")
    return reads.looks(subject)


def access_retention_run(person: Actor) -> RetentionRun | None:
    """When the retention job ran last and what it counted, for whoever keeps watch or sees retention."""
    if not allowed(person, "watch.view"):
        allow(person, "retention.view")
    return reads.last_retention_run()


def access_holds(person: Actor) -> list[HoldRow]:
    """Every legal hold, oldest first, ended ones too; of a sealed record's only that there is one."""
    allow(person, "retention.view")
    sealed = reads.sealed_subjects()
    nothing = {"subject": "", "reason": "", "since": None, "until": None, "box": None, "sealed": True}
    return [replace(h, **nothing) if h.subject in sealed else h for h in reads.holds()]


def access_audit_end(person: Actor) -> LogEnd:
    """The end of the log: its size and root, what still waits for its place."""
    allow(person, "audit.view")
    return reads.log_end()
