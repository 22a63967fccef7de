"""`hq retention apply` killed with kill -9 at many moments of its work and run again: what was due is gone,
nothing else is, every row and file that went is in exactly one entry of the log, and the log verifies.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from huanqiong.lake.durable import TEMPORARY
from huanqiong.lake.store import create_store

ROUNDS = max(4, int(os.environ.get("HUANQIONG_KILLS", "8")) // 2)
"""How many stores are destroyed in, each with two kills. Tried with 45."""

PLANT = """
import json, os, sys
from datetime import UTC, datetime, timedelta
from huanqiong.cli.django import open_records
store = open_records("main")
import pyarrow as pa
from django.db import transaction
from huanqiong.core.schema import POSITIONS
from huanqiong.desk.registry.models import Unit, Vessel
from huanqiong.desk.trust.models import Hold, Person, Receipt
from huanqiong.desk.watch.models import Alert, Order, Outcome, Verdict
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake

NOW = datetime.now(UTC)
BOAT, SHIP, HELD, HIT = 412000001, 412000002, 412000009, 412000008
objects, lake, number = Objects(store.objects), Lake(store.lake), 0
due = {"rows": [], "raws": [], "receipts": [], "alerts": []}
stay = {k: [] for k in due}

def fix(mmsi, age, goes, raw_goes):
    global number
    number += 1
    t = NOW - timedelta(days=age)
    raw = objects.put(f"{mmsi} {number}".encode())
    os.utime(objects.where(raw), (t.timestamp(),) * 2)
    row = {"source": "ais", "device": str(mmsi), "mmsi": mmsi, "t": t, "lat": 19.0, "lon": 110.0,
           "msg_type": 1, "raw_sha256": raw, "raw_offset": number}
    lake.append(pa.Table.from_pylist([row], schema=POSITIONS), source_id=f"file:{raw}")
    (due if goes else stay)["rows"].append(number)
    (due if raw_goes else stay)["raws"].append(raw)

def alert(mmsi, changed, goes):
    t = NOW - timedelta(days=changed)
    what = dict(kind="gap", subject=f"ais:{mmsi}", mmsi=mmsi, t0=t, t1=t, lat=17.0, lon=113.0, severity=1)
    a = Alert(**what, known_at=t, rank=1, tier=1, raised_at=t, changed_at=t, state="closed")
    a.save()
    Verdict(**what, key="k", content_sha256=f"{a.pk:064d}", score=0.5, reasons=[], profile="p", version="1",
            recorded_at=t, alert=a).save()
    (due if goes else stay)["alerts"].append(a.pk)
    return a

for mmsi in (BOAT, HELD, HIT):
    Vessel(mmsi=mmsi, said_length_m=12).save()
Vessel(mmsi=SHIP, said_length_m=120).save()
for n in range(24):
    fix(BOAT, 190.5 + n, True, True)
    fix(SHIP, 190.5 + n, False, True)
for n in range(6):
    fix(BOAT, 5.5 + n, False, False)
    fix(HELD, 200.5 + n, False, False)
fix(HIT, 500.5, False, False)
with transaction.atomic():
    li = Person.objects.create(username="li")
    Hold(subject=f"device:{HELD}", reason="x", set_at=NOW, set_by=li).save()
    for n in range(40):
        alert(SHIP, 400 + n, True)
        alert(SHIP, 100 + n, False)
    hit = alert(HIT, 500.5, False)
    u = Unit(code="u", name_zh="x", name_en="x", kind="station")
    u.save()
    order = Order(alert=hit, unit=u, text="x", deadline=NOW, by=li, at=NOW, state="done")
    order.save()
    Outcome(order=order, kind="gap", detector="d", result="hit", by=li, at=NOW).save()
    for age, which in ((40, due), (5, stay)):
        for n in range(30):
            Receipt(request_id=f"r{age}-{n}", act="x", actor="system", asked_sha256="0" * 64,
                    at=NOW - timedelta(days=age)).save()
            which["receipts"].append(f"r{age}-{n}")
