"""The detectors on a live feed: provisional alerts within seconds, final ones after the lateness.

State is written beside the store and taken up again, with what the lake got since: a restart is no break.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Final

import pyarrow as pa

from huanqiong import __version__
from huanqiong.core.errors import StoreError
from huanqiong.core.geography import told
from huanqiong.core.profile import load_profile
from huanqiong.desk.registry.reads import zones_for_detection
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.found import found
from huanqiong.desk.watch.models import Verdict
from huanqiong.flows.sea_geography import geography_of
from huanqiong.flows.sea_grounds import keep_grounds
from huanqiong.lake.durable import write_file
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea.kernels import Live, Zone
from huanqiong.lines.sea.live_state import pack, plain_zones, unpack

LATENESS: Final = timedelta(seconds=600)
"""Rows this late still count in live events. Source: DESIGN section 5; a setting of the deployment."""
RECENT: Final = timedelta(hours=12)
"""Without a saved state, so much of the lake is looked at first."""
STALE: Final = timedelta(days=1)
"""A saved state further than this from the feed's time belongs to another feed."""
OWED_MOST: Final = 20_000
"""Final events kept while the records cannot be written; more would be a fault of its own."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


class LiveDetect:
    """One feed's detectors and what they have shown. Not for several threads at once."""

    def __init__(self, store: Store, lake: Lake) -> None:
        self._lake, self._file = lake, store.path / "live" / "detectors.state"
        self._profile = load_profile("hainan")
        self._geography = geography_of(store)
        try:
            keep_grounds(store, self._profile, self._geography)
        except StoreError:  # a full disk must not keep the desk from starting
            log.exception("store %s: its rules and geography could not be kept", store.name)
        if aside := told(self._geography.set_aside):
            log.warning("store %s: %s", store.name, aside)
        self._zones: list[Zone] = []
        self._owed: list[dict[str, Any]] = []
        self.live: Live | None = None
        self.shown: dict[str, int] = {}
        """Provisional events that stand: key to severity."""

    def take(self, rows: pa.Table, now: datetime, limit: datetime) -> None:
        """Gives positions at the feed's time `now`; those later than `limit` are set aside."""
        if self.live is None:
            self._begin(now)
        assert self.live is not None  # noqa: S101
        try:
            provisional, ended = self.live.feed(
                rows, arrival=limit - timedelta(seconds=60), watermark=now - LATENESS
            )
        except BaseException:
            self.live = None  # a fold that failed midway is no state
            raise
        self._owe(ended)
        self._raise(provisional)

    def end(self) -> None:
        """Another feed begins: what this one's events came to is final."""
        if self.live is None:
            return
        live, self.live = self.live, None
        newest = max(live.watermark, int(live.pending.t.max()) if live.waiting else live.watermark)
        if newest > 0:
            self._owe(live.finish(newest))
        self._raise(None)
        self._file.unlink(missing_ok=True)

    def look_at_zones(self) -> bool:
        """Takes zones drawn, changed or archived since; True when there are any.

        A visit to a new zone begins no earlier than where the detectors stand, about ten minutes behind the
        feed: what was before is for the archive run.
        """
        if self.live is None:
            return False
        zones = zones_for_detection()
        if plain_zones(zones) == plain_zones(self._zones):
            return False
        self.live = self._with_zones(self.live, self._zones, zones)
        self._zones = zones
        return True

    def keep(self) -> None:
        """Writes the state, to be taken up by the next process."""
        if self.live is None:
            return
        content = pack(self.live, self._zones, self._made_by())

        def write(out: IO[bytes]) -> None:
            out.write(content)

        write_file(self._file, write)

    def _begin(self, now: datetime) -> None:
        """Takes up the saved state where it is this feed's, and the lake's rows since; else begins anew."""
        zones = zones_for_detection()
        self.shown = dict(
            Verdict.everything.filter(
                provisional=True, withdrawn_at=None, replaced_by=None, profile=self._profile.name
            ).values_list("key", "severity")
        )
        live = self._saved()
        if live is not None and abs(_time(live.watermark) - now) > STALE:
            self.live = live
            self.end()
            live = None
        since = _time(live.watermark) if live is not None else now - RECENT
        if live is None:
            live, self._zones = self._new(zones), zones
        self.live = live
        self.look_at_zones()
        if since < now:
            rows = self._lake.read(since, now + timedelta(seconds=1))
            if rows.num_rows:
                # Nothing is released yet: what the feed brings now belongs among these rows.
                self.live.feed(rows, arrival=now, watermark=self.live.watermark, provisional=False)

    def _saved(self) -> Live | None:
        try:
            found = unpack(self._file.read_bytes(), self._new, self._made_by())
        except FileNotFoundError:
            return None
        except Exception:
            log.exception("live feed: %s cannot be taken up; looking at the lake instead", self._file)
            return None
        if found is None:
            return None
        live, self._zones = found
        return live

    def _new(self, zones: list[Zone]) -> Live:
        return Live(self._profile, self._geography, zones=zones, lateness_s=LATENESS.total_seconds())

    def _with_zones(self, old: Live, had: list[Zone], zones: list[Zone]) -> Live:
        """The same detectors over other zones; visits to those that stay the same go on."""
        new = self._new(zones)
        new.pending, new.watermark, new.late, new.future = old.pending, old.watermark, old.late, old.future
        a, b = old.kernels, new.kernels
        b.devices, b.tracker, b.frontier, b.counts = a.devices, a.tracker, a.frontier, a.counts
        b.gaps, b.reception, b.loitering = a.gaps, a.reception, a.loitering
        b.ports, b.coast, b.encounters = a.ports, a.coast, a.encounters
        if a.zones is None or b.zones is None:
            return new
        to = {z[0]: i for i, z in enumerate(plain_zones(zones)) if z in plain_zones(had)}
        place = {i: to[z.id] for i, z in enumerate(had) if z.id in to}
        b.zones.begun = {(s, place[z]): v for (s, z), v in a.zones.begun.items() if z in place}
        b.zones.last_t, b.zones.ordinal = a.zones.last_t, a.zones.ordinal
        bits = b.zones.bits
        b.zones.bits = bits = type(bits)((len(a.zones.bits), bits.shape[1]), dtype=bits.dtype)
        bits[:] = 0
        for s, z in b.zones.begun:
            bits[s, z >> 6] |= bits.dtype.type(1 << (z & 63))
        return new

    def _owe(self, ended: pa.Table) -> None:
        """Notes final events; `_raise` raises them, again where the records could not be written."""
        self._owed = [*self._owed, *ended.to_pylist()][-OWED_MOST:]

    def _raise(self, provisional: pa.Table | None) -> None:
        """Raises what is final, new or graver; withdraws provisional verdicts that no longer hold.

        None: none of the provisional ones goes on.
        """
        policy = {
            "by": SYSTEM,
            "policy": f"{self._profile.name} {self._profile.version}",
            "geography": self._geography.fingerprint,
        }
        if self._owed:
            watch.raise_alerts(self._owed, provisional=False, **policy)
            for event in self._owed:
                self.shown.pop(found(event).key, None)
            self._owed = []
        keys = {found(e).key: e for e in (provisional.to_pylist() if provisional is not None else ())}
        gone = [k for k in self.shown if k not in keys]
        if gone:
            watch.withdraw_verdicts(gone, by=SYSTEM, reason="no longer holds with what came since")
            for k in gone:
                del self.shown[k]
        fresh = [e for k, e in keys.items() if self.shown.get(k, 0) < e["severity"]]
        if fresh:
            watch.raise_alerts(fresh, provisional=True, **policy)
        self.shown.update({k: e["severity"] for k, e in keys.items()})

    def _made_by(self) -> list[str]:
        p = self._profile
        return [__version__, p.name, str(p.version), self._geography.fingerprint, str(LATENESS)]


def _time(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=max(us, 0))
