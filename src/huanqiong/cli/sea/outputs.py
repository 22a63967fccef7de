"""Parquet tables a verb writes as it reads, there at once or not at all; and the side file of bad rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import UsageError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC
from huanqiong.feed.files import Batch
from huanqiong.lake.durable import store_error

GROUP_ROWS = 1_000_000


@dataclass(slots=True)
class _Table:
    """One output: rows gather until a row group is full."""

    path: Path
    schema: pa.Schema
    writer: pq.ParquetWriter = field(init=False)
    held: list[pa.Table] = field(default_factory=list)
    rows: int = 0

    def __post_init__(self) -> None:
        self.writer = pq.ParquetWriter(self.temporary, self.schema, compression="zstd", compression_level=3)

    @property
    def temporary(self) -> Path:
        return self.path.with_name(f".{self.path.name}.new")

    def add(self, table: pa.Table) -> None:
        self.held.append(table)
        self.rows += table.num_rows
        if self.rows >= GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            self.writer.write_table(pa.concat_tables(self.held), row_group_size=GROUP_ROWS)
        self.held, self.rows = [], 0


class Outputs:
    """OUT, and where asked --static and --other. Without `keep` nothing remains but the side file."""

    def __init__(self, positions: Path, static: Path | None, other: Path | None) -> None:
        self.positions_path = positions
        self.rejects_path = positions.with_name(positions.name + ".rejects.jsonl")
        self.rejects = 0
        wanted = ((positions, POSITIONS), (static, STATIC), (other, OTHER))
        self._where = [(path, schema) for path, schema in wanted if path is not None]
        self._has = [path is not None for path, _ in wanted]
        self._tables: list[_Table] = []
        self._side: IO[str] | None = None
        self._kept = False

    def __enter__(self) -> Outputs:
        for path, _ in self._where:
            if not path.parent.is_dir():
                raise UsageError(f"{path}: there is no directory {path.parent}. Make it, or name another.")
        try:
            self.rejects_path.unlink(missing_ok=True)
            self._tables = [_Table(path, schema) for path, schema in self._where]
        except OSError as e:
            raise store_error(e, self.positions_path) from e
        return self

    def add(self, file: Path, batch: Batch) -> None:
        """Takes a piece of a file."""
        given = [
            t for t, has in zip((batch.positions, batch.static, batch.other), self._has, strict=True) if has
        ]
        try:
            for table, rows in zip(self._tables, given, strict=True):
                table.add(rows)
            for reject in batch.rejects:
                if self._side is None:
                    self._side = self.rejects_path.open("w", encoding="utf-8")
                line = {"file": str(file), **reject.as_dict()}
                self._side.write(json.dumps(line, ensure_ascii=False) + "\n")
                self.rejects += 1
        except OSError as e:
            raise store_error(e, self.positions_path) from e

    def keep(self) -> None:
        """Puts the outputs in their places."""
        try:
            for table in self._tables:
                table.flush()
                table.writer.close()
                table.temporary.replace(table.path)
        except OSError as e:
            raise store_error(e, self.positions_path) from e
        self._kept = True

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._side is not None:
            self._side.close()
        if not self._kept:
            for table in self._tables:
                table.writer.close()
                table.temporary.unlink(missing_ok=True)
