"""Several processes over one store: no entry lost, doubled or out of order, even when one is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from huanqiong.lake.store import create_store

WORKER = """
import sys
from huanqiong.cli.django import open_records
open_records("main")
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
print("ready", flush=True)
for n in range(int(sys.argv[1])):
    name = f"p{n}"
    code = acts.create_person(name, by=OPERATOR, request_id=f"make:{name}")
    print(name, code, flush=True)
"""
REPORT = """
import json, sys
from huanqiong.cli.django import open_records
store = open_records("main")
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import export_lines, verify
from huanqiong.desk.trust.sequencer import sequence
from huanqiong.desk.trust.which import suite
sequence(store.keys)
end, key = reads.log_end(), signing_key(store.keys, suite())
lines = list(export_lines(reads.entries(end.size), reads.checkpoints(end.size, end.suite), key))
verify((line.encode() for line in lines), key.public())
acts = [json.loads(body)["act"] for _, body, _ in reads.entries(end.size)]
assert not end.waiting
places = [row[0] for row in reads.outbox_after(0, 10**6)]
assert places == list(range(1, len(places) + 1))
print(json.dumps({"acts": acts, "people": {p.username: p.code for p in reads.people()},
                  "outbox": len(reads.outbox_after(0, 10**6))}))
"""


@pytest.fixture
def environment(hq_home: Path) -> dict[str, str]:
    create_store("main", kind="live", title_zh="试", title_en="Trial")
    return {**os.environ, "HUANQIONG_HOME": str(hq_home)}


def start(environment: dict[str, str], code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *args], stdout=subprocess.PIPE, text=True, env=environment
    )


def report(environment: dict[str, str]) -> dict[str, object]:
    process = start(environment, REPORT)
    out, _ = process.communicate()
    assert process.returncode == 0
    return dict(json.loads(out))


def test_the_same_requests_from_three_processes_are_done_once(environment: dict[str, str]) -> None:
    report(environment)
    workers = [start(environment, WORKER, "30") for _ in range(3)]
    answers = [w.communicate()[0].splitlines()[1:] for w in workers]
    assert [w.returncode for w in workers] == [0, 0, 0]
    assert answers[0] == answers[1] == answers[2]
    after = report(environment)
    assert after["people"] == dict(line.split() for line in answers[0])
    assert after["acts"] == ["audit.begin"] + ["person.create"] * 30
    assert after["outbox"] == 30


@pytest.mark.faults
def test_a_killed_process_leaves_whole_acts_only(environment: dict[str, str]) -> None:
    rng = random.Random(7)
    answered: dict[str, str] = {}
    for _ in range(5):
        worker = start(environment, WORKER, "100000")
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(rng.uniform(0.02, 0.4))
        worker.kill()
        answered |= dict(
            line.split() for line in worker.communicate()[0].splitlines() if line.count(" ") == 1
        )
        after = report(environment)
        people = after["people"]
        assert isinstance(people, dict)
        assert answered.items() <= people.items()
        assert after["acts"] == ["audit.begin"] + ["person.create"] * len(people)
        assert after["outbox"] == len(people)
    assert len(answered) > 10
