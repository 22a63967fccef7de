"""How a feed does: counters a source, ages, and one word for its state."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

State = Literal["ok", "late", "lost", "never"]


@dataclass(frozen=True, slots=True)
class Health:
    """One source at one moment."""

    name: str
    state: State
    """`never`: nothing has come yet; `late` and `lost`: silent for longer than the listener's limits."""
    last_t: datetime | None
    """Latest time the data themselves carry, as told by whoever decodes (`seen`); None: not told."""
    last_arrival: datetime | None
    bytes: int
    sentences: int
    """Lines that start like a sentence (`!`, `$` or a tag block); rows, where a feed is no NMEA."""
    broken: int
    """Lines that do not, lines cut off or too long, and what the decoder reported as broken."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Pieces lost here, a number a cause."""
    detail: str = ""
    """What the line is doing now, for a person."""
    age_s: float | None = None
    """Seconds since the last arrival; None: nothing yet."""


class Meter:
    """Counts one source; safe to use from the receiving and the asking thread."""

    def __init__(self, name: str, *, late_s: float, lost_s: float) -> None:
        self.name, self.late_s, self.lost_s = name, late_s, lost_s
        self._lock = threading.Lock()
        self._bytes = self._sentences = self._broken = 0
        self._dropped: dict[str, int] = {}
        self._detail = "starting"
        self._last_t: datetime | None = None
        self._last_arrival: datetime | None = None

    def arrived(self, data: bytes, at: datetime) -> None:
        """Counts bytes as received, whole lines or not."""
        with self._lock:
            self._bytes += len(data)
            self._last_arrival = at

    def lines(self, data: bytes) -> None:
        """Counts whole lines."""
        good = bad = 0
        for line in data.split(b"\n"):
            text = line.strip()
            if text[:1] in (b"!", b"$", b"\\"):
                good += 1
            elif text:
                bad += 1
        self.count(good, bad)

    def count(self, good: int, bad: int) -> None:
        """Counts what a decoder made of the data: rows or sentences, and those it could not use."""
        with self._lock:
            self._sentences += good
            self._broken += bad

    def drop(self, cause: str, count: int = 1) -> None:
        with self._lock:
            self._dropped[cause] = self._dropped.get(cause, 0) + count

    def seen(self, t: datetime) -> None:
        """The data carried time `t`; the latest counts."""
        with self._lock:
            if self._last_t is None or t > self._last_t:
                self._last_t = t

    def says(self, detail: str) -> None:
        with self._lock:
            self._detail = detail

    def health(self, now: datetime) -> Health:
        with self._lock:
            age_s = None if self._last_arrival is None else (now - self._last_arrival).total_seconds()
            return Health(
                self.name,
                state_of(age_s, late_s=self.late_s, lost_s=self.lost_s),
                self._last_t,
                self._last_arrival,
                self._bytes,
                self._sentences,
                self._broken,
                dict(self._dropped),
                self._detail,
                age_s,
            )


def state_of(age_s: float | None, *, late_s: float, lost_s: float) -> State:
    """The word for a silence of `age_s` seconds; None: nothing has come yet."""
    if age_s is None:
        return "never"
    if age_s > lost_s:
        return "lost"
    return "late" if age_s > late_s else "ok"
