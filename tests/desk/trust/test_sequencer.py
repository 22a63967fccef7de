"""The sequencer: places after the commit, proofs for outsiders, and a corrupt administrator who is found."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from huanqiong.core.errors import IntegrityError, StoreError
from huanqiong.core.merkle import Frontier, extends, includes
from huanqiong.desk.trust import acts, reads, sequencer
from huanqiong.desk.trust.act import act, together
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import export_lines, verify
from huanqiong.desk.trust.models import LogEntry, LogNode, LogState
from huanqiong.desk.trust.note import parse_checkpoint, read_checkpoint
from huanqiong.desk.trust.sequencer import Sequencer, lag_s, sequence
from huanqiong.desk.trust.suites import NAMES
from huanqiong.desk.trust.which import suite
from huanqiong.desk.trust.witness import cosign, request

pytestmark = pytest.mark.django_db


@pytest.fixture(params=NAMES)
def keys(request: pytest.FixtureRequest, tmp_path: Path, settings: object) -> Path:
    settings.AUDIT_SUITE = request.param  # type: ignore[attr-defined]
    return tmp_path / "keys"


def write(n: int) -> None:
    with together():
        for i in range(n):
            with act("test.do", by=SYSTEM, subject=f"thing:{i}"):
                pass


def export(keys: Path) -> list[bytes]:
    end, key = reads.log_end(), signing_key(keys, suite())
    points = reads.checkpoints(end.size, suite().name)
    return [line.encode() for line in export_lines(reads.entries(end.size), points, key)]


def test_what_waits_is_shown_and_gets_its_place(keys: Path) -> None:
    write(3)
    assert (reads.log_end().size, reads.log_end().waiting) == (0, 3)
    assert lag_s() > 0
    assert sequence(keys) == 3
    end = reads.log_end()
    assert (end.size, end.waiting, end.lag_s, end.suite) == (4, 0, 0.0, suite().name)
    assert sequence(keys) == 0
    assert verify(export(keys), signing_key(keys, suite()).public()).point.root.hex() == end.root


def test_rounds_of_any_size_make_the_same_tree(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "ROUND", 7)
    for n in (1, 6, 20, 300, 2):
        write(n)
        sequence(keys)
    tree = Frontier(hasher=suite().hasher)
    for _, body, leaf in reads.entries(10**6):
        assert tree.hasher.leaf(body.encode()) == leaf
        tree.append(leaf)
    assert (tree.size, tree.root().hex()) == (330, reads.log_end().root)
    assert LogNode.objects.count() == 1


def test_proofs_from_the_database_hold_at_every_checkpoint(keys: Path) -> None:
    hasher = suite().hasher
    points = []
    for n in (1, 2, 60, 200, 300):
        write(n)
        sequence(keys)
        points.append(parse_checkpoint(str(reads.checkpoint()))[0])
    assert [p.size for p in points] == [2, 4, 64, 264, 564]
    leaves = {seq: leaf for seq, _, leaf in reads.entries(564)}
    for point in points:
        asked = {1, 2, 3, 64, 65, 256, 257, point.size} & set(range(1, point.size + 1))
        for seq, proof in reads.proofs_of_inclusion(asked, point.size).items():
            assert includes(leaves[seq], seq - 1, point.size, proof, point.root, hasher)
    for old, new in zip(points, points[1:], strict=False):
        shown = reads.proof_of_consistency(old.size, new.size)
        assert extends(old.size, new.size, old.root, new.root, shown, hasher)


def test_witnesses_cosign_what_the_log_proves(keys: Path, tmp_path: Path) -> None:
    log_key = signing_key(keys, suite()).public()
    witness = suite().new_key()
    seen, name = None, "witness.example/gd"
    for n in (3, 40):
        write(n)
        sequence(keys)
        point = parse_checkpoint(str(reads.checkpoint()))[0]
        old = seen.size if seen else 0
        proof = reads.proof_of_consistency(old, point.size) if old else []
        seen, line = cosign(
            request(old, proof, point.text), seen, log_key, name=name, key=witness, at_s=1_800_000_000
        )
        acts.take_cosignature(line, name, witness.public(), size=point.size, by=OPERATOR)
        acts.take_cosignature(line, name, witness.public(), size=point.size, by=OPERATOR)
        assert line in str(reads.checkpoint(point.size))
        assert read_checkpoint(str(reads.checkpoint(point.size)), log_key).size == point.size
    sequence(keys)
    assert len(reads.audit(act="audit.cosigned")) == 2
    found = verify(export(keys), log_key)
    assert [p.size for p in found.cosigned] == [4, 45]
    with pytest.raises(IntegrityError):
        acts.take_cosignature(line, name, suite().new_key().public(), size=point.size, by=OPERATOR)


def drop_triggers() -> None:
    """What an administrator with full rights over the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'trust_log%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            for table in ("logentry", "lognode", "logcheckpoint", "logmark"):
                cursor.execute(f"ALTER TABLE trust_{table} DISABLE TRIGGER USER")


@pytest.mark.parametrize("redone", [False, True])
def test_a_corrupt_administrator_who_edits_an_old_entry_is_found(keys: Path, redone: bool) -> None:
    """With full SQL rights: triggers gone, the entry edited, even its hash made again. It is named."""
    for _ in range(12):
        write(1)
        sequence(keys)
    drop_triggers()
    edited = LogEntry.objects.get(seq=6)
    edited.body = edited.body.replace("test.do", "test.no")
    edited.act = "test.no"
    if redone:
        edited.leaf = suite().hasher.leaf(edited.body.encode())
    edited.save()
    with pytest.raises(IntegrityError, match=r"Entries 6 to 6: " if redone else r"entry 6 was changed"):
        verify(export(keys), signing_key(keys, suite()).public())


def test_an_administrator_who_removes_an_entry_is_found(keys: Path) -> None:
    for _ in range(9):
        write(1)
        sequence(keys)
    drop_triggers()
    LogEntry.objects.filter(seq=4).delete()
    with pytest.raises(IntegrityError, match="entry 5 stands where 4 was due"):
        verify(export(keys), signing_key(keys, suite()).public())
    for e in LogEntry.objects.filter(seq__gt=4).order_by("seq"):
        LogEntry.objects.filter(pk=e.pk).update(seq=e.seq - 1)
    with pytest.raises(IntegrityError, match=r"a checkpoint over 4 entries stands after|Entries 4 to 4"):
        verify(export(keys), signing_key(keys, suite()).public())


def test_a_log_keeps_its_suite_and_its_key(keys: Path, settings: object) -> None:
    write(1)
    sequence(keys)
    write(1)
    other = next(n for n in NAMES if n != django_settings.AUDIT_SUITE)
    settings.AUDIT_SUITE = other  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="is of the suite"):
        sequence(keys)
    assert LogState.objects.get().suite != other


def test_the_thread_waits_for_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db.utils import OperationalError

    calls: list[float] = []

    def away(keys: Path, using: str) -> int:
        calls.append(time.monotonic())
        if len(calls) < 3:
            raise OperationalError("the database is away")
        return 0

    monkeypatch.setattr(sequencer, "sequence", away)
    one, stop = Sequencer(tmp_path), threading.Event()
    thread = threading.Thread(target=one.run, args=(stop,))
    thread.start()
    while len(calls) < 4:
        time.sleep(0.02)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert caplog.text.count("could not write") == 2
