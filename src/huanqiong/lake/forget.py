"""Rows of the lake and files beside it, destroyed for good: a day at a time, told before it happens.

A part that loses rows is written again without them; one commit of the manifest makes the new part count and
the old one not, then the old file goes. A kill before the commit leaves the day as it was, after it at most
files that no manifest names; the next run takes those first, so that no destroyed row stays on the disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from huanqiong.core.errors import StoreError
from huanqiong.lake.check import _leftovers
from huanqiong.lake.durable import store_error, sync_directory
from huanqiong.lake.manifest import UNTIMED, Kind, Part
from huanqiong.lake.parts import SCHEMAS, read_part, write_part
from huanqiong.lake.positions import Lake
from huanqiong.lake.rows import plain_text
from huanqiong.lake.without import raw_of

I2 = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one part in the lake's order. `stored_at`: when the part was written."""

    kind: Kind
    day: str
    rows: pa.Table
    stored_at: datetime

    @property
    def timed(self) -> bool:
        """Whether its rows carry a time."""
        return self.day != UNTIMED


@dataclass(frozen=True, slots=True)
class Going:
    """What goes of one day: rows by class, and for each class the digest of where they stood.

    A row's key is its part's SHA-256 and its number in it: who has the part from a backup can check it,
    nobody else can guess it.
    """

    kind: Kind
    day: str
    rows: dict[int, int]
    keys_sha256: dict[int, str]


Choose = Callable[[Piece], I2]
"""A number a row: the class it goes with, or -1 where it stays."""


def pieces(
    lake: Lake, kind: Kind, *, before: datetime | None = None, raws: Iterable[str] | None = None
) -> Iterator[Piece]:
    """Every part's rows, by day; `before`: only parts that may hold earlier rows, and untimed ones; `raws`:
    only parts that hold rows of these raw files.
    """
    wanted = None if raws is None else set(raws)
    limit = None if before is None else _us(before)
    for part in sorted(lake.manifest().of(kind), key=lambda p: (p.day, p.seq)):
        named = wanted is None or not wanted.isdisjoint(map(raw_of, part.sources))
        if named and (limit is None or part.t0 is None or part.t0 < limit):
            yield _piece(lake.path, part)


def forget(
    lake: Lake,
    kind: Kind,
    choose: Choose,
    tell: Callable[[Going], None],
    *,
    before: datetime | None = None,
) -> int:
    """Destroys what `choose` names; returns how many. `tell` is called for each day before its commit.

    What `tell` raises leaves the day as it was. StoreError: another holds the lake, or the disk is full.
    """
    sweep(lake)
    limit = None if before is None else _us(before)
    gone = 0
    for day in sorted({p.day for p in lake.manifest().of(kind)}):
        with lake.writing() as state:
            parts = [p for p in state.of(kind, day) if limit is None or p.t0 is None or p.t0 < limit]
            gone += _forget_day(lake, kind, day, parts, choose, tell)
    return gone


def sweep(lake: Lake) -> int:
    """Removes files that no manifest names, which may hold destroyed rows; returns how many."""
    if not lake.path.is_dir():
        return 0
    with lake.writing() as state:
        stray = _leftovers(lake.path, state)
        _remove(stray)
    return len(stray)


def _forget_day(
    lake: Lake, kind: Kind, day: str, parts: list[Part], choose: Choose, tell: Callable[[Going], None]
) -> int:
    state = lake.manifest()
    seq, added, dropped = state.next_seq, [], []
    digests: dict[int, hashlib._Hash] = {}
    counts: dict[int, int] = {}
    for part in parts:
        piece = _piece(lake.path, part)
        goes = choose(piece)
        if not (goes >= 0).any():
            continue
        for number in np.unique(goes[goes >= 0]).tolist():
            at = np.flatnonzero(goes == number)
            digest = digests.setdefault(number, hashlib.sha256())
            digest.update(f"{part.sha256} {len(at)}\n".encode() + at.astype("<i8").tobytes())
            counts[number] = counts.get(number, 0) + len(at)
        dropped.append(part)
        stay = piece.rows.filter(pa.array(goes < 0))
        if stay.num_rows:
            again = write_part(
                lake.path, kind, day, seq, stay, _sources(part, stay), part.digests, replaces=(part.name,)
            )
            stat = (lake.path / part.name).stat()
            os.utime(lake.path / again.name, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            added.append(again)
            seq += 1
    if not dropped:
        return 0
    told = Going(kind, day, counts, {n: d.hexdigest() for n, d in digests.items()})
    try:
        tell(told)
    except BaseException:
        _remove(lake.path / p.name for p in added)
        raise
    lake.commit(state.changed(added, [p.name for p in dropped]))
    _remove(lake.path / p.name for p in dropped)
    return sum(counts.values())


def destroy_files(files: Iterable[Path]) -> int:
    """Removes files and makes it last; those that are gone already do not count. StoreError: it cannot be."""
    return _remove(files)


def _piece(root: Path, part: Part) -> Piece:
    try:
        stored = datetime.fromtimestamp((root / part.name).stat().st_mtime, UTC)
        schema = SCHEMAS[part.kind]
        tables = list(read_part(root, part, schema.names))
    except FileNotFoundError as e:
        raise StoreError(f"{e.filename}: this file is missing. Run `hq doctor`.") from None
    rows = pa.concat_tables(tables) if tables else schema.empty_table()
    return Piece(part.kind, part.day, plain_text(rows).combine_chunks(), stored)


def _sources(part: Part, stay: pa.Table) -> dict[str, int]:
    """How many of the rows that stay came from each source.

    Rows that name their raw file tell it. Static data does not: its counts are then upper bounds.
    """
    if "raw_sha256" not in stay.column_names:
        return {source: min(n, stay.num_rows) for source, n in part.sources.items()}
    seen = {v["values"]: v["counts"] for v in stay.column("raw_sha256").value_counts().to_pylist()}
    told = {source: seen.get(raw_of(source), 0) for source in part.sources}
    if sum(told.values()) == stay.num_rows:
        return {source: n for source, n in told.items() if n}
    return {source: min(n, stay.num_rows) for source, n in part.sources.items()}


def _remove(files: Iterable[Path]) -> int:
    gone, folders = 0, set()
    try:
        for file in files:
            try:
                file.unlink()
            except FileNotFoundError:
                continue
            gone += 1
            folders.add(file.parent)
        for folder in folders:
            sync_directory(folder)
    except OSError as e:
        raise store_error(e, Path(e.filename or ".")) from e
    return gone


def _us(t: datetime) -> int:
    return round(t.timestamp() * 1_000_000)
