"""One file over HTTP to disk: resumed where it broke off, checked for size and kind, never half there."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from huanqiong.core.errors import InputError, MissingError
from huanqiong.feed.net.web import BROKEN, StatusError, ask, host_of, why

Progress = Callable[[str, int, int], None]
CHUNK = 1 << 20
TRIES = 5
"""Attempts in a row that bring nothing before giving up; the part stays for the next time."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


@dataclass(slots=True)
class _Part:
    """What is known of a file of which a part is here. `total` 0: not known."""

    url: str
    validator: str = ""
    total: int = 0


def download(
    url: str,
    to: Path,
    *,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
    first_wait_s: float = FIRST_WAIT_S,
) -> None:
    """Brings `url` to the file `to`, going on from `to.part` where the server still has the same file.

    StatusError when the server says no; MissingError when it cannot be reached, breaks off again and again,
    the disk is full, or `stop` was set.
    """
    stop = stop or threading.Event()
    to.parent.mkdir(parents=True, exist_ok=True)
    part, note = to.with_name(to.name + ".part"), to.with_name(to.name + ".part.json")
    tries, wait_s, last = 0, first_wait_s, ""
    while tries < TRIES:
        before = part.stat().st_size if part.exists() else 0
        pause_s = wait_s
        try:
            if _attempt(url, part, note, to.name, stop, progress):
                os.replace(part, to)
                note.unlink(missing_ok=True)
                return
            last = "the connection broke off"
        except StatusError as error:
            if not error.passing:
                raise
            last, pause_s = str(error), max(wait_s, min(error.retry_s or 0.0, LONGEST_WAIT_S))
        except BROKEN as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise MissingError(f"{to.parent}: the disk is full. Free some room and ask again.") from None
            last = why(error)
            if not part.exists():
                # Nothing of it ever came: no network is likelier than a bad moment.
                tries = max(tries, TRIES - 2)
        if stop.is_set():
            raise MissingError(f"Stopped; {part.name} is kept, and the same command goes on from there.")
        grown = part.exists() and part.stat().st_size > before
        tries, wait_s = (0, first_wait_s) if grown else (tries + 1, min(wait_s * 2, LONGEST_WAIT_S))
        if tries < TRIES:
            stop.wait(first_wait_s if grown else pause_s)
    raise MissingError(f"{host_of(url)} cannot be reached: {last}")


def _attempt(
    url: str, part: Path, note: Path, name: str, stop: threading.Event, progress: Progress | None
) -> bool:
    """One request; True when the file is whole."""
    known = _known(note, url)
    have = part.stat().st_size if part.exists() and known.validator else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": known.validator}
    try:
        response = ask(url, headers)
    except StatusError as error:
        if error.status != 416 or not have:
            raise
        if error.headers.get("Content-Range", "").rpartition("/")[2] == str(have):
            return True
        part.unlink()
        return False
    with response:
        start, total = _extent(response)
        if start != have:
            # The file has changed, or the server does not resume: all of it comes again.
            have = 0
            if start:
                part.unlink(missing_ok=True)
                return False
        validator = response.headers.get("ETag", "")
        if not validator or validator.startswith("W/"):
            validator = response.headers.get("Last-Modified", "")
        note.write_text(json.dumps(asdict(_Part(url, validator, total))), encoding="utf-8")
        with part.open("ab" if have else "wb") as f:
            while not stop.is_set():
                # What is there, so that a slow line can be stopped.
                chunk = response.read1(CHUNK)
                if not chunk:
                    break
                f.write(chunk)
                have += len(chunk)
                if progress:
                    progress(f"fetch {name}", have, total)
            f.flush()
            os.fsync(f.fileno())
    if stop.is_set():
        return False
    if total and have > total:
        part.unlink()
        raise InputError(f"{have:,} bytes came where {total:,} were announced", where=url, remedy="Ask again")
    return have == total or not total


def _extent(response: Any) -> tuple[int, int]:
    """(first byte, whole size) of what comes; size 0: not said."""
    if response.status == 206:
        span, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        first = span.split("-")[0]
        return int(first) if first.isdigit() else -1, int(total) if total.isdigit() else 0
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else 0


def _known(note: Path, url: str) -> _Part:
    """What an earlier attempt wrote down of the same address."""
    try:
        found = _Part(**cast("dict[str, Any]", json.loads(note.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return _Part(url)
    return found if found.url == url else _Part(url)
