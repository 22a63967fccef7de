"""A real console: uvicorn in a process of its own over a planted store. Used by stream and browser tests."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pg.place import place_of

HERE = Path(__file__).parent
PREPARE = """
import sys
sys.path.insert(0, sys.argv[1])
import plant
from huanqiong.lake.store import create_store
store = create_store("drill", kind="drill", title_zh="海南演练", title_en="Hainan drill", clock="end")
static = plant.sea(store.lake)
from huanqiong.cli.django import open_records
open_records(store.name)
plant.records(static)
"""
TOKEN = """
import sys, django
django.setup()
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
print(acts.issue_login(sys.argv[1], by=OPERATOR))
"""
SERVE = """
import sys, uvicorn
from huanqiong.config.asgi import application
from huanqiong.desk.trust.sequencer import Sequencer
from huanqiong.lake.store import open_store
Sequencer(open_store("drill").keys).start()
how = {"log_level": "warning", "timeout_graceful_shutdown": 1}
uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), **how)
"""
RAISE = """
import sys, json, django
from datetime import datetime
django.setup()
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
events = json.loads(sys.argv[1])
for event in events:
    event["t0"], event["t1"] = (datetime.fromisoformat(event[k]) for k in ("t0", "t1"))
acts.raise_alerts(events, by=SYSTEM)
"""


@dataclass
class Console:
    """A running console."""

    port: int
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def link(self) -> closing[http.client.HTTPConnection]:
        """A connection that is closed at the end of its block."""
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))

    def python(self, code: str, *arguments: str) -> str:
        """Runs a program beside the console, on the same store."""
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def login_url(self, username: str) -> str:
        return f"{self.url}/login/{self.python(TOKEN, username)}"

    def raise_alerts(self, *events: dict[str, Any]) -> None:
        """Alerts from another process, as detection does."""
        self.python(RAISE, json.dumps(events, default=str))

    def sign_in(self, username: str) -> str:
        """The cookies of a signed-in person."""
        with self.link() as link:
            link.request("GET", urllib.parse.urlsplit(self.login_url(username)).path)
            answer = link.getresponse()
            answer.read()
        cookies = [v.split(";")[0] for k, v in answer.getheaders() if k.lower() == "set-cookie"]
        assert answer.status == 302, answer.status
        if not any("csrf" in c for c in cookies):
            cookies.append("hq_drill_csrf=" + "a" * 32)
        return "; ".join(cookies)

    def get(self, path: str, cookie: str) -> Any:
        return self._ask("GET", path, cookie)

    def post(self, path: str, cookie: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, cookie, body or {})

    def _ask(self, method: str, path: str, cookie: str, body: dict[str, Any] | None = None) -> Any:
        token = next(c.split("=", 1)[1] for c in cookie.split("; ") if "csrf" in c)
        headers = {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": "application/json"}
        with self.link() as link:
            link.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            answer = link.getresponse()
            text = answer.read().decode()
        assert answer.status == 200, (answer.status, text)
        return json.loads(text)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serve(home: Path) -> Iterator[Console]:
    """Plants a store in `home`, serves it, and stops the server at the end."""
    environment = os.environ | {
        **place_of(home),
        "HUANQIONG_STORE": "drill",
        "HUANQIONG_NEIGHBOURS": "{}",
        "DJANGO_SETTINGS_MODULE": "huanqiong.config.settings",
    }
    console = Console(_free_port(), environment)
    console.python(PREPARE, str(HERE))
    command = [sys.executable, "-c", SERVE, str(console.port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(console, process)
            yield console
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(console: Console, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        try:
            with console.link() as link:
                link.request("GET", "/healthz")
                if link.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
