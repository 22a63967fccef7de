"""The act itself: all or nothing, once per request, in a chain the database will not change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huanqiong.core.errors import RefusedError, StateError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.act import Private, act
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.log import ZERO, link
from huanqiong.desk.trust.models import AuditEntry, AuditSalt, OutboxRow, Person, Receipt

pytestmark = pytest.mark.django_db


def chain_holds() -> bool:
    head = ZERO
    for n, (seq, body, digest) in enumerate(reads.audit_log(), 1):
        head = link(head, body)
        if (seq, digest) != (n, head) or canonical(json.loads(body)) != body:
            return False
    return reads.audit_state()["hash"] == head


def test_an_act_writes_its_entry_and_its_outbox_row() -> None:
    with act("test.do", by=SYSTEM, subject="thing:1", details={"mass_g": 1.5, "n": 3}) as a:
        a.tell("thing", ids=[1])
    row = reads.audit(act="test")[0]
    assert (row.actor, row.subject, row.details) == ("system", "thing:1", {"mass_g": "1.5", "n": 3})
    assert [(t, p) for _, t, p, _ in reads.outbox_after(0)] == [("thing", {"ids": [1]})]
    assert [e.act for e in reads.audit()][-1] == "audit.begin"
    assert chain_holds()


def test_a_failed_act_leaves_nothing() -> None:
    def fail() -> None:
        with act("test.do", by=SYSTEM, request_id="r") as a:
            Person(username="half").save()
            a.tell("thing", ids=[1])
            raise StateError("no")

    with pytest.raises(StateError):
        fail()
    assert not Person.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not OutboxRow.objects.exists()
    assert not Receipt.objects.exists()


def test_an_idle_act_writes_no_entry() -> None:
    with act("test.do", by=SYSTEM) as a:
        a.idle = True
    assert not AuditEntry.objects.exists()


def test_acts_within_an_act_are_one_transaction() -> None:
    def both() -> None:
        with act("test.outer", by=SYSTEM):
            with act("test.inner", by=SYSTEM):
                pass
            raise StateError("no")

    with pytest.raises(StateError):
        both()
    assert not AuditEntry.objects.exists()
    with act("test.outer", by=SYSTEM), act("test.inner", by=SYSTEM):
        pass
    assert [e.act for e in reads.audit()] == ["test.outer", "test.inner", "audit.begin"]
    assert chain_holds()


def test_the_same_request_gives_the_first_result_and_changes_nothing() -> None:
    first = acts.create_person("li", by=OPERATOR, request_id="tablet-7:1")
    size = reads.audit_state()["size"]
    assert acts.create_person("li", by=OPERATOR, request_id="tablet-7:1") == first
    assert reads.audit_state()["size"] == size
    with pytest.raises(StateError, match="tablet-7:1"):
        acts.create_person("wang", by=OPERATOR, request_id="tablet-7:1")


def test_another_person_cannot_fetch_a_result_by_its_request_id(person: Callable[..., Any]) -> None:
    admin = person("admin", "administrator")
    acts.create_person("li", by=OPERATOR, request_id="r")
    with pytest.raises(StateError):
        acts.create_person("li", by=admin, request_id="r")


def test_personal_values_are_kept_as_salted_hashes_that_can_be_erased() -> None:
    with act("test.do", by=SYSTEM, details={"who": Private("张三"), "again": [Private("张三")]}):
        pass
    body = AuditEntry.objects.get(act="test.do").body
    assert "张三" not in body
    assert AuditSalt.objects.count() == 1
    with act("test.do", by=SYSTEM, details={"who": Private("张三")}):
        pass
    hashes = {r.details["who"]["sha256"] for r in reads.audit(act="test")}
    assert len(hashes) == 2
    AuditSalt.objects.all().delete()
    assert chain_holds()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trust_auditentry SET body = '{}' WHERE seq = 1",
        "UPDATE trust_auditentry SET actor = 'x'",
        "DELETE FROM trust_auditentry WHERE seq = 2",
        "INSERT INTO trust_auditentry SELECT 9, body, 'x', at, actor, act, '' FROM trust_auditentry",
        "REPLACE INTO trust_auditentry SELECT 1, '{}', hash, at, actor, act, '' FROM trust_auditentry",
    ],
)
def test_the_database_refuses_to_touch_entries(statement: str) -> None:
    if statement.startswith("REPLACE") and connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    for _ in range(3):
        with act("test.do", by=SYSTEM):
            pass
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert chain_holds()


def test_a_machine_does_only_what_the_roles_file_lets_it() -> None:
    with pytest.raises(RefusedError, match=r"watch\.judge"), act("x", by=SYSTEM, permission="watch.judge"):
        pass
    assert not AuditEntry.objects.exists()
