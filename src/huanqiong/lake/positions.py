"""The lake: positions, static data and other reports by UTC day. Appends are idempotent and crash-safe.

    lake/manifest.json                       what is there; the only truth
    lake/positions/day=2013-11-12/*.parquet  sorted by time, then MMSI
    lake/static/..., lake/other/...          likewise
    lake/lock                                held by the one writer

A row is stored once: one equal in every column, its raw file and offset included, is a repeat. Two reports
that differ in anything are two rows. Reading gives the same table whatever the order, cut or repetition of
the appends was.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from huanqiong.core.errors import StoreError
from huanqiong.core.schema import T
from huanqiong.lake import check
from huanqiong.lake import manifest as manifests
from huanqiong.lake.durable import only_writer
from huanqiong.lake.manifest import UNTIMED, Kind, Manifest, Part
from huanqiong.lake.parts import SCHEMAS, day_of, look_up, write_part
from huanqiong.lake.reading import merged_rows, read_days
from huanqiong.lake.rows import LOWEST, digest, fingerprints, in_order, numeric, settled, unseen, whole

SMALL_ROWS = 250_000
MANY_SMALL = 24
"""A day with more parts than this below `SMALL_ROWS` has them merged at the next append."""
GATHER_ROWS = 1_000_000
"""What a writer appends at a time: about 0.5 GB while it does."""
WORTH_MERGING = 0.1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did. `days` are the UTC days that got rows; `untimed` rows carry no time."""

    rows_in: int
    rows_new: int
    rows_duplicate: int
    days: tuple[date, ...]
    untimed: int = 0


@dataclass(slots=True)
class Writer:
    """Gathers small tables and appends them in large ones. See `Lake.writer`."""

    lake: Lake
    source_id: str
    kind: Kind
    rows: int
    held: list[pa.Table] = field(default_factory=list)
    done: list[Appended] = field(default_factory=list)

    def add(self, table: pa.Table) -> None:
        """Takes a table; appends when enough rows are held."""
        self.held.append(table)
        if sum(t.num_rows for t in self.held) >= self.rows:
            self.flush()

    def flush(self) -> None:
        """Appends what is held."""
        if self.held:
            table, self.held = pa.concat_tables(self.held), []
            self.done.append(self.lake.append(table, source_id=self.source_id, kind=self.kind))

    @property
    def appended(self) -> Appended:
        """The sum of all appends so far."""
        days = sorted({d for a in self.done for d in a.days})
        rows_in, rows_new = sum(a.rows_in for a in self.done), sum(a.rows_new for a in self.done)
        untimed = sum(a.untimed for a in self.done)
        return Appended(rows_in, rows_new, rows_in - rows_new, tuple(days), untimed)


