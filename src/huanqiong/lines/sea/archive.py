"""The archive: whole days of positions in, all events out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from huanqiong.core.errors import InputError
from huanqiong.core.geography.geography import Geography
from huanqiong.core.profile import Profile
from huanqiong.lines.sea.event import Found
from huanqiong.lines.sea.fold import Kernels, Progress
from huanqiong.lines.sea.track.columns import NAT, Columns, columns_of, join_columns
from huanqiong.lines.sea.track.order import rising
from huanqiong.lines.sea.zone import Zone


class Archive:
    """Whole days in, events out.

    `ordered`: tables come in the order of time (rows within one may be in any order), so that no more than
    one is held; otherwise all rows wait for `finish`.
    """

    def __init__(
        self,
        profile: Profile,
        geography: Geography | None = None,
        zones: Iterable[Zone] = (),
        kinds: Iterable[str] | None = None,
        *,
        ordered: bool = False,
    ) -> None:
        self.kernels = Kernels(profile, geography, zones, kinds)
        self.kernels.reserve(1 << 16)
        self.ordered = ordered
        self.pending: list[Columns] = []
        self.found: list[Found] = []

    @property
    def undetermined(self) -> list[str]:
        """Kinds that could not be looked for."""
        return self.kernels.undetermined

    @property
    def counts(self) -> dict[str, int]:
        """Rows taken, left out by cause, and gaps paused for want of reception."""
        return {**self.kernels.tracker.counts, **self.kernels.counts}

    def feed(self, table: pa.Table | pa.RecordBatch) -> None:
        """Takes positions. InputError: an ordered archive was given a row older than what is done."""
        batches = table.to_batches() if isinstance(table, pa.Table) else [table]
        for batch in batches:
            if batch.num_rows:
                self._take(columns_of(batch, self.kernels.devices))

    def _take(self, rows: Columns) -> None:
        if not self.ordered:
            self.pending.append(rows)
            return
        if not rising(rows.t):
            rows = rows.take(np.argsort(rows.t, kind="stable"))
        dated = int(np.searchsorted(rows.t, NAT, side="right"))  # rows without a time sort first
        if dated < len(rows.t) and (oldest := int(rows.t[dated])) <= self.kernels.frontier:
            raise InputError(
                f"a position of {np.datetime64(oldest, 'us')} came after later ones were done",
                remedy="Feed tables in the order of time, or make the archive with ordered=False",
            )
        if self.pending:
            # Rows that share the last time seen must be settled together with what this table brings of it.
            head = int(np.searchsorted(rows.t, self.pending[0].t[-1], side="right"))
            first = join_columns([*self.pending, rows.take(slice(0, head))])
            self.found += self.kernels.advance(first, int(first.t[-1]))
            rows = rows.take(slice(head, None))
            if not len(rows.t):
                self.pending = []
                return
        cut = int(np.searchsorted(rows.t, rows.t[-1], side="left"))
        if cut:
            self.found += self.kernels.advance(rows.take(slice(0, cut)), int(rows.t[cut - 1]))
        # Copied, lest these few keep the memory of the whole table.
        self.pending = [Columns._make(c.copy() for c in rows.take(slice(cut, None)))]

    def finish(self, as_of: int | None = None, progress: Progress | None = None) -> pa.Table:
        """All events. `as_of` (us UTC): the end of the observed window; None: the last position's time."""
        rows = join_columns(self.pending)
        self.pending = []
        if len(rows.t):
            self.found += self.kernels.advance(rows, int(rows.t.max()), progress)
        last = self.kernels.tracker.last_t
        end = last if as_of is None else max(last, as_of)
        return self.kernels.table([*self.found, *self.kernels.finish(end)] if end != NAT else [])


def detect_archive(
    positions: pa.Table,
    profile: Profile,
    geography: Geography | None = None,
    zones: Iterable[Zone] = (),
    kinds: Iterable[str] | None = None,
    *,
    as_of: int | None = None,
    progress: Progress | None = None,
) -> pa.Table:
    """The events of a table of positions, rows in any order."""
    archive = Archive(profile, geography, zones, kinds)
    archive.feed(positions)
    return archive.finish(as_of, progress)
