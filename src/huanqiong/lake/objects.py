"""Files by their SHA-256: what was received is kept as it came, once, and read-only.

objects/ab/abcdef...   the bytes whose SHA-256 is abcdef...
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from huanqiong.core.errors import MissingError, StoreError
from huanqiong.lake.check import Finding
from huanqiong.lake.durable import TEMPORARY, store_error, sync_directory
from huanqiong.lake.parts import measure

_SHA: Final = re.compile(r"[0-9a-f]{64}")


class Objects:
    """A directory of objects; made when first written to. Any number of readers and writers."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def where(self, sha256: str) -> Path:
        """Where an object lies or would lie. StoreError: no SHA-256 in lower-case hex."""
        if not _SHA.fullmatch(sha256):
            raise StoreError(f"{sha256!r} is no SHA-256 in hex.")
        return self.path / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the object is there."""
        return self.where(sha256).is_file()

    def put(self, what: Path | bytes) -> str:
        """Stores a file's or buffer's bytes and returns their SHA-256; a second time does nothing.

        Errors: StoreError when the disk is full; then nothing changed.
        """
        temporary = self.path / f"{TEMPORARY}{os.getpid()}-{time.monotonic_ns()}"
        state = hashlib.sha256()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with (
                io.BytesIO(what) if isinstance(what, bytes) else what.open("rb") as source,
                temporary.open("wb") as sink,
            ):
                while piece := source.read(4 << 20):
                    state.update(piece)
                    sink.write(piece)
                sink.flush()
                os.fsync(sink.fileno())
            target = self.where(state.hexdigest())
            if not target.is_file():
                temporary.chmod(0o444)
                target.parent.mkdir(exist_ok=True)
                temporary.replace(target)
                sync_directory(target.parent)
                sync_directory(self.path)
        except OSError as e:
            raise store_error(e, self.path) from e
        finally:
            temporary.unlink(missing_ok=True)
        return state.hexdigest()

    def open(self, sha256: str) -> IO[bytes]:
        """The object for reading. MissingError: not there."""
        try:
            return self.where(sha256).open("rb")
        except FileNotFoundError:
            raise MissingError(
                f"The raw file {sha256} is not in {self.path}. Load it again, or restore a backup."
            ) from None

    def verify(self, progress: Callable[[str, int, int], None] | None = None) -> list[Finding]:
        """Reads every object and compares its hash with its name; names what is damaged or left over."""
        found = []
        files = sorted(p for p in self.path.glob("*/*") if _SHA.fullmatch(p.name))
        for i, path in enumerate(files):
            _, sha256 = measure(path)
            if sha256 != path.name:
                remedy = "Load the raw file again or restore a backup; what points to it is unproven"
                found.append(Finding(path, f"the content's SHA-256 is {sha256}", remedy))
            if progress:
                progress("objects", i + 1, len(files))
        for path in self.path.glob(f"{TEMPORARY}*"):
            found.append(
                Finding(path, "left over from a crash", "`hq doctor --repair` removes it", leftover=True)
            )
        return found

    def repair(self) -> list[Path]:
        """Removes what crashes left over and returns it; only while nobody writes."""
        gone = list(self.path.glob(f"{TEMPORARY}*"))
        for path in gone:
            path.unlink(missing_ok=True)
        return gone
