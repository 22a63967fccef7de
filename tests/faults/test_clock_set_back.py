"""The clock is set back an hour and forward again while people work.

Acts go on, the log verifies, and nothing lives longer than its data say by more than the jump.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.test_killed_in_mid_act import place  # noqa: F401  a fixture
from tests.journeys.browserless import done

CHILD = Path(__file__).with_name("clock_child.py")


@pytest.mark.faults
@pytest.mark.usefixtures("place")
def test_acts_logins_sessions_and_approvals_outlast_a_jumping_clock(
    hq_home: Path,
    tmp_path: Path,
) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(CHILD)],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    back, again, day = found["back"], found["again"], found["day"]
    assert back["clock_s"] == pytest.approx(-3600, abs=60), "the clock did jump"
    assert back["roles"] == ["duty_officer"], "a role held is still held"
    assert back["revoked"] == [], "a revoked one does not come back"
    assert back["sixth_session"] == 200, "who signs in now is in, though five sessions seem newer"
    assert back["running"] == found["sessions_most"]
    assert back["first_login"] == "refused", "an hour more is not this login's life"
    assert back["locked"] == "refused"
    assert back["placed"], "the log's entries find their places"
    assert back["lag_s"] < 60
    assert back["used_twice"] == "refused"
    assert again["login_made_back_then"] == "refused", "its fifteen minutes are over"
    assert again["session_made_back_then"] == 302, "it was not used for an hour"
    assert again["locked"] == "in", "a quarter of an hour later the lock-out is over"
    assert again["placed"]
    assert day["approval"] == "refused", "a day later the second person's grant is over"
    log, key = tmp_path / "log.jsonl", tmp_path / "log.pub"
    done(hq_home, "audit", "export", "-o", str(log), "--key-out", str(key), "--store", "main")
    assert "valid" in done(hq_home, "audit", "verify", str(log), "--key", str(key))
    times = [json.loads(line)["body"]["at"] for line in log.read_text().splitlines() if '"body":{' in line]
    assert times != sorted(times), "the log shows the jump"
