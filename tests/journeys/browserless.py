"""A console in a process of its own, and a visitor with cookies but without a browser."""

from __future__ import annotations

import http.cookiejar
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.pg.place import place_of


def hq(home: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Starts `hq` over a home of the test's own."""
    return subprocess.Popen(
        [sys.executable, "-m", "huanqiong.cli", *arguments],
        env={**os.environ, **place_of(home), "HUANQIONG_STORE": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def done(home: Path, *arguments: str, **environment: str) -> str:
    """Runs `hq` to its end; its stdout."""
    process = hq(home, *arguments, **environment)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return out


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Visitor:
    """Somebody at a console, signed in by a one-time login."""

    def __init__(self, port: int, login_path: str = "") -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        if login_path:
            self.get(login_path)

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def json(self, path: str) -> Any:
        return json.loads(self.get(path))

    def post(self, path: str, **values: Any) -> Any:
        token = next(c.value for c in self.jar if c.name.endswith("_csrf"))
        request = urllib.request.Request(
            self.base + path,
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json", "X-CSRFToken": token or "", "Referer": self.base},
        )
        with self.opener.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")


def wait_for_port(process: subprocess.Popen[str], port: int, *, within_s: float = 120) -> None:
    """Returns when the console answers; fails with its words when it ended instead."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode}: {process.communicate()[1]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the console did not come up in time")
