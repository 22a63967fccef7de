"""The restore drill: a planted store into one sealed file and back, equal by content, its log verifying."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.pg.place import place_of

from huanqiong.flows.backup import unpack

HERE = Path(__file__).resolve().parents[1] / "console"
PREPARE = """
import sys
sys.path.insert(0, sys.argv[1])
import plant
from huanqiong.lake.store import create_store
store = create_store("drill", kind="drill", title_zh="演", title_en="D", clock="end", suite=sys.argv[2])
static = plant.sea(store.lake)
from huanqiong.cli.django import open_records
open_records(store.name)
plant.records(static)
(store.objects / "ab").mkdir(exist_ok=True)
(store.objects / "ab" / "abcd").write_bytes(bytes(range(256)) * 500)
import os
os.utime(store.objects / "ab" / "abcd", ns=(0, 1_700_000_000_123_456_789))
from huanqiong.desk.trust.sequencer import sequence
sequence(store.keys)
"""
CONTENT = """
import hashlib, json, sys
from huanqiong.cli.django import open_records
store = open_records(sys.argv[1])
from huanqiong.desk.trust.reads import rows
from huanqiong.desk.watch.models import Alert
tables = {m._meta.label_lower: rows.digest(m) for m in rows.tables()}
print(json.dumps({"tables": tables, "alerts": Alert.objects.count()}))
"""
LOG = {"trust.logentry", "trust.logcheckpoint", "trust.logstate", "trust.outboxrow"}
"""Tables that go on: the backup and the restore are entries themselves."""
Run = Callable[..., subprocess.CompletedProcess[str]]


def runner(home: Path) -> Run:
    environment = {**os.environ, **place_of(home)}
    environment.pop("HUANQIONG_STORE", None)

    def run(*args: str, rc: int = 0, code: str | None = None) -> subprocess.CompletedProcess[str]:
        command = ["-c", code] if code is not None else ["-m", "huanqiong.cli"]
        done = subprocess.run(
            [sys.executable, *command, *args], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == rc, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


def content(run: Run, store: str) -> dict[str, Any]:
    return dict(json.loads(run(store, code=CONTENT).stdout))


def files(store: Path) -> dict[str, str]:
    kept = [p for p in store.rglob("*") if p.is_file() and "records.sqlite3" not in p.name]
    return {
        p.relative_to(store).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in kept
        if not p.name.startswith(".") and p.name not in ("lock", "database.url")
    }


def ages(store: Path) -> dict[str, int]:
    """When raw files and parts of the lake were received, in microseconds: their periods run from then."""
    kept = [p for folder in ("objects", "lake") for p in (store / folder).rglob("*") if p.is_file()]
    return {p.relative_to(store).as_posix(): p.stat().st_mtime_ns for p in kept if p.name != "lock"}


@pytest.mark.parametrize("suite", ["intl", "gm"])
def test_a_store_comes_back_equal_and_its_log_still_verifies(tmp_path: Path, suite: str) -> None:
    old, new = runner(tmp_path / "old"), runner(tmp_path / "new")
    old(str(HERE), suite, code=PREPARE)
    before = content(old, "drill")
    assert before["alerts"] > 3
    kept, since = files(tmp_path / "old" / "stores" / "drill"), ages(tmp_path / "old" / "stores" / "drill")
    assert since["objects/ab/abcd"] == 1_700_000_000_123_456_789
    pin = tmp_path / "pin.jsonl"
    old("audit", "export", "-o", str(pin), "--key-out", str(tmp_path / "old.pub"))

    key = tmp_path / "away" / "secret"
    recipient = old("backup-key", "-o", str(key), "--suite", suite).stdout.strip()
    assert key.stat().st_mode & 0o077 == 0
    sealed = tmp_path / "store.hq"
    made = json.loads(old("backup", str(sealed), "--to", recipient, "--json").stdout)
    assert made["rows"] > 50
    assert sealed.stat().st_mode & 0o077 == 0
    text = sealed.read_bytes()
    assert b"records/trust" not in text
    assert b"BEGIN PRIVATE KEY" not in text
    assert not list((tmp_path / "old" / "stores" / "drill").glob("tmp*"))

    done = json.loads(new("restore", str(sealed), "--key", str(key), "--json").stdout)
    assert done["store"] == "drill"
    after = content(new, "drill")
    assert after["alerts"] == before["alerts"]
    same = before["tables"].keys() - LOG
    assert {t: after["tables"][t] for t in same} == {t: before["tables"][t] for t in same}
    assert files(tmp_path / "new" / "stores" / "drill") == kept
    there = ages(tmp_path / "new" / "stores" / "drill")
    for found in (there, since):
        found.pop("lake/manifest.json")  # no record: written anew by every change
    assert there == since, "a restore makes nothing younger: what is due is due on its day"
    log = tmp_path / "log.jsonl"
    new("audit", "export", "-o", str(log), "--key-out", str(tmp_path / "new.pub"))
    new("audit", "verify", str(log), "--key", str(tmp_path / "old.pub"), "--pin", str(pin))
    acts = [json.loads(line)["body"]["act"] for line in log.read_text().splitlines() if '"body"' in line]
    assert acts[-3:] == ["backup.make", "backup.restore", "audit.export"]


def test_a_file_whose_age_a_backup_of_old_does_not_say_counts_from_its_return(tmp_path: Path) -> None:
    packed, began = io.BytesIO(), time.time()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mtime in (("said", 1_700_000_000.5), ("unsaid", 0)):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = 1, mtime
            tar.addfile(info, io.BytesIO(b"x"))
    packed.seek(0)
    with tarfile.open(fileobj=packed) as tar:
        for info in tar:
            unpack._member(tar, info, tmp_path)
    assert (tmp_path / "said").stat().st_mtime == 1_700_000_000.5
    assert (tmp_path / "unsaid").stat().st_mtime >= began - 1


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(a backup under a passphrase, the file with that)."""
    where = tmp_path_factory.mktemp("sealed")
    run = runner(where / "home")
    run(str(HERE), "intl", code=PREPARE)
    (where / "words").write_text("四个不相干的词 and a number 7\n")
    run("backup", str(where / "store.hq"), "--passphrase-file", str(where / "words"))
    return where / "store.hq", where / "words"


