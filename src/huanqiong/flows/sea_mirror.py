"""The live picture in processes that do not hold the feed: what the feed's process says, kept as a copy.

The process with the feed listens on a socket in a directory only its user opens, and sends each web process
the whole picture once, then what moved, with the feed's clock and health, at least once a second. Cursors are
the feed's own, so a browser may ask any web process. A web process that hears nothing says so in `health`.
"""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from huanqiong.flows.sea_now import COLUMNS, Now

BEAT_S: Final = 1.0
"""The longest silence of a sound feed process: with no ship moving it still tells clock and health."""
SILENT_S: Final = 5.0
"""After so long without a word the feed's process counts as away."""
NEWS_S: Final = 0.25
"""The shortest pause between two messages: moves in between go together."""
_HEAD: Final = struct.Struct(">II")

log = logging.getLogger(__name__)


class Publisher:
    """Sends a live desk's picture to whoever connects to the socket at `path`."""

    def __init__(self, desk: Any, path: Path) -> None:
        self.desk, self.path = desk, path
        self._stop = threading.Event()
        self._moved = threading.Condition()
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def start(self) -> Publisher:
        """Listens; a socket that a killed process left is replaced."""
        self.path.unlink(missing_ok=True)
        self._server.bind(str(self.path))
        self.path.chmod(0o600)
        self._server.listen()
        self.desk.watchers.append(self._wake)
        threading.Thread(target=self._accept, name="sea mirror", daemon=True).start()
        return self

    def stop(self) -> None:
        """Takes no new readers and lets go of those there are."""
        self._stop.set()
        self._wake()
        self._server.close()
        self.path.unlink(missing_ok=True)

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                reader, _ = self._server.accept()
            except OSError:
                return
            reader.settimeout(SILENT_S)
            threading.Thread(
                target=self._serve, args=(reader,), name="sea mirror reader", daemon=True
            ).start()

    def _serve(self, reader: socket.socket) -> None:
        sent, era = -1, -1
        with reader:
            while not self._stop.is_set():
                if self.desk.now.era != era:
                    sent = -1
                cursor, era, rows = self.desk.now.packed(sent)
                at = self.desk.clock.now
                head = json.dumps(
                    {
                        "cursor": cursor,
                        "era": era,
                        "mode": self.desk.clock.mode,
                        "now": at.isoformat() if at else None,
                        "health": self.desk.health(),
                    }
                ).encode()
                body = np.ascontiguousarray(rows, np.float64).tobytes()
                try:
                    reader.sendall(_HEAD.pack(len(head), len(body)) + head + body)
                except OSError:
                    return
                sent = cursor
                self._stop.wait(NEWS_S)
                with self._moved:
                    self._moved.wait_for(lambda was=cursor: self.desk.now.cursor != was, BEAT_S - NEWS_S)


@dataclass(slots=True)
class Heard:
    """The feed's clock as last told; as `feed_clock.FeedClock`."""

    now: datetime | None = None
    mode: str | None = None


class Mirror:
    """The copy in a web process; to the console it is what a `LiveDesk` is: now, clock, health, watchers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now, self.clock = Now(), Heard()
        self.watchers: list[Callable[[], None]] = []
        self._health: list[dict[str, Any]] = []
        self._told: float | None = None
        self._stop = threading.Event()

    def start(self) -> Mirror:
        """Connects, and again whenever the feed's process went away."""
        threading.Thread(target=self._run, name="sea mirror", daemon=True).start()
        return self

    def stop(self) -> None:
        """Asks for no more."""
        self._stop.set()

    def known(self) -> bool:
        """Whether the feed's process told its state within the last seconds."""
        return self._told is not None and time.monotonic() - self._told < SILENT_S

    def health(self) -> list[dict[str, Any]]:
        """Each source as `LiveDesk.health` tells it, aged; all failing while the feed's process is away."""
        if self._told is None:
            return []
        passed = time.monotonic() - self._told
        silent = "the feed's process is away: it is being started again"
        out = []
        for row in self._health:
            age_s = None if row["age_s"] is None else row["age_s"] + passed
            lost = {} if self.known() else {"state": "failing", "detail": silent}
            out.append(row | {"age_s": age_s} | lost)
        return out

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                    link.settimeout(SILENT_S)
                    link.connect(str(self.path))
                    while not self._stop.is_set():
                        self._take(link)
            except (OSError, EOFError):
                self._stop.wait(0.5)
            except Exception:
                log.exception("the picture of the feed's process was not understood")
                self._stop.wait(2)

    def _take(self, link: socket.socket) -> None:
        head_size, body_size = _HEAD.unpack(_exactly(link, _HEAD.size))
        head = json.loads(_exactly(link, head_size))
        rows = np.frombuffer(_exactly(link, body_size), np.float64).reshape(len(COLUMNS), -1)
        moved = rows.shape[1] > 0 or head["era"] != self.now.era
        self.now.adopt(head["cursor"], head["era"], rows)
        at = head["now"]
        self.clock = Heard(datetime.fromisoformat(at) if at else None, head["mode"])
        self._health, self._told = head["health"], time.monotonic()
        if moved:
            for tell in self.watchers:
                tell()


def _exactly(link: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        got = link.recv(min(1 << 20, size - len(parts)))
        if not got:
            raise EOFError
        parts += got
    return bytes(parts)


_mirror: Mirror | None = None


def follow(path: Path) -> Mirror:
    """Starts this process's copy."""
    global _mirror
    _mirror = Mirror(path).start()
    return _mirror


def current() -> Mirror | None:
    """This process's copy; None where it was started without one."""
    return _mirror
