"""The sea line's kinds as one fold: released positions in, final events out.

Invariant: rows are given in the order of time and no row twice; the events over all calls are then the
same however the rows were cut. The rules are in docs/detectors.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huanqiong.core.errors import UsageError
from huanqiong.core.geography.geography import Geography
from huanqiong.core.profile import Profile
from huanqiong.lines.sea import assemble as asm
from huanqiong.lines.sea.encounter import Encounters
from huanqiong.lines.sea.event import Found, table_of
from huanqiong.lines.sea.gap import Gaps
from huanqiong.lines.sea.loitering import Loitering
from huanqiong.lines.sea.mask import NearMap
from huanqiong.lines.sea.near_coast import NearCoast
from huanqiong.lines.sea.port_visit import PortVisits
from huanqiong.lines.sea.reception import Reception
from huanqiong.lines.sea.track.columns import NAT, Columns, Devices, empty_columns
from huanqiong.lines.sea.track.order import rising
from huanqiong.lines.sea.track.room import zeros
from huanqiong.lines.sea.track.tracker import FIRST_ROOM, Tracker
from huanqiong.lines.sea.zone import Zone, ZoneVisits

KINDS = ("gap", "open_gap", "loitering", "encounter", "port_visit", "zone_visit", "fast_near_coast")
"""The kinds of this set."""
Progress = Callable[[str, int, int], None]
_CHUNK = 1_000_000
"""Rows folded at once: what lies between two folds then stays near the processor."""
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
        on = set(self.kinds)
        self.gaps = Gaps(profile) if on & {"gap", "open_gap"} else None
        asks = "open_gap" in on or ("gap" in on and bool(profile.value("gap", "needs_reception")))
        self.reception = Reception(profile) if asks else None
        self.loitering = Loitering(profile) if "loitering" in on else None
        self.zones = ZoneVisits(profile, zones) if "zone_visit" in on else None
        self.ports: PortVisits | None = None
        self.coast: NearCoast | None = None
        anchorages = geography.anchorages if geography is not None else asm.NO_POINTS
        self.encounters = Encounters(profile, anchorages) if "encounter" in on else None
        if geography is not None:
            self.ports = PortVisits(profile, anchorages) if "port_visit" in on else None
            if "fast_near_coast" in on:
                self.coast = NearCoast(profile, geography.coast, anchorages)
        self.near = NearMap(
            anchorages if self.ports is not None else None,
            self.ports.exit_m if self.ports is not None else 0.0,
            geography.coast if geography is not None and self.coast is not None else None,
            self.coast.max_m if self.coast is not None else 0.0,
            [z.shape.bounds for z in zones] if self.zones is not None else (),
        )

    def reserve(self, ships: int) -> None:
        """Makes room for so many ships at once, before the first row; untouched room costs no memory."""
        self.tracker.reserve(ships)
        for part in (self.tracker, self.gaps, self.loitering, self.ports, self.zones, self.coast):
            for name, value in vars(part).items() if part is not None else ():
                if isinstance(value, np.ndarray) and value.shape[0] == FIRST_ROOM:
                    setattr(part, name, zeros((ships, *value.shape[1:]), value.dtype))

    def table(self, found: list[Found]) -> pa.Table:
        """What was found as rows of the events table, in order."""
        return table_of(found, self.profile, self.devices)

    def advance(self, rows: Columns, watermark: int, progress: Progress | None = None) -> list[Found]:
        """Folds rows newer than the frontier and not newer than the watermark; the events now final."""
        if not rising(rows.t):
            rows = rows.take(np.argsort(rows.t, kind="stable"))
        done, n = 0, len(rows.t)
        found: list[Found] = []
        while n - done > _CHUNK:
            # Rows of one time stay together.
            cut = int(np.searchsorted(rows.t, rows.t[done + _CHUNK - 1], side="right"))
            if cut == n:
                break
            part = rows.take(slice(done, cut))
            found += self._fold(part, int(part.t[-1]))
            done = cut
            if progress is not None:
                progress("detect", done, n)
        found += self._fold(rows.take(slice(done, None)) if done else rows, watermark)
        self.frontier = max(self.frontier, watermark)
        return found

    def _fold(self, rows: Columns, watermark: int) -> list[Found]:
        batch = self.tracker.advance(rows, watermark)
        track, n = batch.track, self.tracker.n
        known = self.tracker.known[:n]
        near = self.near.look(track.start, track.lat, track.lon)
        out: list[Found] = []
        if self.reception is not None:
            self.reception.add(batch.signs)
        if self.gaps is not None:
            ended = self.gaps.advance(track, n)
            if "gap" in self.kinds:
                self._judge(out, asm.gap_events, ended, "gap")
        if self.loitering is not None:
            groups = self.loitering.advance(track, batch.closed, len(self.tracker.pool_i))
            self._judge(out, asm.loitering_events, groups)
        if self.ports is not None:
            self._judge(out, asm.port_events, self.ports.advance(track, near, n), False)
        if self.zones is not None:
            self._judge(out, asm.zone_events, self.zones.advance(track, near, n), False)
        if self.coast is not None:
            self._judge(out, asm.dash_events, self.coast.advance(track, near, n))
        if self.encounters is not None:
            met = self.encounters.advance(batch.samples, known, n, watermark)
            self._judge(out, asm.encounter_events, met)
        self.tracker.release(batch.closed)
        return out

    def finish(self, as_of: int) -> list[Found]:
        """Ends the window at `as_of`: what is still open becomes an event as it stands."""
        out = self._fold(empty_columns(), FAR_FUTURE)
        n = self.tracker.n
        known = self.tracker.known[:n]
        if self.gaps is not None and "open_gap" in self.kinds:
            silent = self.gaps.open(min(n, len(self.gaps.whole)), as_of)
            self._judge(out, asm.gap_events, silent, "open_gap")
        if self.loitering is not None:
            self._judge(out, asm.loitering_events, self.loitering.finish())
        if self.ports is not None:
            self._judge(out, asm.port_events, self.ports.open(as_of), True)
        if self.zones is not None:
            self._judge(out, asm.zone_events, self.zones.open(as_of), True)
        if self.coast is not None:
            self._judge(out, asm.dash_events, self.coast.finish(n))
        if self.encounters is not None:
            self._judge(out, asm.encounter_events, self.encounters.finish(known, n))
        return out

    def _judge(
        self, out: list[Found], judge: Callable[..., Found], findings: tuple[NDArray[Any], ...], *more: Any
    ) -> None:
        """What a kind's conditions leave of its findings, if there are any."""
        if len(findings[0]):
            out.append(judge(self, findings, *more))
