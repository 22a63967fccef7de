"""Accounts and the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huanqiong.core.errors import MissingError
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import Grant, Person
from huanqiong.desk.trust.reads.factors import factor_kinds


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role held now, and where: unit and area codes, both empty for everywhere."""

    role: str
    units: tuple[str, ...]
    areas: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account, the roles it holds now and the kinds of its second factors."""

    pk: int
    code: str
    username: str
    name_zh: str
    name_en: str
    badge: str
    agency: str
    units: tuple[str, ...]
    is_active: bool
    locked_until: datetime | None
    roles: tuple[str, ...]
    grants: tuple[GrantRow, ...]
    factors: tuple[str, ...]

    @property
    def locked(self) -> bool:
        """Whether passwords and codes are refused now."""
        return self.locked_until is not None and self.locked_until > now()


def _held(at: datetime | None) -> Q:
    """Grants that hold. Now: all that nobody revoked, whatever the clock says, so that one that was set back
    neither takes a role nor gives a revoked one back."""
    if at is None:
        return Q(until=None)
    return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at))


def roles_held(person_pk: int, at: datetime | None = None) -> list[str]:
    """Codes of the roles an account holds at `at` (None: now)."""
    return list(Grant.objects.filter(_held(at), person_id=person_pk).values_list("role", flat=True))


def grants_held(person_pk: int, at: datetime | None = None) -> list[GrantRow]:
    """The roles an account holds at `at` (None: now), with where they hold."""
    found = Grant.objects.filter(_held(at), person_id=person_pk).order_by("role", "since")
    return [_grant(g) for g in found]


def _grant(g: Grant) -> GrantRow:
    return GrantRow(g.role, tuple(g.units), tuple(g.areas), g.since)


def people(code: str | None = None) -> list[PersonRow]:
    """All accounts by user name, or the one of that code, with the roles they hold now."""
    asked = Person.objects.order_by("username")
    grants = Grant.objects.filter(_held(None)).order_by("role", "since")
    if code is not None:
        asked, grants = asked.filter(code=code), grants.filter(person__code=code)
    held: dict[int, list[GrantRow]] = {}
    for g in grants:
        held.setdefault(g.person_id, []).append(_grant(g))
    kinds = factor_kinds()
    return [
        PersonRow(
            pk=p.pk,
            code=p.code,
            username=p.username,
            name_zh=p.name_zh,
            name_en=p.name_en,
            badge=p.badge,
            agency=p.agency,
            units=tuple(p.units),
            is_active=p.is_active,
            locked_until=p.locked_until,
            roles=tuple(g.role for g in held.get(p.pk, ())),
            grants=tuple(held.get(p.pk, ())),
            factors=tuple(kinds.get(p.pk, ())),
        )
        for p in asked
    ]


def person(username: str) -> Person:
    """The account of that user name, to act as; MissingError where there is none."""
    try:
        return Person.objects.get(username=username)
    except Person.DoesNotExist:
        raise MissingError(
            f"There is no account {username!r}. `hq user list` shows those there are."
        ) from None


def person_of(pk: int) -> Person | None:
    """The account of that key; None where there is none."""
    return Person.objects.filter(pk=pk).first()
