"""Small files of each kind, written as their suppliers write them (all vessels invented)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from huanqiong.feed.files import Batch, read

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Whole:
    """All batches of a file as one."""

    def __init__(self, batches: list[Batch]) -> None:
        self.batches = batches
        self.positions = pa.concat_tables([b.positions for b in batches])
        self.static = pa.concat_tables([b.static for b in batches])
        self.other = pa.concat_tables([b.other for b in batches])
        self.rejects = [r for b in batches for r in b.rejects]
        self.counts: dict[str, int] = {}
        for b in batches:
            for name, n in b.counts.items():
                self.counts[name] = self.counts.get(name, 0) + n
        self.notes = batches[-1].notes
        self.layout = batches[-1].layout

    def rows(self, *columns: str) -> list[tuple[object, ...]]:
        """The named columns of the positions, a tuple a row."""
        return list(zip(*(self.positions.column(c).to_pylist() for c in columns), strict=True))


Load = Callable[..., Whole]


@pytest.fixture
def whole() -> Load:
    """Reads a file that is there."""
    return lambda path, **kwargs: Whole(list(read(path, **{"now": NOW, **kwargs})))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes bytes or text to a file and reads it."""

    def _load(content: bytes | str, name: str = "file", **kwargs: object) -> Whole:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        kwargs.setdefault("now", NOW)
        return Whole(list(read(path, **kwargs)))  # type: ignore[arg-type]

    return _load
