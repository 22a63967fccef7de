"""Texts that are too long are refused in words on both databases, whichever way a row is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from huanqiong.core.errors import UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.trust.models import Person
from huanqiong.desk.trust.models.log import LogEntry

pytestmark = pytest.mark.django_db


def test_a_name_that_is_too_long_is_refused_in_words_and_nothing_is_written() -> None:
    before = LogEntry.objects.count()
    with pytest.raises(UsageError, match=re.escape("61 characters, at most 60 fit. Shorten it.")):
        acts.create_person("li", by=OPERATOR, name_zh="李" * 61)
    assert Person.objects.count() == 0
    assert LogEntry.objects.count() == before
    acts.create_person("li", by=OPERATOR, name_zh="李" * 60)
    assert reads.person("li").name_zh == "李" * 60, "characters count, not bytes"


def test_a_units_name_too(person: Callable[..., Any]) -> None:
    boss = person("zhang", "supervisor")
    with pytest.raises(UsageError, match=r"(?i)unit code: 41 characters, at most 40 fit"):
        registry.add_unit("u" * 41, "艇", "boat", "patrol_boat", by=boss)
    with pytest.raises(UsageError, match="81 characters, at most 80 fit"):
        registry.add_unit("u1", "艇", "b" * 81, "patrol_boat", by=boss)


def _save(li: Person) -> None:
    li.badge = "b" * 31
    li.save()


def _bulk(li: Person) -> None:
    Person.objects.bulk_create([Person(username="wang", badge="b" * 31)])


def _update(li: Person) -> None:
    Person.objects.filter(pk=li.pk).update(badge="b" * 31)


@pytest.mark.parametrize("write", [_save, _bulk, _update])
def test_each_way_of_writing_a_row_refuses(
    write: Callable[[Person], None], person: Callable[..., Any]
) -> None:
    li = person("li")
    with pytest.raises(UsageError, match="31 characters, at most 30 fit"), transaction.atomic():
        write(li)
    assert list(Person.objects.values_list("username", "badge")) == [("li", "")]


def test_searching_for_what_is_too_long_finds_nothing() -> None:
    assert not Person.objects.filter(username="l" * 100).exists()


OWN_WORDS = ("log", "outbox", "holds")
"""Files of models that hold only texts the program made or cut itself."""


def test_every_short_text_that_acts_write_is_such_a_field() -> None:
    plain = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("huanqiong.desk")
        and model.__module__.rsplit(".", 1)[1] not in OWN_WORDS
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and not isinstance(field, LineField)
    }
    assert plain == {"Person.password"}, "Django's own, and never a text somebody wrote"
