"""What deploy/ ships: units that systemd understands and that shut doors; scripts that do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*@.*"))
systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def put(unit: Path, where: Path) -> Path:
    """The unit for the store `main`, its programs replaced by one that is there."""
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
    file = where / unit.name.replace("@.", "@main.")
    file.write_text(text)
    return file


@systemd
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    files = [str(put(unit, tmp_path)) for unit in UNITS]
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert timers
    assert all(unit.with_suffix(".service") in UNITS for unit in timers)
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "huanqiong" in line]
    assert (done.returncode, said) == (0, [])


@systemd
@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.name)
def test_a_unit_leaves_few_doors_open(unit: Path, tmp_path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(put(unit, tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_every_program_of_a_unit_is_shipped_or_installed() -> None:
    for unit in UNITS:
        for program in re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.MULTILINE):
            shipped = ROOT / program.removeprefix("/opt/huanqiong/")
            assert program == "/opt/huanqiong/venv/bin/hq" or os.access(shipped, os.X_OK), program


def test_a_backup_is_put_in_place_whole_and_old_ones_go(tmp_path: Path) -> None:
    hq = tmp_path / "hq"
    hq.write_text(
        '#!/bin/sh\necho "$@" > "$(dirname "$0")/asked"\n[ "$FAIL" = 1 ] && exit 1\necho sealed > "$2"\n'
    )
    hq.chmod(0o755)
    place = tmp_path / "backups"
    place.mkdir()
    old, other = place / "main-20250101T000000Z.hqb", place / "other-20250101T000000Z.hqb"
    for file in (old, other):
        file.write_text("old")
        os.utime(file, (0, 0))
    base = os.environ | {"HQ": str(hq), "BACKUPS": str(place), "KEEP_DAYS": "30", "BACKUP_TO": "age1x"}
    script = [str(ROOT / "deploy" / "backup.sh"), "main"]
    assert subprocess.run(script, env=base | {"FAIL": "1"}, check=False).returncode != 0
    assert old.exists(), "a backup that failed takes no older one away"
    subprocess.run(script, env=base | {"FAIL": "0"}, check=True)
    assert "--store main --to age1x" in (tmp_path / "asked").read_text()
    assert not old.exists()
    assert other.exists()
    [new] = place.glob("main-*.hqb")
    assert new.read_text() == "sealed\n"


def test_containers_say_that_they_are_untested() -> None:
    for name in ("Dockerfile", "compose.yaml"):
        assert "UNTESTED" in (ROOT / "deploy" / "compose" / name).read_text()