def test_what_cannot_be_restored_leaves_nothing_behind(sealed: tuple[Path, Path], tmp_path: Path) -> None:
    file, words = sealed
    run, home = runner(tmp_path / "home"), tmp_path / "home"
    data = file.read_bytes()
    (tmp_path / "wrong").write_text("other words\n")
    (tmp_path / "empty").write_text("\n")
    bad = tmp_path / "bad.hq"
    for changed in (data[: len(data) // 2], data[:-1], data[:5000] + b"x" + data[5001:], b"nothing", b""):
        bad.write_bytes(changed)
        told = run("restore", str(bad), "--passphrase-file", str(words), rc=1).stderr
        assert "hq: " in told
        assert "Traceback" not in told
    assert (
        "passphrase" in run("restore", str(file), "--passphrase-file", str(tmp_path / "wrong"), rc=1).stderr
    )
    run("restore", str(file), "--passphrase-file", str(tmp_path / "empty"), rc=1)
    assert "--key" in run("restore", str(file), rc=1).stderr
    run("restore", str(file), "--passphrase-file", str(words), "--as", "../x", rc=2)
    assert not home.exists() or [p.name for p in home.rglob("*") if p.is_file()] == []
    run("restore", str(file), "--passphrase-file", str(words), "--as", "another")
    assert (
        "already"
        in run("restore", str(file), "--passphrase-file", str(words), "--as", "another", rc=1).stderr
    )
    assert [p.name for p in (home / "stores").iterdir()] == ["another"]
    assert not list(home.glob(".restoring*"))


def test_a_backup_without_more_is_sealed_for_the_homes_own_key(tmp_path: Path) -> None:
    run = runner(tmp_path / "home")
    run("user", "add", "li")
    told = run("backup", str(tmp_path / "b.hq")).stderr
    assert "keep a copy elsewhere" in told
    assert "keep a copy" not in run("backup", str(tmp_path / "b.hq")).stderr
    run("restore", str(tmp_path / "b.hq"), "--as", "copy")
    names = [
        json.loads(line)["username"]
        for line in run("user", "list", "--store", "copy", "--json").stdout.splitlines()
    ]
    assert names == ["li"]
    run("backup-key", "-o", str(tmp_path / "home" / "backup-intl.key"), rc=2)


def test_a_disk_that_fills_up_leaves_the_old_backup(tmp_path: Path) -> None:
    run, home = runner(tmp_path / "home"), tmp_path / "home"
    run("user", "add", "li")
    (home / "stores" / "main" / "objects" / "large").write_bytes(os.urandom(8 << 20))
    file = tmp_path / "b.hq"
    file.write_bytes(b"the older one")
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20));"
    limited += "sys.argv[0] = 'hq'; from huanqiong.cli import main; main()"
    assert "could not be written" in run("backup", str(file), code=limited, rc=1).stderr
    assert file.read_bytes() == b"the older one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.hq", "home"]
    run("backup", str(file))
    run("restore", str(file), "--as", "copy")
