"""`hq user` from a command line: scope, lock, factors, sessions, and what the list shows of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from huanqiong.lake.store import create_store

PREPARE = """
from huanqiong.cli.django import open_records
open_records("main")
from huanqiong.core.errors import RefusedError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts, ceremony, reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
registry.add_unit("vms-qinglan", "清澜船管站", "Qinglan", "station", by=OPERATOR)
acts.create_person("zhao", by=OPERATOR, name_zh="赵海")
acts.begin_session(by=reads.person("zhao"), how="password")
for _ in range(5):
    try:
        acts.sign_in("zhao", "wrong", by=SYSTEM)
    except RefusedError:
        pass
secret = ceremony.new_totp_secret()
from allauth.mfa.totp.internal import auth
code = auth.format_hotp_value(auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time())))
acts.enrol_totp(secret, code, by=reads.person("zhao"))
"""


@pytest.fixture
def hq(hq_home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    create_store("main", kind="live", title_zh="试", title_en="Trial")
    environment = {**os.environ, "HUANQIONG_HOME": str(hq_home)}

    def run(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
        command = ["-c", code] if code else ["-m", "huanqiong.cli", *words]
        return subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, env=environment, check=False
        )

    done = run(code=PREPARE)
    assert done.returncode == 0, done.stderr
    return run


def listed(hq: Callable[..., subprocess.CompletedProcess[str]]) -> dict[str, object]:
    done = hq("user", "list", "--json")
    assert done.returncode == 0, done.stderr
    row: dict[str, object] = json.loads(done.stdout)
    return row


def test_an_account_is_handled_from_the_command_line(
    hq: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    row = listed(hq)
    assert row["locked_until"]
    assert (row["factors"], row["sessions"], row["grants"]) == (["totp"], 1, [])
    text = hq("user", "list").stdout
    for said in ("factors: totp", "sessions: 1", "(locked until"):
        assert said in text

    wrong = hq("user", "role", "zhao", "grant", "coast_station", "--unit", "nowhere")
    assert wrong.returncode == 2
    assert "vms-qinglan" in wrong.stderr, "the remedy names the units there are"
    assert hq("user", "role", "zhao", "grant", "coast_station", "--unit", "vms-qinglan").returncode == 0
    assert listed(hq)["grants"] == [{"role": "coast_station", "units": ["vms-qinglan"], "areas": []}]
    assert "coast_station@vms-qinglan" in hq("user", "list").stdout
    refused = hq("user", "role", "zhao", "grant", "care_worker")
    assert refused.returncode != 0
    assert "care and enforcement never sit on one account" in refused.stderr

    assert hq("user", "unlock", "zhao").returncode == 0
    assert listed(hq)["locked_until"] is None
    assert hq("user", "unlock", "zhao").returncode != 0, "it is not locked any more"
    assert "1 sessions ended" in hq("user", "sessions", "zhao", "end").stderr
    assert listed(hq)["sessions"] == 0
    assert "factors removed" in hq("user", "factors", "zhao", "reset").stderr
    assert listed(hq)["factors"] == []
    assert hq("user", "factors", "zhao", "list").returncode == 2
    assert hq("user", "close", "zhao").returncode == 0
    assert listed(hq)["active"] is False
    assert hq("user", "open", "zhao").returncode == 0
    assert listed(hq)["active"] is True
