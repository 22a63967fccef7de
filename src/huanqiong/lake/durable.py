"""Files that are whole or not there: write, fsync, rename, fsync the directory; and one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from huanqiong.core.errors import StoreError

TEMPORARY = ".tmp-"
"""Files so named are unfinished: ignored by readers, swept by repair."""


def store_error(error: OSError, path: Path) -> StoreError:
    """What the system said, as something a person can act on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"{path}: the disk is full. Free some space, then try again; nothing is lost.")
    if error.errno == errno.EFBIG:
        return StoreError(
            f"{path}: a file may not grow so large here (ulimit -f). Raise it; nothing is lost."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreError(f"{path}: may not be written ({error.strerror}). Check the owner and the mount.")
    return StoreError(f"{path}: {error.strerror or error}. Run `hq doctor`.")


def sync_directory(path: Path) -> None:
    """Makes renames in the directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Puts a file there at once or not at all. StoreError: full disk and the like; the old file stays."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{time.monotonic_ns()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as f:
            write(f)
            f.flush()
            os.fsync(f.fileno())
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as e:
        temporary.unlink(missing_ok=True)
        raise store_error(e, path) from e
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def only_writer(path: Path, wait_s: float) -> Iterator[None]:
    """Holds the lock file; StoreError when another process or thread holds it for `wait_s` seconds."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        f = path.open("a+b")
    except OSError as e:
        raise store_error(e, path) from e
    with f:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    f.seek(0)
                    holder = f.read(20).decode(errors="replace").strip() or "unknown"
                    raise StoreError(
                        f"{path.parent}: process {holder} is writing to it. Wait for it or stop it."
                    ) from None
                time.sleep(0.02)
        f.seek(0)
        f.truncate()
        f.write(str(os.getpid()).encode())
        f.flush()
        yield
