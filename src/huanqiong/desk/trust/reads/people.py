"""Accounts and the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huanqiong.core.errors import MissingError
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.models import Grant, Person


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An account and the roles it holds now."""

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


def _held(at: datetime | None) -> Q:
    when = at or now()
    return Q(since__lte=when) & (Q(until=None) | Q(until__gt=when))


def roles_held(person_pk: int, at: datetime | None = None) -> list[str]:
    """Codes of the roles an account holds at `at` (None: now)."""
    return list(Grant.objects.filter(_held(at), person_id=person_pk).values_list("role", flat=True))


def people() -> list[PersonRow]:
    """All accounts by user name, with the roles they hold now."""
    roles: dict[int, list[str]] = {}
    for pk, role in Grant.objects.filter(_held(None)).order_by("role").values_list("person_id", "role"):
        roles.setdefault(pk, []).append(role)
    return [
        PersonRow(
            code=p.code,
            username=p.username,
            name_zh=p.name_zh,
            name_en=p.name_en,
            badge=p.badge,
            agency=p.agency,
            units=tuple(p.units),
            is_active=p.is_active,
            locked_until=p.locked_until,
            roles=tuple(roles.get(p.pk, ())),
        )
        for p in Person.objects.order_by("username")
    ]


def person(username: str) -> Person:
    """The account of that user name, to act as; MissingError where there is none."""
    try:
        return Person.objects.get(username=username)
    except Person.DoesNotExist:
        raise MissingError(
            f"There is no account {username!r}. `hq user list` shows those there are."
        ) from None
