"""A store into one sealed file: records of every table as of one moment, the lake, objects, keys, everything.

Read top to bottom. The last member, `manifest.json`, names every other with its SHA-256, so that a restore
proves that nothing is missing. Nothing leaves unsealed: the file holds the store's keys.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, BinaryIO

import huanqiong
from huanqiong.core.errors import StoreError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.reads import rows
from huanqiong.desk.trust.suites import suite_of
from huanqiong.flows.backup.form import FORMAT, MANIFEST, NOT_KEPT, RECORDS, Progress
from huanqiong.lake.store import Store


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds."""

    file: Path
    bytes: int
    tables: int
    rows: int
    files: int


def backup(
    store: Store,
    out: Path,
    *,
    by: Actor,
    to: tuple[str, ...] = (),
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> Made:
    """Writes the whole backup to `out`, or leaves what was there. The store may be in use.

    StoreError: the disk is full, or a file cannot be read.
    """
    acts.log_backup(", ".join(to) or "passphrase", by=by)
    new = out.with_name(f".{out.name}.{os.getpid()}")
    packer = _Packer(store, progress or (lambda *_: None))
    try:
        with new.open("wb") as sealed:
            os.fchmod(sealed.fileno(), 0o600)
            with _piped(packer.write) as plain:
                suite_of(store.suite).seal(plain, sealed, to=to, passphrase=passphrase)
            sealed.flush()
            os.fsync(sealed.fileno())
        new.replace(out)
    except OSError as e:
        raise StoreError(
            f"The backup could not be written to {out}: {e.strerror or e}. Nothing was changed."
        ) from None
    finally:
        new.unlink(missing_ok=True)
    counted = packer.rows
    return Made(out, out.stat().st_size, len(counted), sum(counted.values()), packer.files)


class _piped:  # noqa: N801
    """What another thread writes, as a stream to read; its failure is raised when the reading is done."""

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        end, begin = os.pipe()
        self._reader = os.fdopen(end, "rb", buffering=1 << 20)
        self._writer = os.fdopen(begin, "wb", buffering=1 << 20)
        self._write, self._failed = write, None
        self._thread = threading.Thread(target=self._run, name="backup")

    def _run(self) -> None:
        try:
            with self._writer:
                self._write(self._writer)
        except BaseException as e:  # noqa: BLE001  # handed to whoever reads
            self._failed = e

    def __enter__(self) -> BinaryIO:
        self._thread.start()
        return self._reader  # type: ignore[return-value]

    def __exit__(self, *error: object) -> None:
        self._reader.close()
        self._thread.join()
        if self._failed is not None and not (error[0] and isinstance(self._failed, BrokenPipeError)):
            raise self._failed


class _Packer:
    """Writes the members and remembers what each was."""

    def __init__(self, store: Store, progress: Progress) -> None:
        self.store, self.progress = store, progress
        self.members: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.files = 0

    def write(self, out: IO[bytes]) -> None:
        from django.db import connection

        try:
            with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                self._records(tar)
                self._files(tar)
                manifest = {
                    "format": FORMAT,
                    "store": self.store.name,
                    "version": huanqiong.__version__,
                    "made_at": datetime.now(UTC).isoformat(),
                    "migrations": migrations(),
                    "rows": self.rows,
                    "members": self.members,
                }
                self._add(tar, MANIFEST, io.BytesIO(json.dumps(manifest, sort_keys=True).encode()))
        finally:
            connection.close()  # this thread's own

    def _records(self, tar: tarfile.TarFile) -> None:
        """Every table, all as of one moment."""
        tables = rows.tables()
        with rows.snapshot():
            for n, model in enumerate(tables):
                name = model._meta.label_lower
                self.progress("records", n, len(tables))
                # The member's length stands before it: it is written aside, beside the database itself.
                with tempfile.TemporaryFile(dir=self.store.path) as aside:
                    count = -1
                    for line in rows.lines(model):
                        aside.write(line)
                        count += 1
                    self.rows[name] = count
                    self._add(tar, f"{RECORDS}/{name}.jsonl", aside)

    def _files(self, tar: tarfile.TarFile) -> None:
        """Everything else. The lake's manifest is read first, so that each part it names is there."""
        first = self.store.lake / "manifest.json"
        if first.is_file():
            self._add(tar, "lake/manifest.json", io.BytesIO(first.read_bytes()))
        files = [p for p in _under(self.store.path) if p != first]
        for n, path in enumerate(files):
            self.progress("files", n, len(files))
            name = path.relative_to(self.store.path).as_posix()
            try:
                with path.open("rb") as f:
                    found = os.fstat(f.fileno())
                    self._add(tar, name, f, mode=found.st_mode & 0o777, mtime_ns=found.st_mtime_ns)
            except FileNotFoundError:
                continue  # merged into another part meanwhile; a restore tells if it was needed
            self.files += 1

    def _add(
        self, tar: tarfile.TarFile, name: str, source: IO[bytes], mode: int = 0o600, mtime_ns: int = 0
    ) -> None:
        """`mtime_ns`: since when a file's period of retention runs; 0: it has none."""
        digest = hashlib.sha256()
        source.seek(0, os.SEEK_END)
        info = tarfile.TarInfo(name)
        info.size, info.mode = source.tell(), mode
        if mtime_ns:  # in the extended header it is exact; the plain one would round it
            info.pax_headers = {"mtime": f"{mtime_ns // 10**9}.{mtime_ns % 10**9:09d}"}
        source.seek(0)
        tar.addfile(info, _Hashed(source, info.size, digest.update))  # type: ignore[arg-type]
        self.members[name] = digest.hexdigest()


class _Hashed:
    """A stream of exactly `size` bytes whose bytes are also told to a digest: a file may grow meanwhile."""

    def __init__(self, source: IO[bytes], size: int, tell: Callable[[bytes], None]) -> None:
        self.source, self.left, self.tell = source, size, tell

    def read(self, n: int = -1) -> bytes:
        data = self.source.read(self.left if n < 0 else min(n, self.left))
        self.left -= len(data)
        self.tell(data)
        return data


def _under(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        left_out = any(fnmatch(name, pattern) for pattern in NOT_KEPT)
        if path.is_file() and not path.is_symlink() and not left_out:
            yield path


def migrations() -> list[str]:
    """The state of the tables: every migration that was applied."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())
