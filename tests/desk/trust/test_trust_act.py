"""The act itself: all or nothing, once per request, in a chain the database will not change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huanqiong.core.errors import RefusedError, StateError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.act import Private, act, together
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import export_lines, verify
from huanqiong.desk.trust.models import (
    LogCheckpoint,
    LogEntry,
    LogMark,
    LogNode,
    LogSalt,
    OutboxRow,
    Person,
    Receipt,
)
from huanqiong.desk.trust.sequencer import sequence
from huanqiong.desk.trust.suites import suite_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def log_holds(keys: Path) -> bool:
    """Everything has its place, and the export verifies."""
    sequence(keys)
    end, key = reads.log_end(), signing_key(keys, suite_of("intl"))
    lines = export_lines(reads.entries(end.size), reads.checkpoints(end.size, "intl"), key)
    found = verify((line.encode() for line in lines), key.public())
    return found.point.size == end.size == LogEntry.objects.count() and not end.waiting


def test_an_act_writes_its_entry_and_its_outbox_row(keys: Path) -> None:
    with act("test.do", by=SYSTEM, subject="thing:1", details={"mass_g": 1.5, "n": 3}) as a:
        a.tell("thing", ids=[1])
    row = reads.audit(act="test")[0]
    assert (row.actor, row.subject, row.details) == ("system", "thing:1", {"mass_g": "1.5", "n": 3})
    assert row.seq is None
    assert not reads.outbox_after(0)
    assert log_holds(keys)
    assert [(t, p) for _, t, p, _ in reads.outbox_after(0)] == [("thing", {"ids": [1]})]
    assert [(e.seq, e.act) for e in reads.audit(act="test")] == [(2, "test.do")]
    assert reads.audit(act="audit")[0].details.keys() == {"log", "suite"}


def test_a_failed_act_leaves_nothing() -> None:
    def fail() -> None:
        with act("test.do", by=SYSTEM, request_id="r") as a:
            Person(username="half").save()
            a.tell("thing", ids=[1])
            raise StateError("no")

    with pytest.raises(StateError):
        fail()
    assert not Person.objects.exists()
    assert not LogEntry.objects.exists()
    assert not OutboxRow.objects.exists()
    assert not Receipt.objects.exists()


def test_an_idle_act_writes_no_entry() -> None:
    with act("test.do", by=SYSTEM) as a:
        a.idle = True
    assert not LogEntry.objects.exists()


def test_acts_within_an_act_are_one_transaction(keys: Path) -> None:
    def both() -> None:
        with act("test.outer", by=SYSTEM):
            with act("test.inner", by=SYSTEM):
                pass
            raise StateError("no")

    with pytest.raises(StateError):
        both()
    assert not LogEntry.objects.exists()
    with act("test.outer", by=SYSTEM), act("test.inner", by=SYSTEM):
        pass
    assert [e.act for e in reads.audit()] == ["test.outer", "test.inner"]
    assert log_holds(keys)


def test_the_same_request_gives_the_first_result_and_changes_nothing() -> None:
    first = acts.create_person("li", by=OPERATOR, request_id="tablet-7:1")
    size = LogEntry.objects.count()
    assert acts.create_person("li", by=OPERATOR, request_id="tablet-7:1") == first
    assert LogEntry.objects.count() == size
    with pytest.raises(StateError, match="tablet-7:1"):
        acts.create_person("wang", by=OPERATOR, request_id="tablet-7:1")


def test_another_person_cannot_fetch_a_result_by_its_request_id(person: Callable[..., Any]) -> None:
    admin = person("admin", "administrator")
    acts.create_person("li", by=OPERATOR, request_id="r")
    with pytest.raises(StateError):
        acts.create_person("li", by=admin, request_id="r")


def test_personal_values_are_kept_as_salted_hashes_that_can_be_erased(keys: Path) -> None:
    with act("test.do", by=SYSTEM, details={"who": Private("张三"), "again": [Private("张三")]}):
        pass
    body = LogEntry.objects.get(act="test.do").body
    assert "张三" not in body
    assert LogSalt.objects.count() == 1
    with act("test.do", by=SYSTEM, details={"who": Private("张三")}):
        pass
    hashes = {r.details["who"]["sha256"] for r in reads.audit(act="test")}
    assert len(hashes) == 2
    LogSalt.objects.all().delete()
    assert log_holds(keys)


STATEMENTS = [
    "UPDATE trust_logentry SET body = '{}' WHERE seq = 1",
    "UPDATE trust_logentry SET actor = 'x'",
    "UPDATE trust_logentry SET seq = NULL WHERE seq = 3",
    "UPDATE trust_logentry SET seq = 9 WHERE seq IS NULL",
    "UPDATE trust_logentry SET seq = 5, actor = 'x' WHERE seq IS NULL",
    "DELETE FROM trust_logentry WHERE seq = 2",
    "DELETE FROM trust_logentry WHERE seq IS NULL",
    "INSERT INTO trust_logentry SELECT 99, 5, body, leaf, at, actor, act, '' FROM trust_logentry"
    " WHERE seq = 2",
    "REPLACE INTO trust_logentry SELECT 2, NULL, '{}', leaf, at, actor, act, '' FROM trust_logentry",
    "UPDATE trust_logcheckpoint SET text = ''",
    "DELETE FROM trust_logcheckpoint",
    "REPLACE INTO trust_logcheckpoint SELECT size, '', at FROM trust_logcheckpoint",
    "UPDATE trust_lognode SET hash = ''",
    "DELETE FROM trust_lognode",
    "REPLACE INTO trust_lognode SELECT 99, level, \"index\", '' FROM trust_lognode",
    "UPDATE trust_logmark SET data = ''",
    "DELETE FROM trust_logmark",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_touch_the_log(statement: str, keys: Path) -> None:
    if statement.startswith("REPLACE") and connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    for _ in range(3):
        with act("test.do", by=SYSTEM):
            pass
    sequence(keys)
    with act("test.do", by=SYSTEM):
        pass
    LogNode.objects.create(level=8, index=0, hash=b"h")
    point = LogCheckpoint.objects.get()
    LogMark.objects.create(checkpoint=point, kind="cosignature", by="w", data=WITNESS, at=point.at)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert log_holds(keys)


WITNESS = "— w AAAAAAAA"


def test_a_machine_does_only_what_the_roles_file_lets_it() -> None:
    with pytest.raises(RefusedError, match=r"watch\.judge"), act("x", by=SYSTEM, permission="watch.judge"):
        pass
    assert not LogEntry.objects.exists()


def test_acts_together_are_one_transaction_with_an_entry_each(keys: Path) -> None:
    with together():
        for n in range(300):
            with act("test.do", by=SYSTEM, subject=f"thing:{n}", details={"who": Private(f"第{n}人")}) as a:
                a.tell("thing", id=n)
    assert log_holds(keys)
    assert [e.subject for e in reads.audit(act="test", limit=1000)] == [
        f"thing:{n}" for n in range(299, -1, -1)
    ]
    assert [ids["id"] for _, _, ids, _ in reads.outbox_after(0)] == list(range(300))
    assert LogSalt.objects.count() == 300

    def half() -> None:
        with together():
            with act("test.lost", by=SYSTEM) as a:
                a.tell("thing", id=1)
            raise StateError("no")

    with pytest.raises(StateError):
        half()
    assert not reads.audit(act="test.lost")
    with act("test.after", by=SYSTEM):
        pass
    assert len(reads.audit(act="test.after")) == 1
