"""`hq user` and `hq audit` in a fresh home, as an operator and an outsider would use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.pg.place import place_of


@pytest.fixture
def hq(tmp_path: Path) -> Callable[..., Any]:
    def run(*args: str, rc: int = 0) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **place_of(tmp_path / "home")}
        env.pop("HUANQIONG_STORE", None)
        done = subprocess.run(
            [sys.executable, "-m", "huanqiong.cli", *args],
            capture_output=True,
            text=True,
            env=env,
            check=False,
        )
        assert done.returncode == rc, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


def test_from_a_fresh_home_to_a_verified_log(hq: Callable[..., Any], tmp_path: Path) -> None:
    log, key = tmp_path / "log.jsonl", tmp_path / "key.pem"
    hq("audit", "export", "-o", str(log), "--key-out", str(key))
    first = json.loads(hq("audit", "verify", str(log), "--key", str(key), "--json").stdout)
    assert first["valid"] is True
    assert first["entries"] == 2  # genesis and this export
    old = tmp_path / "old.jsonl"
    log.rename(old)

    made = json.loads(hq("user", "add", "li", "--name-zh", "李", "--role", "duty_officer", "--json").stdout)
    assert len(made["login"]) == 43
    hq("user", "role", "li", "grant", "supervisor")
    hq("user", "role", "li", "revoke", "duty_officer")
    people = [json.loads(line) for line in hq("user", "list", "--json").stdout.splitlines()]
    assert [(p["username"], p["roles"]) for p in people] == [("li", ["supervisor"])]
    assert "king" in hq("user", "role", "li", "grant", "king", rc=1).stderr

    hq("audit", "export", "-o", str(log), "--key-out", str(key))
    hq("audit", "verify", str(log), "--key", str(key), "--pin", str(old))
    text = log.read_bytes()
    assert made["login"].encode() not in text
    assert "李".encode() not in text
    log.write_bytes(text.replace(b"duty_officer", b"duty_officeR", 1))
    assert "was changed" in hq("audit", "verify", str(log), "--key", str(key), rc=1).stderr
    log.write_bytes(text[:-1])
    hq("audit", "verify", str(log), "--key", str(key), rc=1)
    assert "nothing-here" in hq("audit", "verify", "nothing-here", "--key", str(key), rc=1).stderr
