"""Files that are going, written down before they go: a run that was cut off between two of them is taken up
by the next under the entry that stands, and none is counted twice.

.retention.going.CLASS, beside the store's folders: one list an entry, each with the entry's counts and the
files it speaks of. It is there while files go, and no longer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from huanqiong.lake.durable import sync_directory, write_file


@dataclass(frozen=True, slots=True)
class Batch:
    """What one entry of the log speaks of. `names`: where each file lay and since when."""

    where: str
    digest: str
    names: tuple[str, ...]


class Unfinished:
    """The list of a class in a store's folder."""

    def __init__(self, folder: Path, code: str) -> None:
        self.path = folder / f".retention.going.{code}"

    def told(self, stands: Callable[[Batch], bool]) -> list[Batch]:
        """What a run that was cut off had an entry for already. `stands`: whether there is that entry."""
        try:
            found: list[dict[str, Any]] = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        batches = (Batch(b["where"], b["digest"], tuple(b["names"])) for b in found)
        return [b for b in batches if stands(b)]

    def write(self, batches: Sequence[Batch]) -> None:
        """Makes the list last; before the newest batch's entry is written."""
        rows = [{"where": b.where, "digest": b.digest, "names": list(b.names)} for b in batches]
        text = json.dumps(rows).encode()
        write_file(self.path, lambda f: _put(f, text))

    def clear(self) -> None:
        """All are gone."""
        if self.path.exists():
            self.path.unlink()
            sync_directory(self.path.parent)


def _put(file: IO[bytes], text: bytes) -> None:
    file.write(text)
