"""Rows that an act is about to change, locked until it ends."""

from __future__ import annotations

from huanqiong.core.errors import MissingError, RefusedError
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.models import Person


def locked_person(username: str) -> Person:
    """The account of that user name, locked; MissingError where there is none."""
    found = Person.objects.select_for_update().filter(username=username).first()
    if found is None:
        raise MissingError(f"There is no account {username!r}. `hq user list` shows those there are.")
    return found


def require_person(by: Actor) -> None:
    """Returns where `by` is a signed-in person; RefusedError for machines and nobody."""
    if getattr(by, "pk", None) is None:
        raise RefusedError("Only a signed-in person has an account of their own. Sign in first.")


def locked_self(by: Actor) -> Person:
    """The account of whoever acts on their own, locked; RefusedError where it is closed."""
    found = Person.objects.select_for_update().get(pk=by.pk)
    if not found.is_active:
        raise RefusedError(f"The account {found.username} is closed. Ask an administrator.")
    return found
