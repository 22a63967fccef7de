"""`hq evidence` as a desk and, on another machine, a judge would use it; and what a forger meets."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huanqiong.desk.trust.suites import suite_of
from huanqiong.flows.evidence import form
from huanqiong.flows.evidence.opening import Check
from huanqiong.flows.evidence.verify import verify
from huanqiong.lake import bundle

HERE = Path(__file__).parent
MAKE = """
import sys
from pathlib import Path
from huanqiong.lake.store import create_store
create_store("trial", kind="drill", title_zh="试演", title_en="Trial", clock="end")
from huanqiong.cli.django import open_records
store = open_records("trial")
sys.path.insert(0, sys.argv[1])
import evidence_world as world
from huanqiong.flows import accounts, sea_archive
from huanqiong.desk.trust.reads import person
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.models import Alert
file = Path(sys.argv[2]) / "morning.nmea"
file.write_bytes(world.sentences(world.before_noon()))
list(sea_archive.load(store, [file]))
sea_archive.detect(store)
accounts.ensure_demo_person("duty")
silent = Alert.objects.get(kind="open_gap", mmsi=world.SILENT).pk
acts.claim(silent, by=person("duty"), shown={"seen": "all"})
acts.judge(silent, "true", "boarded", by=person("duty"))
print(silent)
"""


def environment(home: Path) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in ("HUANQIONG_STORE", "DJANGO_SETTINGS_MODULE")}
    # Compiled kernels beside the source, shared with the tests of this process: an empty name means there.
    return {"NUMBA_CACHE_DIR": "", **env, "HUANQIONG_HOME": str(home)}


def hq(home: Path, *args: str, rc: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "huanqiong.cli", *args],
        capture_output=True,
        text=True,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == rc, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """(home, directory, alert): a store with a judged alert, its bundle, key, log and raw file beside it."""
    home, directory = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("out")
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(HERE.parent / "flows"), str(directory)],
        capture_output=True,
        text=True,
        env=environment(home),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    alert = done.stdout.split()[-1]
    out = directory / "evidence.zip"
    said = hq(home, "evidence", "export", alert, "-o", str(out), "--purpose", "法庭", "--json")
    row = json.loads(said.stdout)
    assert row["reproduced"] == row["verdicts"] > 0
    assert row["bytes"] == out.stat().st_size
    assert "DRILL" in said.stderr
    hq(home, "audit", "export", "-o", str(directory / "log.jsonl"), "--key-out", str(directory / "key.pem"))
    return home, directory, alert


def test_a_judge_checks_it_on_a_machine_with_nothing_but_the_package(
    made: tuple[Path, Path, str], tmp_path: Path
) -> None:
    _, directory, _ = made
    file, key = str(directory / "evidence.zip"), str(directory / "key.pem")
    more = ["--raw", str(directory / "morning.nmea"), "--log", str(directory / "log.jsonl")]
    done = hq(tmp_path / "empty", "evidence", "verify", file, "--key", key, *more, "--json")
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    assert checks[-1] == {"valid": True, "checks": len(checks) - 1, "failed": 0}
    notes = {c["check"] for c in checks[:-1] if c["state"] != "ok"}
    assert notes == {"about"}  # that it is a drill
    assert {"bytes", "signature", "members", "log", "raw bytes", "original", "geography", "verdict"} <= {
        c["check"] for c in checks[:-1]
    }
    plain = hq(tmp_path / "empty", "evidence", "verify", file)
    assert "NOT pinned" in " ".join(plain.stdout.split())
    assert "演练" in plain.stdout
    hq(tmp_path / "empty", "evidence", "verify", file, "--strict", rc=1)
    assert not (tmp_path / "empty" / "stores").exists()


def test_verifying_needs_no_django(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from pathlib import Path\n"
        "from huanqiong.flows.evidence.verify import verify\n"
        "states = [c.state for c in verify(Path(sys.argv[1]))]\n"
        "assert len(states) > 8 and 'fail' not in states, states\n"
    )
    file = str(made[1] / "evidence.zip")
    done = subprocess.run(
        [sys.executable, "-c", code, file], env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_wrong_usage_and_wrong_files_are_told(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    home, directory, alert = made
    out = str(tmp_path / "x.zip")
    assert "no alert's number" in hq(home, "evidence", "export", "twelve", "-o", out, rc=2).stderr
    assert "no alert 9999" in hq(home, "evidence", "export", "9999", "-o", out, rc=1).stderr
    assert (
        "needs a purpose" in hq(home, "evidence", "export", alert, "-o", out, "--purpose", " ", rc=2).stderr
    )
    assert not Path(out).exists()
    hq(home, "evidence", "export", f"№{alert}", "-o", out)
    assert Path(out).exists()
    file = str(directory / "evidence.zip")
    assert "--key" in hq(home, "evidence", "verify", file, "--log", "x", rc=2).stderr
    assert "no evidence bundle" in hq(home, "evidence", "verify", str(directory / "key.pem"), rc=1).stderr
    assert "absent" in hq(home, "evidence", "verify", str(tmp_path / "absent.zip"), rc=1).stderr


# A forger's tries, on the file itself


@pytest.fixture
def members(made: tuple[Path, Path, str]) -> dict[str, bytes]:
    return bundle.read(made[1] / "evidence.zip")


@pytest.fixture
def failures(tmp_path: Path) -> Callable[[dict[str, bytes]], list[Check]]:
    def of(changed: dict[str, bytes]) -> list[Check]:
        file = tmp_path / "changed.zip"
        bundle.write(file, changed)
        return [c for c in verify(file) if c.state == "fail"]

    return of


Failures = Callable[[dict[str, bytes]], list[Check]]


def test_each_member_is_watched(members: dict[str, bytes], failures: Failures) -> None:
    for name, data in members.items():
        if data:
            at = len(data) // 2
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            [fault] = failures({**members, name: changed})
            assert name in fault.text or "another key" in fault.text, (name, fault)
        [fault] = failures({k: v for k, v in members.items() if k != name})
        assert f"{name} is missing" in fault.text
        [fault] = failures({**members, name: data + b"\n"})
    [fault] = failures({**members, "raw/more.txt": b"x"})
    assert "was added" in fault.text


def test_any_byte_of_the_file(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    whole = (made[1] / "evidence.zip").read_bytes()
    file = tmp_path / "x.zip"
    for at in range(4, len(whole), len(whole) // 61):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert [c.state for c in verify(file)] == ["fail"], at


def listed_again(out: dict[str, bytes], members: dict[str, bytes]) -> dict[str, bytes]:
    """The list of electronic data, and the pages to sign, made to agree with what was changed."""
    told = json.loads(out[form.LIST])
    for item in told["items"]:
        data, was = out[item["name"]], item["sha256"]
        item |= {"bytes": len(data), "sha256": form.sha256(data)}
        for page in (form.SIGN_TEXT, form.SIGN_HTML):
            out[page] = out[page].replace(was.encode(), item["sha256"].encode())
    return out | {form.LIST: form.json_bytes(told)}


def signed_again(members: dict[str, bytes], **changed: bytes) -> dict[str, bytes]:
    """As a forger who has a key of his own would do it: every hash and the signature agree."""
    from huanqiong.core.merkle import Frontier, inclusion_proof
    from huanqiong.desk.trust.canonical import canonical
    from huanqiong.desk.trust.note import origin_of, sign_checkpoint

    key = suite_of("intl").new_key()
    out = listed_again({**members, **changed}, members)
    manifest = json.loads(out[form.MANIFEST]) | {"content_sha256": form.content_sha256(out)}
    entries = form.read_lines(out[form.AUDIT], form.AUDIT)[:-1]
    entries[-1]["body"]["details"]["content_sha256"] = manifest["content_sha256"]
    tree, nodes = Frontier(), {}
    for e in entries:  # a log of the forger's own, in which these entries are all
        for level, index, h in tree.append(tree.hasher.leaf(canonical(e["body"]).encode())):
            nodes[level, index] = h
    for n, e in enumerate(entries):
        e["seq"] = n + 1
        e["proof"] = [h.hex() for h in inclusion_proof(n, tree.size, lambda a, b: nodes[a, b])]
    point = sign_checkpoint(origin_of(manifest["log"]), tree.size, tree.root(), key).text
    out[form.AUDIT] = b"".join(form.json_bytes(e) for e in [*entries, {"checkpoint": point}])
    manifest["files"] = form.listed(out)
    out[form.MANIFEST] = form.json_bytes(manifest)
    out[form.SIGNATURE], out[form.KEY] = form.sign(out[form.MANIFEST], key)
    assert out[form.KEY] == key.public().pem()
    return out


def test_a_forger_with_a_key_cannot_make_verdicts_agree(
    members: dict[str, bytes], failures: Failures
) -> None:
    assert failures(signed_again(members)) == []  # so that what follows fails for its own reason
    verdicts = members[form.VERDICTS].replace(b'"severity":3', b'"severity":1')
    if verdicts == members[form.VERDICTS]:
        verdicts = verdicts.replace(b'"severity":2', b'"severity":3').replace(
            b'"severity":1', b'"severity":3'
        )
    faults = failures(signed_again(members, **{form.VERDICTS: verdicts}))
    assert any("not of its own hash" in c.text for c in faults)
    rows = members[form.POSITIONS].split(b"\n")
    faults = failures(signed_again(members, **{form.POSITIONS: b"\n".join(rows[:2] + rows[12:])}))
    assert {c.name for c in faults} >= {"raw bytes", "verdict"}
    heard = next(n for n in members if n.endswith("heard.csv"))
    head = members[heard].split(b"\n")[0] + b"\n"
    faults = failures(signed_again(members, **{heard: head}))
    assert {c.name for c in faults} == {"verdict"}
    raw = next(n for n in members if n.endswith(".nmea"))
    lines = members[raw].split(b"\n")
    faults = failures(signed_again(members, **{raw: b"\n".join([lines[1], lines[0], *lines[2:]])}))
    assert {c.name for c in faults} == {"raw bytes"}


def test_places_in_the_raw_file_cannot_be_exchanged(
    made: tuple[Path, Path, str], members: dict[str, bytes], tmp_path: Path
) -> None:
    first, second = (line.split(b",")[2] for line in members["raw/pieces.csv"].splitlines()[-2:])

    def exchanged(data: bytes) -> bytes:
        swap = {first: second, second: first}
        lines = [line.split(b",") for line in data.splitlines()]
        return b"".join(b",".join(swap.get(c, c) for c in line) + b"\n" for line in lines)

    changed = {n: exchanged(members[n]) for n in (form.POSITIONS, "raw/pieces.csv")}
    file = tmp_path / "x.zip"
    bundle.write(file, signed_again(members, **changed))
    faults = [c.name for c in verify(file, raw=[made[1] / "morning.nmea"]) if c.state == "fail"]
    assert "original" in faults


def test_the_log_entry_tells_of_this_very_export(members: dict[str, bytes], failures: Failures) -> None:
    for changed in ({"purpose": "another"}, {"alert": 77}, {"exporter": {"code": "p-1", "name": "x"}}):
        manifest = form.json_bytes(json.loads(members[form.MANIFEST]) | changed)
        [fault] = failures(signed_again({**members, form.MANIFEST: manifest}))
        assert fault.name == "log"


def test_a_text_in_a_bundle_cannot_steer_the_terminal(members: dict[str, bytes], tmp_path: Path) -> None:
    manifest = json.loads(members[form.MANIFEST]) | {"purpose": "court\x1b[2J\x1b]0;x\x07\u009b1m"}
    file = tmp_path / "x.zip"
    bundle.write(file, signed_again({**members, form.MANIFEST: form.json_bytes(manifest)}))
    texts = [c.text for c in verify(file)]
    assert any("court\N{REPLACEMENT CHARACTER}[2J" in t for t in texts)
    assert all(t.isprintable() for t in texts)


def test_what_would_swell_is_not_opened(members: dict[str, bytes], failures: Failures) -> None:
    bomb = gzip.compress(bytes(300 << 20))
    raw = next(n for n in members if n.endswith(".nmea"))
    [fault] = failures(signed_again(members, **{raw: bomb}))
    assert "the excerpt is packed" in fault.text
    [fault] = failures(signed_again(members, **{"geography/0123456789abcdef/anchorages.csv.gz": bomb}))
    assert "unpacked it comes to" in fault.text
    heard = next(n for n in members if n.endswith("heard.csv"))
    head = members[heard].split(b"\n")[0]
    [fault] = failures(signed_again(members, **{heard: head + b"\n1,1,1,9000000000000000000\n"}))
    assert "no counts of ships" in fault.text


def test_a_pinned_key_refuses_a_bundle_signed_again(
    made: tuple[Path, Path, str], members: dict[str, bytes], tmp_path: Path
) -> None:
    file = tmp_path / "again.zip"
    bundle.write(file, signed_again(members))
    done = hq(tmp_path / "home", "evidence", "verify", str(file), "--key", str(made[1] / "key.pem"), rc=1)
    assert "not by the one given" in " ".join(done.stderr.split())


def test_the_log_must_hold_the_entries(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    file = made[1] / "evidence.zip"
    faults: list[Any] = [c for c in verify(file, log={"1": "0" * 64}) if c.state == "fail"]
    assert [c.name for c in faults] == ["log"]


def test_an_original_that_is_not_there_is_told(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    said = [c for c in verify(made[1] / "evidence.zip", raw=[tmp_path / "gone"]) if c.state == "fail"]
    assert [c.name for c in said] == ["original"]
    assert "gone" in said[0].text


def test_another_file_is_not_taken_for_the_original(made: tuple[Path, Path, str], tmp_path: Path) -> None:
    other = tmp_path / "other.nmea"
    other.write_bytes((made[1] / "morning.nmea").read_bytes() + b"\n")
    said = [c for c in verify(made[1] / "evidence.zip", raw=[other]) if c.name == "original"]
    assert [c.state for c in said] == ["note"]