class Lake:
    """One lake directory; made when first written to. Any number of readers, one writer at a time.

    `wait_s`: how long a writer waits for another before it gives up with StoreError.
    """

    def __init__(self, path: Path | str, *, wait_s: float = 30.0) -> None:
        self.path = Path(path)
        self.wait_s = wait_s
        self._cached: tuple[object, Manifest] = (None, Manifest())
        self._memo = threading.Lock()

    @property
    def manifest_path(self) -> Path:
        """Where the manifest lies."""
        return self.path / "manifest.json"

    def manifest(self) -> Manifest:
        """The newest committed state. StoreError: damaged, or lost while there are files."""
        try:
            stat = self.manifest_path.stat()
        except FileNotFoundError:
            if any(self.path.glob("*/day=*/*.parquet")):
                raise StoreError(
                    f"{self.manifest_path} is missing. `hq doctor --repair` builds it again from the files."
                ) from None
            return Manifest()
        mark = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        with self._memo:
            if self._cached[0] != mark:
                self._cached = (mark, manifests.load(self.manifest_path))
            return self._cached[1]

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """The lock, with the state that holds under it."""
        with only_writer(self.path / "lock", self.wait_s):
            state = self.manifest()
            if not self.manifest_path.exists():
                self.commit(state)
            yield state

    def commit(self, manifest: Manifest) -> None:
        """Makes a state the newest; only while `writing`."""
        manifests.save(self.manifest_path, manifest)

    # Writing

    def append(self, table: pa.Table, *, source_id: str, kind: Kind = "positions") -> Appended:
        """Stores the rows not stored yet. `source_id` names where they came from, e.g. `file:SHA256`.

        Errors: StoreError when another writer holds the lake or the disk is full; then nothing changed.
        """
        rows = in_order(settled(table, SCHEMAS[kind]))
        if rows.num_rows == 0:
            return Appended(0, 0, 0, ())
        mark = digest(rows)
        with self.writing() as state:
            if any(mark in p.digests and source_id in p.sources for p in state.of(kind)):
                untimed = int((whole(rows, "t") == LOWEST).sum())
                return Appended(rows.num_rows, 0, rows.num_rows, (), untimed)
            added, crowded = self._write_days(state, rows, source_id, kind, mark)
            if added:
                self.commit(state.changed(added))
            for day in crowded:
                self._merge(kind, day, small_only=True)
        new = sum(p.rows for p in added)
        days = tuple(date.fromisoformat(p.day) for p in added if p.day != UNTIMED)
        untimed = int((whole(rows, "t") == LOWEST).sum())
        return Appended(rows.num_rows, new, rows.num_rows - new, days, untimed)

    def append_static(self, table: pa.Table, *, source_id: str) -> Appended:
        """As `append`, for static data."""
        return self.append(table, source_id=source_id, kind="static")

    def append_other(self, table: pa.Table, *, source_id: str) -> Appended:
        """As `append`, for base stations, aids to navigation and safety texts."""
        return self.append(table, source_id=source_id, kind="other")

    @contextmanager
    def writer(
        self, source_id: str, *, kind: Kind = "positions", rows: int = GATHER_ROWS
    ) -> Iterator[Writer]:
        """For many small tables of one source: appends about `rows` at a time, the rest at the end.

        Days that got a tenth of their rows or more, in several parts, are then merged.
        """
        writer = Writer(self, source_id, kind, rows)
        yield writer
        writer.flush()
        for day in writer.appended.days:
            parts = self.manifest().of(kind, str(day))
            new = sum(p.sources.get(source_id, 0) for p in parts)
            if len(parts) > 1 and new >= WORTH_MERGING * sum(p.rows for p in parts):
                self.compact(day, kind=kind)

    def _write_days(
        self, state: Manifest, rows: pa.Table, source_id: str, kind: Kind, mark: str
    ) -> tuple[list[Part], list[str]]:
        t = whole(rows, "t")
        names = numeric(SCHEMAS[kind])
        added: list[Part] = []
        crowded: list[str] = []
        at, seq = 0, state.next_seq
        while at < len(t):
            day = day_of(int(t[at]))
            end = int(np.searchsorted(t, _end_of(int(t[at]))))
            piece = rows.slice(at, end - at)
            prints = fingerprints(piece, names)
            t0, t1 = (None, None) if day == UNTIMED else (int(t[at]), int(t[end - 1]))
            there = state.of(kind, day)
            near = [p for p in there if day == UNTIMED or p.meets(t0, None if t1 is None else t1 + 1)]
            stored = (hit for p in near for hit in look_up(self.path, p, prints, t0, t1))
            keep = unseen(piece, prints, stored)
            if keep.any():
                fresh = piece if keep.all() else piece.filter(pa.array(keep))
                sources = {source_id: fresh.num_rows}
                added.append(write_part(self.path, kind, day, seq, fresh, sources, (mark,)))
                seq += 1
                if sum(p.rows < SMALL_ROWS for p in there) >= MANY_SMALL:
                    crowded.append(day)
            at = end
        return added, crowded

    def compact(self, day: date | str, *, kind: Kind = "positions") -> int:
        """Merges a day's parts into one in time order; returns how many parts there were."""
        with self.writing():
            return self._merge(kind, str(day), small_only=False)

    def _merge(self, kind: Kind, day: str, *, small_only: bool) -> int:
        state = self.manifest()
        parts = [p for p in state.of(kind, day) if not small_only or p.rows < SMALL_ROWS]
        if len(parts) < 2:
            return len(parts)
        rows = merged_rows(self.path, parts)
        sources: dict[str, int] = {}
        for part in parts:
            for source, n in part.sources.items():
                sources[source] = sources.get(source, 0) + n
        old = tuple(p.name for p in parts)
        seq = state.next_seq
        digests = tuple(d for p in parts for d in p.digests)[-64:]
        merged = write_part(self.path, kind, day, seq, rows, sources, digests, replaces=old)
        self.commit(state.changed([merged], old))
        for name in old:
            (self.path / name).unlink(missing_ok=True)
        return len(parts)

    # Reading

    def days(self, kind: Kind = "positions") -> list[date]:
        """UTC days with rows, ascending."""
        return sorted({date.fromisoformat(p.day) for p in self.manifest().of(kind) if p.day != UNTIMED})

    def span(self, kind: Kind = "positions") -> tuple[datetime, datetime] | None:
        """First and last time stored; None when empty."""
        parts = [p for p in self.manifest().of(kind) if p.t0 is not None and p.t1 is not None]
        if not parts:
            return None
        ends = min(p.t0 or 0 for p in parts), max(p.t1 or 0 for p in parts)
        return _EPOCH + timedelta(microseconds=ends[0]), _EPOCH + timedelta(microseconds=ends[1])

    def rows(self, kind: Kind = "positions", day: date | None = None) -> int:
        """How many rows are stored, of all days or of one; from the manifest alone."""
        return sum(p.rows for p in self.manifest().of(kind, None if day is None else str(day)))

    def sources(self, kind: Kind = "positions") -> dict[str, int]:
        """Rows by source id."""
        out: dict[str, int] = {}
        for part in self.manifest().of(kind):
            for source, n in part.sources.items():
                out[source] = out.get(source, 0) + n
        return out

    def version(self, day: date, kind: Kind = "positions") -> tuple[str, ...]:
        """Changes whenever the day's rows do."""
        return tuple(p.sha256 for p in self.manifest().of(kind, str(day)))

    def read(
        self,
        t0: datetime | None = None,
        t1: datetime | None = None,
        *,
        columns: Sequence[str] | None = None,
        devices: Iterable[str] | None = None,
        order: Literal["t", "device"] = "t",
    ) -> pa.Table:
        """Positions with t0 <= t < t1 (aware), sorted by time; `order="device"`: by device, then time.

        `columns`: those of the schema, None = all. `devices`: only those. Rows without a time stay out.
        """
        who = None if devices is None else pa.array(sorted(set(devices)), pa.string())
        return self._read("positions", t0, t1, columns, who, by_device=order == "device")

    def read_day(self, day: date, *, columns: Sequence[str] | None = None) -> pa.Table:
        """One UTC day's positions, sorted by time."""
        t0 = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.read(t0, t0 + timedelta(days=1), columns=columns)

    def read_static(
        self, t0: datetime | None = None, t1: datetime | None = None, *, mmsis: Iterable[int] | None = None
    ) -> pa.Table:
        """Static rows, sorted by time; those without a time come first when no `t0` is given."""
        return self._read("static", t0, t1, None, _mmsis(mmsis), untimed=t0 is None)

    def read_other(
        self, t0: datetime | None = None, t1: datetime | None = None, *, mmsis: Iterable[int] | None = None
    ) -> pa.Table:
        """Other reports, sorted by time; those without a time come first when no `t0` is given."""
        return self._read("other", t0, t1, None, _mmsis(mmsis), untimed=t0 is None)

    def read_untimed(self) -> pa.Table:
        """Positions that carry no time: kept as evidence, in no track."""
        return self._read("positions", None, None, None, None, only_untimed=True)

    def verify(self, progress: check.Progress | None = None) -> list[check.Finding]:
        """What is damaged, missing or left over from a crash; empty when all is well. Reads every byte."""
        return check.verify(self, progress)

    def repair(self) -> list[check.Finding]:
        """Sweeps leftovers, sets damaged parts apart, rebuilds a lost manifest; returns what it met."""
        return check.repair(self)

    def _read(
        self,
        kind: Kind,
        t0: datetime | None,
        t1: datetime | None,
        columns: Sequence[str] | None,
        who: pa.Array | None,
        *,
        untimed: bool = False,
        only_untimed: bool = False,
        by_device: bool = False,
    ) -> pa.Table:
        low, high = _us(t0), _us(t1)
        extra = [c for c in ("device", "t") if by_device and columns is not None and c not in columns]
        names = None if columns is None else [*columns, *extra]
        for attempt in range(4):
            state = self.manifest()
            days = sorted({p.day for p in state.of(kind) if p.day != UNTIMED and p.meets(low, high)})
            if untimed or only_untimed:
                days = [UNTIMED] if only_untimed else [UNTIMED, *days]
            try:
                table = read_days(self.path, state, kind, days, low, high, names, who)
                break
            except FileNotFoundError as e:  # a merge took the part away between the manifest and here
                if attempt == 3 or self.manifest().generation == state.generation:
                    raise StoreError(f"{e.filename}: this file is missing. Run `hq doctor`.") from None
        if by_device:
            table = table.sort_by([("device", "ascending"), ("t", "ascending")])
        return table.select(list(columns)) if columns is not None else table


def _us(t: datetime | None) -> int | None:
    if t is None:
        return None
    if t.tzinfo is None:
        raise ValueError("a lake is read by aware times")
    return int(pa.scalar(t, T).value)


def _end_of(t: int) -> int:
    if t == LOWEST:
        return LOWEST + 1
    day = np.datetime64(t, "us").astype("datetime64[D]") + 1
    return int(day.astype("datetime64[us]").astype(np.int64))


def _mmsis(mmsis: Iterable[int] | None) -> pa.Array | None:
    return None if mmsis is None else pa.array(sorted(set(mmsis)), pa.int64())
