"""A store of before news came with their entries: what waited in its outbox is told, what comes is too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BEFORE = """
from huanqiong.lake.store import create_store
from huanqiong.cli import django as records
store = create_store("old", kind="live", title_zh="旧", title_en="Old")
records.set_up(store)
from django.core.management import call_command
call_command("migrate", "trust", "0013", verbosity=0)
from django.db import connection
with connection.cursor() as c:
    state = "INSERT INTO trust_logstate (log, suite, size, peaks, told) VALUES ('x', 'intl', 0, %s, 4)"
    c.execute(state, [b""])
    for pos, ids in ((3, 3), (4, 4), (None, 5), (None, 6)):
        c.execute("INSERT INTO trust_outboxrow (pos, topic, payload, at) VALUES (%s, 'thing', %s, %s)",
                  [pos, '{"id": %d}' % ids, "2026-11-23 00:00:00+00:00"])
"""
AFTER = """
from huanqiong.cli.django import open_records
store = open_records("old")
from django.db import connection, utils
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.sequencer import sequence
with act("test.do", by=SYSTEM) as a:
    a.tell("thing", id=7)
    a.tell("thing", id=8)
assert reads.outbox_waiting() >= 1
sequence(store.keys)
assert reads.outbox_waiting() == 0
told = [(p, i["id"]) for p, t, i, _ in reads.outbox_after(0) if t == "thing"]
assert told == [(3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8)], told
with connection.cursor() as c:
    for change in ("news = 'x'", "body = 'x'", "seq = seq + 1"):
        try:
            c.execute(f"UPDATE trust_logentry SET {change}")
        except utils.DatabaseError as refused:
            assert "never change" in str(refused), refused
        else:
            raise SystemExit(f"{change} went through")
print("told")
"""


def test_what_waited_is_told_and_the_guard_stands(hq_home: Path) -> None:
    for code in (BEFORE, AFTER):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "told"
