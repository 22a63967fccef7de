"""CSV files: encoding, delimiter and header found from the content; rows with exact byte offsets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from huanqiong.core.errors import InputError
from huanqiong.feed.files.assemble import Assembler, Faults
from huanqiong.feed.files.batch import Batch, Reject, add_counts, shown
from huanqiong.feed.files.layout import Choice
from huanqiong.feed.files.raw import Raw
from huanqiong.feed.files.records import LONGEST, Block, Records

_BOM: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written. `names` are unique: a second `speed` becomes `speed (2)`."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]


def dialect_of(head: bytes, where: str) -> Dialect:
    """From the first bytes of the text. InputError: UTF-16, or nothing that can be a header."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("the text is UTF-16", where=where, remedy="Save it as UTF-8 or GB18030")
    encoding = _encoding(head)
    text = head.removeprefix(_BOM).decode(encoding, errors="replace").lstrip("\r\n")
    line = next(iter(text.splitlines()), "")
    if not line.strip():
        raise InputError(
            "there is no header line", where=where, remedy="The first line must name the columns"
        )
    delimiter = max(_DELIMITERS, key=line.count)
    names: list[str] = []
    for name in next(csv.reader([line], delimiter=delimiter)):
        clean, n = name.strip(), names.count(name.strip())
        names.append(f"{clean} ({n + 1})" if n else clean)
    return Dialect(encoding, delimiter, tuple(names))


def _encoding(head: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
                return encoding
            except UnicodeDecodeError:
                continue
    return "utf-8"


def read_table(
    raw: Raw, chunks: Iterator[bytes], dialect: Dialect, assemble: Assembler, *, longest: int = LONGEST
) -> Iterator[Batch]:
    """The file's rows as batches of about a chunk each."""
    records = Records(dialect.delimiter.encode(), longest)
    header, last = True, None
    for block in records.cut(_line_ends(chunks)):
        if last is not None:
            yield _batch(last, dialect, assemble)
        if header and len(block.start):
            block = _part(block, slice(1, None))
            header = False
        last = block
    if last is not None:
        rejects = []
        if raw.damage and len(last.start):
            rejects.append(_cut_off(last))
            last = _part(last, slice(-1))
        batch = _batch(last, dialect, assemble)
        batch.rejects.extend(rejects)
        add_counts(batch.counts, {"rejected": len(rejects), "cut off": len(rejects)} if rejects else {})
        yield batch


def _line_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A text whose lines end with a lone CR gets LF instead: the same number of bytes, so offsets hold."""
    lone: bool | None = None
    for chunk in chunks:
        if lone is None:
            lone = b"\r" in chunk and b"\n" not in chunk
        yield chunk.replace(b"\r", b"\n") if lone else chunk


def _part(block: Block, s: slice) -> Block:
    return Block(block.data, block.start[s], block.end[s], block.offset[s], block.row[s], block.rejects)


def _cut_off(block: Block) -> Reject:
    where = f"row {block.row[-1]}, byte {block.offset[-1]}"
    return Reject(where, "cut off", shown(block.text(len(block.start) - 1)), int(block.row[-1]))


def _batch(block: Block, dialect: Dialect, assemble: Assembler) -> Batch:
    rejects = list(block.rejects)
    counts: dict[str, int] = {"rows": len(block.start) + len(rejects)}
    for r in rejects:
        add_counts(counts, {r.cause: 1})
    table, which = _parse(block, dialect, assemble.bound.columns)
    misfits = np.setdiff1d(np.arange(len(block.start)), which, assume_unique=True)
    cause = f"wrong number of columns (expected {len(dialect.names)})"
    rejects += [_reject(block, i, cause) for i in misfits.tolist()]
    add_counts(counts, {"wrong number of columns": len(misfits)} if len(misfits) else {})
    faults = Faults(np.zeros(len(which), bool))
    positions, static, other = assemble(table, block.offset[which], faults)
    for row, column, why in faults.found:
        rejects.append(_reject(block, int(which[row]), why, column))
    add_counts(counts, faults.counts)
    counts["rejected"] = len(rejects)
    return Batch(positions, static, other, rejects, counts, layout=assemble.bound.layout.name)


def _reject(block: Block, i: int, cause: str, column: str | None = None) -> Reject:
    where = f"row {block.row[i]}, byte {block.offset[i]}"
    return Reject(where, cause, shown(block.text(i)), int(block.row[i]), column)


def _parse(
    block: Block, dialect: Dialect, wanted: dict[str, tuple[str, Choice]]
) -> tuple[dict[str, pa.Array], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """(columns, which records they are): records with another number of columns are left out."""
    columns = sorted({name for name, _ in wanted.values()})
    if len(block.start) == 0:
        return {c: pa.array([], pa.string()) for c in columns}, np.zeros(0, np.int64)
    text = block.packed()
    if dialect.encoding != "utf-8" or not _is_utf8(text):
        text = text.decode(dialect.encoding, errors="replace").encode()
    wrong: list[int] = []

    def misfit(row: pacsv.InvalidRow) -> str:
        wrong.append(row.number)
        return "skip"

    table = pacsv.read_csv(
        pa.py_buffer(text),
        read_options=pacsv.ReadOptions(
            column_names=list(dialect.names), use_threads=False, block_size=len(text) + 1
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=misfit
        ),
        convert_options=pacsv.ConvertOptions(
            column_types={c: pa.string() for c in columns},
            include_columns=columns,
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    if table.num_rows + len(wrong) != len(block.start) or len(wrong) != len(set(wrong)):
        return _parse_slowly(block, dialect, columns)
    which = np.setdiff1d(np.arange(len(block.start)), np.array(wrong, np.int64) - 1, assume_unique=True)
    return {c: _one(table.column(c)) for c in columns}, which


def _parse_slowly(
    block: Block, dialect: Dialect, columns: list[str]
) -> tuple[dict[str, pa.Array], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Record by record: for blocks where a stray quote would make one row swallow the next."""
    at = [dialect.names.index(c) for c in columns]
    rows: list[list[str]] = []
    which: list[int] = []
    for i in range(len(block.start)):
        text = block.text(i).decode(dialect.encoding, errors="replace")
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        if len(cells) == len(dialect.names):
            rows.append([cells[k] for k in at])
            which.append(i)
    data = {c: pa.array([r[k] for r in rows], pa.string()) for k, c in enumerate(columns)}
    return data, np.array(which, np.int64)


def _one(column: pa.ChunkedArray) -> pa.Array:
    merged = column.combine_chunks()
    return pa.concat_arrays(merged.chunks) if isinstance(merged, pa.ChunkedArray) else merged


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
