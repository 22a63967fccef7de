"""The sea line's kinds as one fold: released positions in, final events out.

`Kernels` is the fold; `Archive` feeds it whole days, `Live` (live.py) feeds it what the watermark releases.
Both give the same final events for the same positions: the rules are in docs/detectors.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa

from huanqiong.core.errors import InputError, UsageError
from huanqiong.core.geography.geography import Geography
from huanqiong.core.profile import Profile
from huanqiong.core.schema import EVENTS
from huanqiong.lines.sea import assemble as asm
from huanqiong.lines.sea.encounter import Encounters
from huanqiong.lines.sea.event import in_order
from huanqiong.lines.sea.gap import Gaps
from huanqiong.lines.sea.loitering import Loitering
from huanqiong.lines.sea.mask import blank
from huanqiong.lines.sea.near_coast import NearCoast
from huanqiong.lines.sea.port_visit import PortVisits
from huanqiong.lines.sea.reception import Reception
from huanqiong.lines.sea.track.columns import NAT, Columns, Devices, columns_of, empty_columns, join_columns
from huanqiong.lines.sea.track.order import rising
from huanqiong.lines.sea.track.tracker import Tracker
from huanqiong.lines.sea.zone import Zone, ZoneVisits

KINDS = ("gap", "open_gap", "loitering", "encounter", "port_visit", "zone_visit", "fast_near_coast")
"""The kinds of this set."""
Progress = Callable[[str, int, int], None]
_CHUNK = 1_000_000
FAR_FUTURE = 1 << 62


class Kernels:
    """The fold over all ships. `undetermined` names wanted kinds whose input is missing."""

    def __init__(
        self,
        profile: Profile,
        geography: Geography | None = None,
        zones: Iterable[Zone] = (),
        kinds: Iterable[str] | None = None,
    ) -> None:
        wanted = set(KINDS if kinds is None else kinds)
        if unknown := wanted - set(KINDS):
            raise UsageError(f"no kind {', '.join(sorted(unknown))}: choose from {', '.join(KINDS)}")
        zones = list(zones)
        missing = {
            k for k in wanted if k == "zone_visit" and not zones or not profile.has(asm.SECTION.get(k, k))
        }
        if geography is None:
            missing |= {k for k in wanted if asm.needs_geography(k, profile)}
        self.undetermined = [k for k in KINDS if k in missing]
        self.kinds = [k for k in KINDS if k in wanted - missing]
        self.profile, self.geography, self.devices = profile, geography, Devices()
        self.tracker = Tracker(profile, self.devices)
        self.frontier = NAT
        """Every row up to this time has been folded in."""
        self.counts: dict[str, int] = {"gap_paused": 0}
        on, mask = set(self.kinds), blank()
        self.gaps = Gaps(profile) if on & {"gap", "open_gap"} else None
        asks = "open_gap" in on or ("gap" in on and bool(profile.value("gap", "needs_reception")))
        self.reception = Reception(profile) if asks else None
        self.loitering = Loitering(profile) if "loitering" in on else None
        self.zones = ZoneVisits(profile, zones, mask) if "zone_visit" in on else None
        self.ports: PortVisits | None = None
        self.coast: NearCoast | None = None
        anchorages = geography.anchorages if geography is not None else asm.NO_POINTS
        self.encounters = Encounters(profile, anchorages) if "encounter" in on else None
        if geography is not None:
            self.ports = PortVisits(profile, anchorages, mask) if "port_visit" in on else None
            if "fast_near_coast" in on:
                self.coast = NearCoast(profile, geography.coast, anchorages, mask)

    def advance(self, rows: Columns, watermark: int, progress: Progress | None = None) -> pa.Table:
        """Folds rows newer than the frontier and not newer than the watermark; the events now final."""
        if not rising(rows.t):
            rows = rows.take(np.argsort(rows.t, kind="stable"))
        tables, done, n = [], 0, len(rows.t)
        while n - done > _CHUNK:
            # Rows of one time stay together.
            cut = int(np.searchsorted(rows.t, rows.t[done + _CHUNK - 1], side="right"))
            if cut == n:
                break
            part = rows.take(slice(done, cut))
            tables += self._fold(part, int(part.t[-1]))
            done = cut
            if progress is not None:
                progress("detect", done, n)
        tables += self._fold(rows.take(slice(done, None)) if done else rows, watermark)
        self.frontier = max(self.frontier, watermark)
        return in_order(tables)

    def _fold(self, rows: Columns, watermark: int) -> list[pa.Table]:
        batch = self.tracker.advance(rows, watermark)
        track, n = batch.track, self.tracker.n
        known = self.tracker.known[:n]
        out: list[pa.Table] = []
        if self.reception is not None:
            self.reception.add(batch.signs)
        if self.gaps is not None:
            ended = self.gaps.advance(track, n)
            if "gap" in self.kinds:
                out.append(asm.gap_events(self, "gap", ended))
        if self.loitering is not None:
            groups = self.loitering.advance(track, batch.closed, len(self.tracker.pool_i))
            out.append(asm.loitering_events(self, groups))
        if self.ports is not None:
            out.append(asm.port_events(self, self.ports.advance(track, n), False))
        if self.zones is not None:
            out.append(asm.zone_events(self, self.zones.advance(track, n), False))
        if self.coast is not None:
            out.append(asm.dash_events(self, self.coast.advance(track, n)))
        if self.encounters is not None:
            met = self.encounters.advance(batch.samples, known, n, watermark)
            out.append(asm.encounter_events(self, met))
        self.tracker.release(batch.closed)
        return out

    def finish(self, as_of: int) -> pa.Table:
        """Ends the window at `as_of`: what is still open becomes an event as it stands."""
        out = self._fold(empty_columns(), FAR_FUTURE)
        n = self.tracker.n
        known = self.tracker.known[:n]
        if self.gaps is not None and "open_gap" in self.kinds:
            out.append(asm.gap_events(self, "open_gap", self.gaps.open(min(n, len(self.gaps.whole)), as_of)))
        if self.loitering is not None:
            out.append(asm.loitering_events(self, self.loitering.finish()))
        if self.ports is not None:
            out.append(asm.port_events(self, self.ports.open(as_of), True))
        if self.zones is not None:
            out.append(asm.zone_events(self, self.zones.open(as_of), True))
        if self.coast is not None:
            out.append(asm.dash_events(self, self.coast.finish(n)))
        if self.encounters is not None:
            out.append(asm.encounter_events(self, self.encounters.finish(known, n)))
        return in_order(out)


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
        self.ordered = ordered
        self.pending: list[Columns] = []
        self.found: list[pa.Table] = []

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
            self.found.append(self.kernels.advance(first, int(first.t[-1])))
            rows = rows.take(slice(head, None))
            if not len(rows.t):
                self.pending = []
                return
        cut = int(np.searchsorted(rows.t, rows.t[-1], side="left"))
        if cut:
            self.found.append(self.kernels.advance(rows.take(slice(0, cut)), int(rows.t[cut - 1])))
        self.pending = [rows.take(slice(cut, None))]

    def finish(self, as_of: int | None = None, progress: Progress | None = None) -> pa.Table:
        """All events. `as_of` (us UTC): the end of the observed window; None: the last position's time."""
        rows = join_columns(self.pending)
        self.pending = []
        if len(rows.t):
            self.found.append(self.kernels.advance(rows, int(rows.t.max()), progress))
        last = self.kernels.tracker.last_t
        end = last if as_of is None else max(last, as_of)
        return in_order([*self.found, self.kernels.finish(end)]) if end != NAT else EVENTS.empty_table()


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
