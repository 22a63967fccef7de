"""How often each key was counted, shared by every web process of a store: one mapped file, no database.

Each slot holds one number, the time up to which a key has used its share (the GCRA form of a leaky bucket),
under a keyed digest, so that the file names nobody. A file of 2.3 MiB holds 98,304 keys; where a bucket of
eight is full, the key that used least is forgotten. Times are of the machine's monotonic clock: a wall clock
that is set back neither frees nor locks anyone; a restart of the machine empties the file.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct("<8s36s20s")
_SLOT: Final = struct.Struct("<16sd")
_WAYS: Final = 8
_BUCKETS: Final = 12_288
_SIZE: Final = _HEADER.size + _BUCKETS * _WAYS * _SLOT.size
_FORM: Final = b"hqlimit1"


def _boot() -> bytes:
    """Which start of the machine this is: monotonic times of another one mean nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes()[:36]
    except OSError:
        return b"unknown".ljust(36)


class Counters:
    """Counters in `file`, made where it is missing; None, or a disk that is full: of this process alone."""

    def __init__(self, file: Path | None) -> None:
        self._thread = threading.Lock()
        self._fd = -1
        self.shared = file is not None
        if file is not None:
            try:
                self._open(file)
            except OSError:
                self.shared = False
        self._map = mmap.mmap(self._fd, _SIZE)
        with self._alone():
            form, boot, secret = _HEADER.unpack_from(self._map)
            if form != _FORM or boot != _boot():
                self._map[:] = bytes(_SIZE)
                secret = secrets.token_bytes(20)
                _HEADER.pack_into(self._map, 0, _FORM, _boot(), secret)
            self._secret = secret

    def _open(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Room is taken now: a mapped page that finds none later would end the process.
            os.posix_fallocate(fd, 0, _SIZE)
        except OSError:
            os.close(fd)
            raise
        self._fd = fd

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread of one process at a time; the kernel lets go for a process that died."""
        with self._thread:
            if self._fd >= 0:
                fcntl.flock(self._fd, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self._fd >= 0:
                    fcntl.flock(self._fd, fcntl.LOCK_UN)

    def take(self, key: str, *, every_s: float, burst: int, now: float | None = None) -> float:
        """0 where the key may go on, and then counts it; else the seconds until it may."""
        now = time.monotonic() if now is None else now
        share = every_s * burst
        digest = blake2b(key.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16).digest()
        with self._alone():
            at, used = self._find(digest)
            used = max(used, now)
            wait = used + every_s - now - share
            if wait > 1e-6:
                return wait
            _SLOT.pack_into(self._map, at, digest, used + every_s)
        return 0.0

    def _find(self, digest: bytes) -> tuple[int, float]:
        """The key's slot and time; of a key not there the slot to take, and no time used."""
        first = _HEADER.size + int.from_bytes(digest[:8], "little") % _BUCKETS * _WAYS * _SLOT.size
        best, least = first, float("inf")
        for at in range(first, first + _WAYS * _SLOT.size, _SLOT.size):
            known, used = _SLOT.unpack_from(self._map, at)
            if known == digest:
                return at, used
            if used < least:
                best, least = at, used
        return best, 0.0

    def close(self) -> None:
        """Lets go of the file."""
        self._map.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
