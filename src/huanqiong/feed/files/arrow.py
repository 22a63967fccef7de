"""Parquet files: row groups to tables. `raw_offset` is the row's number in the file, from 0."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import InputError
from huanqiong.feed.files.assemble import Assembler, Faults
from huanqiong.feed.files.batch import Batch, Progress, Reject, shown
from huanqiong.feed.files.numbers import flat

PIECE = 1 << 17


def open_parquet(path: Path) -> pq.ParquetFile:
    """InputError: cut off or no Parquet at all."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as e:
        raise InputError(
            f"the Parquet file is cut off or broken ({str(e).splitlines()[0]})",
            where=str(path),
            remedy="Fetch or write it again: without its last bytes none of its rows can be read",
        ) from None


def read_parquet(file: pq.ParquetFile, assemble: Assembler, progress: Progress | None) -> Iterator[Batch]:
    """The file's rows as batches of at most `PIECE` rows."""
    total, at = file.metadata.num_rows, 0
    columns = sorted({name for name, _ in assemble.bound.columns.values()})
    pieces = file.iter_batches(batch_size=PIECE, columns=columns)
    while True:
        try:
            piece = next(pieces, None)
        except (OSError, pa.ArrowInvalid) as e:
            yield Batch(rejects=[_broken(at, e)], counts={"rejected": 1, "broken": 1}, layout=_name(assemble))
            return
        if piece is None:
            return
        n = piece.num_rows
        offsets = np.arange(at, at + n, dtype=np.int64)
        data = {name: flat(piece.column(name)) for name in columns}
        faults = Faults(np.zeros(n, bool))
        positions, static, other = assemble(data, offsets, faults)
        rejects = [
            Reject(f"row {at + row}", why, shown(_text(data, row)), at + row, column)
            for row, column, why in faults.found
        ]
        counts = {"rows": n, "rejected": len(rejects), **faults.counts}
        yield Batch(positions, static, other, rejects, counts, layout=_name(assemble))
        at += n
        if progress:
            progress("read", at, total)


def _name(assemble: Assembler) -> str:
    return assemble.bound.layout.name


def _broken(at: int, e: Exception) -> Reject:
    return Reject(f"row {at} and after", f"the rest cannot be read: {str(e).splitlines()[0]}", "", at)


def _text(data: dict[str, pa.Array], row: int) -> str:
    return ", ".join(f"{name}={column[row].as_py()!r}" for name, column in data.items())