print(json.dumps({"due": due, "stay": stay}))
"""
REPORT = """
import json
from huanqiong.cli.django import open_records
store = open_records("main")
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.models import LogEntry, Receipt
from huanqiong.desk.watch.models import Alert
from huanqiong.lake.positions import Lake
lake = Lake(store.lake)
print(json.dumps({
    "rows": lake.read(columns=["raw_offset"]).column("raw_offset").to_pylist(),
    "raws": [p.name for p in store.objects.glob("*/*")],
    "alerts": list(Alert.objects.values_list("pk", flat=True)),
    "receipts": [r.request_id for r in Receipt.objects.filter(act="x")],
    "entries": [json.loads(e.body) for e in LogEntry.objects.filter(act__startswith="retention.")],
    "holds": [h.state for h in reads.holds()],
    "wrong": [str(f) for f in lake.verify()],
}))
"""


def run(home: Path, *command: str) -> str:
    environment = {**os.environ, "HUANQIONG_HOME": str(home)}
    environment.pop("HUANQIONG_DATABASE", None)
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Job:
    """A running `hq retention apply`, and the moment its work began: when it held the lock."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, "HUANQIONG_HOME": str(home)}
        environment.pop("HUANQIONG_DATABASE", None)
        self.lock = home / "stores" / "main" / ".retention.lock"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huanqiong.cli", "retention", "apply", "--store", "main"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait_begun(self) -> float:
        while self.process.poll() is None:
            if self.lock.exists() and self.lock.read_text() == str(self.process.pid):
                break
            time.sleep(0.002)
        return time.monotonic()

    def kill_after(self, seconds: float) -> float | None:
        """Kills it so long after its work began; how long it worked where it was done before, else None."""
        began = self.wait_begun()
        while time.monotonic() - began < seconds:
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        took = time.monotonic() - began
        self.process.kill()
        return took if self.process.wait() == 0 else None


def check(home: Path, planted: dict[str, Any]) -> None:
    found = json.loads(run(home, "-c", REPORT))
    for what, stay in planted["stay"].items():
        assert sorted(found[what]) == sorted(stay), what
    assert found["wrong"] == []
    assert found["holds"] == ["standing", "proposed"]
    destroyed = [e["details"] for e in found["entries"] if e["act"] == "retention.destroy"]
    keys = Counter((d["class"], d.get("where"), d["keys_sha256"]) for d in destroyed)
    assert set(keys.values()) == {1}
    told: Counter[str] = Counter()
    for d in destroyed:
        told.update({d["class"]: d["tables"].get("watch.alert", d["count"]) if "tables" in d else d["count"]})
    due = planted["due"]
    assert told["positions.small_boat"] == len(due["rows"])
    assert told["raw.file"] == len(due["raws"]), "each file is in one entry, wherever the kill fell"
    assert told["alert.no_hit"] == len(due["alerts"])
    assert told["receipt"] == len(due["receipts"])
    assert any(e["act"] == "retention.run" for e in found["entries"])
    there = [p.name for p in (home / "stores" / "main").rglob("*")]
    assert not [name for name in there if TEMPORARY in name or ".going." in name]
    log, key = home / "log.jsonl", home / "log.pub"
    run(home, "-m", "huanqiong.cli", "audit", "export", "-o", str(log), "--key-out", str(key))
    run(home, "-m", "huanqiong.cli", "audit", "verify", str(log), "--key", str(key))


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_wherever_it_is_killed_the_next_run_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    monkeypatch.setenv("HUANQIONG_HOME", str(template))
    create_store("main", kind="live", title_zh="试", title_en="Trial")
    planted = json.loads(run(template, "-c", PLANT))
    assert all(planted["due"].values())
    assert all(planted["stay"].values())
    whole = tmp_path / "whole"
    shutil.copytree(template, whole)
    job = Job(whole)
    began = job.wait_begun()
    assert job.process.wait() == 0
    work_s = time.monotonic() - began
    check(whole, planted)
    draw, hit = random.Random(23), 0
    for n in range(ROUNDS):
        home = tmp_path / f"round-{n}"
        shutil.copytree(template, home)
        part = (n + draw.random()) / ROUNDS
        for share in (part, (1 - part) * draw.random()):  # the second run has less left to do
            took = Job(home).kill_after(share * work_s)
            hit += took is None
            work_s = min(work_s, took or work_s)  # the machine may have been busy when it was measured
        run(home, "-m", "huanqiong.cli", "retention", "apply", "--store", "main")
        check(home, planted)
        shutil.rmtree(home)
    assert hit >= ROUNDS / 2, f"{hit} of {2 * ROUNDS} kills fell into its work"
