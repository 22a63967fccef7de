"""Rows that an act is about to change, locked until it ends."""

from __future__ import annotations

from huanqiong.core.errors import MissingError
from huanqiong.desk.trust.models import Person


def locked_person(username: str) -> Person:
    """The account of that user name, locked; MissingError where there is none."""
    found = Person.objects.select_for_update().filter(username=username).first()
    if found is None:
        raise MissingError(f"There is no account {username!r}. `hq user list` shows those there are.")
    return found
