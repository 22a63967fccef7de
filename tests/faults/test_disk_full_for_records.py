"""The disk is full for the records while people act: a clear word, nothing half written, and all goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.browserless import done

from huanqiong.lake.store import create_store

SIZE_KIB = 6 * 1024
"""Of the small file system: an empty store takes one MiB."""

WORK = """
import json, sys
from huanqiong.cli.django import open_records
store = open_records("main")
from django.db import DatabaseError
from django.test import Client
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.sequencer import sequence

def fill(file):
    with file.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass

made, refused, ballast, more = [], [], store.path / "ballast", store.path / "more"
for n in range(20):
    made.append(acts.create_person(f"before{n}", by=OPERATOR))  # these wait for their places
acts.grant_role("before0", "supervisor", by=OPERATOR)
browser = Client(raise_request_exception=False)
browser.force_login(reads.person("before0"))
browser.cookies["hq_lang"] = "en"
open_before = browser.get("/account/").status_code
fill(ballast)
for n in range(400):  # until the journal has used up what room it still held
    try:
        made.append(acts.create_person(f"full{n}", by=OPERATOR, name_zh="李" * 60, agency="局" * 80))
    except DatabaseError as e:
        refused.append(str(e))
        if len(refused) >= 5:
            break
    fill(more)
password = {"password": "a-long-enough-word-9", "again": "a-long-enough-word-9"}
answer = browser.post("/account/password/", password)
said = [open_before, answer.status_code, "nothing of this was kept" in answer.content.decode()]
ring = [[109.0, 18.0], [109.1, 18.0], [109.1, 18.1], [109.0, 18.0]]
zone = {"name": "z", "geometry": {"type": "Polygon", "coordinates": [ring]}}
answer = browser.post("/api/zones", zone, content_type="application/json")
said += [answer.status_code, "nothing of this was kept" in answer.json()["message"]]
try:
    sequence(store.keys)
    placed = "yes"
except DatabaseError as e:
    placed = str(e)
during = [p.code for p in reads.people()]
waiting = reads.log_end().waiting
found = {"made": made, "refused": refused, "placed": placed, "during": during}
print(json.dumps(found | {"waiting": waiting, "said": said}))
sys.stdout.flush()
"""
AFTER = """
import json
from huanqiong.cli.django import open_records
store = open_records("main")
from django.db import connection
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.sequencer import sequence
later = acts.create_person("later", by=OPERATOR)
sequence(store.keys)
end = reads.log_end()
bodies = [json.loads(body) for _, body, _ in reads.entries(end.size)]
with connection.cursor() as cursor:
    whole = cursor.execute("PRAGMA integrity_check").fetchone()[0]
print(json.dumps({
    "later": later, "waiting": end.waiting, "whole": whole,
    "people": [p.code for p in reads.people()],
    "entered": [b["subject"].removeprefix("person:") for b in bodies if b["act"] == "person.create"],
    "news": [r[0] for r in reads.outbox_after(0, 10**6)],
}))
"""


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a file system of a few MiB; making one needs the right to mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("a small file system cannot be made here: there is no mount")
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be made here (root may mount one): {mounted.stderr.strip()}")
    monkeypatch.setenv("HUANQIONG_HOME", str(disk / "home"))
    monkeypatch.delenv("HUANQIONG_DATABASE", raising=False)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def run(code: str) -> dict[str, Any]:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_acts_fail_with_a_word_and_go_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    home = Path(os.environ["HUANQIONG_HOME"])
    store = create_store("main", kind="archive", title_zh="试", title_en="Trial")
    done(home, "user", "add", "first", "--store", "main")
    found = run(WORK)
    made, refused = found["made"], found["refused"]
    assert len(refused) == 5, "the disk was full for acts"
    assert all("full" in why for why in refused), refused
    assert "full" in str(found["placed"]), "places wait while there is no room"
    assert set(made) < set(found["during"]), "what was answered is there and can be read"
    assert len(found["during"]) == len(made) + 1, "of what was refused nothing is there"
    assert found["said"] == [200, 503, True, 503, True], "an answer that says so, not a broken page"
    assert found["waiting"] > len(made)
    command = [sys.executable, "-m", "huanqiong.cli", "user", "add", "late", "--store", "main"]
    by_hand = subprocess.run(command, capture_output=True, text=True, check=False)
    assert by_hand.returncode == 1
    assert by_hand.stderr.startswith("hq: The records"), "a word, no traceback"
    assert "full" in by_hand.stderr
    for file in ("ballast", "more"):
        (store.path / file).unlink(missing_ok=True)
    after = run(AFTER)
    people = after["people"]
    assert after["whole"] == "ok"
    assert set(people) == {*found["during"], after["later"]}
    assert after["waiting"] == 0, "what waited has its place"
    assert sorted(after["entered"]) == sorted(people), "each act has one entry"
    news = after["news"]
    assert news == list(range(1, len(news) + 1))
    log, key = tmp_path / "log.jsonl", tmp_path / "log.pub"
    done(home, "audit", "export", "-o", str(log), "--key-out", str(key), "--store", "main")
    assert "valid" in done(home, "audit", "verify", str(log), "--key", str(key))
