"""What the machine refuses is said in words, without a traceback."""

from __future__ import annotations

import subprocess
import sys


def test_a_directory_nobody_may_write() -> None:
    command = [sys.executable, "-m", "huanqiong.cli", "backup-key", "-o", "/sys/backup.key"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("hq: /sys/backup.key: ")
    assert "Traceback" not in ran.stderr
