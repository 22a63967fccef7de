"""`hq units`: a list entered once, corrected by entering it again, bad rows set aside with their remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from huanqiong.lake.store import create_store

Hq = Callable[..., subprocess.CompletedProcess[str]]
GOOD = """
[[unit]]
code = "hg-3301"
name_zh = "海关 3301 艇"
name_en = "Customs 3301"
kind = "patrol_boat"
agency = "海口海关缉私局"
lat = 20.0
lon = 110.3
speed_kn = 28
ready_min = 20
"""
BAD = """
[[unit]]
code = "x-1"
name_zh = "甲"
name_en = "A"
kind = "{kind}"
{more}
"""


@pytest.fixture
def hq(hq_home: Path) -> Hq:
    create_store("main", kind="live", title_zh="试", title_en="Trial")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "huanqiong.cli", "units", *words]
        environment = {**os.environ, "HUANQIONG_HOME": str(hq_home)}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    return run


def test_units_are_entered_and_again_nothing_changes(hq: Hq, tmp_path: Path) -> None:
    file = tmp_path / "units.toml"
    file.write_text(GOOD, encoding="utf-8")
    for _ in range(2):
        done = hq("load", str(file), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["units"] == 1
    row = json.loads(hq("list", "--json").stdout)
    assert (row["agency"], row["speed_kn"], row["ready_min"]) == ("海口海关缉私局", 28, 20)
    file.write_text(GOOD.replace("speed_kn = 28\n", ""), encoding="utf-8")
    assert hq("load", str(file)).returncode == 0
    assert "no speed" in hq("list").stdout


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("patrol_boat", "speed = 3", "speed: unknown"),
        ("patrol_boat", "lat = 20.0", "lon: missing"),
        ("patrol_boat", 'speed_kn = "fast"', "speed_kn: of the wrong kind"),
        ("patrol_boat", "speed_kn = -1", "a speed of -1"),
        ("patrol_boat", "lat = 95\nlon = 110", "no such place"),
        ("spaceship", "", "spaceship"),
    ],
)
def test_a_bad_unit_is_set_aside_and_the_good_one_kept(
    hq: Hq, tmp_path: Path, kind: str, more: str, words: str
) -> None:
    file = tmp_path / "units.toml"
    file.write_text(GOOD + BAD.format(kind=kind, more=more), encoding="utf-8")
    done = hq("load", str(file))
    assert done.returncode == 0
    assert words in done.stderr
    side = (tmp_path / "units.toml.rejects.jsonl").read_text(encoding="utf-8")
    assert words in json.loads(side)["cause"]
    assert hq("list").stdout.startswith("hg-3301 ")
    assert hq("load", str(file), "--strict").returncode == 1


def test_a_file_without_units_says_what_to_write(hq: Hq, tmp_path: Path) -> None:
    file = tmp_path / "units.toml"
    for text in ("", "[[unit", "unit = 3"):
        file.write_text(text, encoding="utf-8")
        done = hq("load", str(file))
        assert done.returncode == 1
        assert "units.toml" in done.stderr
