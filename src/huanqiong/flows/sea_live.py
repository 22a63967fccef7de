"""From a line of sentences to a moving map and a provisional alert.

Bytes are made durable first; then decoded, shown, looked at by the detectors; then, when their part is
sealed, stored in the lake under the part's SHA-256. A process that is killed takes up its parts again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.errors import HuanqiongError
from huanqiong.core.geography import load_geography
from huanqiong.core.profile import load_profile
from huanqiong.core.schema import POSITIONS, T
from huanqiong.core.units import US
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.reads import zones_for_detection
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.found import found
from huanqiong.feed.files import kind_of
from huanqiong.feed.net.listen import Listener
from huanqiong.feed.net.pieces import Batch
from huanqiong.feed.net.pieces import Piece as Arrived
from huanqiong.feed.net.streams import Streams
from huanqiong.flows.feed_clock import FeedClock
from huanqiong.flows.sea_now import Now
from huanqiong.lake.incoming import Part, Piece, forget, leftovers
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea.distress import signals
from huanqiong.lines.sea.kernels import Live
from huanqiong.lines.sea.message import Decoded, Decoder

LATENESS_S: Final = 600
"""Rows this late still count in live events. Source: DESIGN section 5; a setting of the deployment."""
SEAL_S: Final = 30.0
"""A part is sealed after so long, or at `SEAL_BYTES`: how late the lake is."""
SEAL_BYTES: Final = 8 << 20
FUTURE: Final = timedelta(seconds=60)
"""A report stamped this long after its arrival is kept but not believed. Source: DESIGN section 3."""
LOOK_S: Final = 1.0
"""How often the detectors look at what has come."""

log = logging.getLogger(__name__)


class Stream:
    """One sender: its decoder, made when its first bytes show what it speaks, and how many it has had."""

    def __init__(self) -> None:
        self.decoder: Decoder | None = None
        self.fed = 0

    def feed(self, data: bytes, arrived: datetime) -> Decoded:
        """Decodes what the bytes complete."""
        if self.decoder is None:
            self.decoder = Decoder(format="n2k" if kind_of(data) == "n2k" else "nmea0183")
        self.fed += len(data)
        return self.decoder.feed(data, arrived=arrived)


@dataclass
class OpenPart:
    """A source's part with the rows decoded from it so far."""

    part: Part
    opened: datetime
    positions: list[pa.Table] = field(default_factory=list)
    other: list[pa.Table] = field(default_factory=list)
    static: list[pa.Table] = field(default_factory=list)


class LiveDesk:
    """Listens, keeps, decodes, shows and detects, in one thread of its own."""

    def __init__(self, store: Store, addresses: list[str]) -> None:
        self.store, self.lake, self.objects = store, Lake(store.lake), Objects(store.objects)
        self.now, self.clock = Now(), FeedClock()
        self._incoming = store.path / "incoming"
        self._listener = Listener(addresses)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._streams = Streams(Stream)
        self._parts: dict[str, OpenPart] = {}
        self._waiting: list[pa.Table] = []
        self._shown: dict[str, int] = {}
        self._looked: datetime | None = None
        self._profile = load_profile("hainan")
        self._geography = load_geography(store.theatre)
        self._live: Live | None = None
        self.watchers: list[Callable[[], None]] = []
        """Called from the feed's thread when vessels moved."""

    def start(self) -> LiveDesk:
        """Takes up what a killed process left, then listens."""
        self._recover()
        self._listener.start()
        self._thread = threading.Thread(target=self._run, name="sea live", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Seals what is open and ends; nothing that arrived is lost."""
        self._stop.set()
        self._listener.close()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def health(self) -> list[dict[str, Any]]:
        """Each source: name, state (ok, late, lost, never), last_t, age_s, late_s, counters."""
        out = []
        for h in self._listener.health():
            out.append(
                {
                    "name": h.name,
                    "state": h.state,
                    "last_t": h.last_t.isoformat() if h.last_t else None,
                    "age_s": h.age_s,
                    "late_s": self._listener.limits.late_s,
                    "sentences": h.sentences,
                    "broken": h.broken,
                    "dropped": sum(h.dropped.values()),
                }
            )
        return out

    def _run(self) -> None:
        while not self._stop.is_set():
            batch = self._listener.take(0.25)
            try:
                if batch is not None:
                    self._take(batch)
                self._seal_due()
                self._look()
            except (HuanqiongError, OSError) as error:
                # Disk full, lake held: say so and go on. A batch not kept is given again.
                log.error("live feed: %s", error)
                self._listener.again()
                self._stop.wait(2)
        while (batch := self._listener.take(0)) is not None:
            self._take(batch)
        self._look(final=True)
        for source in list(self._parts):
            self._seal(source)

    def _take(self, batch: Batch) -> None:
        decoded: list[Decoded] = []
        offsets = [self._keep(piece) for piece in batch.pieces]
        for opened in self._parts.values():
            opened.part.sync()
        self._listener.acknowledge(batch.number)
        for piece, offset in zip(batch.pieces, offsets, strict=True):
            opened = self._parts[piece.source]
            stream = self._streams.of(piece)
            shift = offset - stream.fed
            got = stream.feed(piece.data, piece.arrived)
            opened.positions.append(_shifted(got.positions, shift))
            opened.other.append(_shifted(got.other, shift))
            opened.static.append(got.static)
            decoded.append(got)
            last = _last_time(got.positions)
            self._listener.report(piece.source, broken=len(got.rejects), last_t=last)
        self._show(decoded, batch.pieces[-1].arrived)

    def _keep(self, piece: Arrived) -> int:
        opened = self._parts.get(piece.source)
        if opened is None:
            opened = self._parts[piece.source] = OpenPart(Part(self._incoming), piece.arrived)
        return opened.part.add(piece.data, piece.arrived, piece.sender)

    def _show(self, decoded: list[Decoded], arrived: datetime) -> None:
        positions = pa.concat_tables(d.positions for d in decoded)
        static = pa.concat_tables(d.static for d in decoded)
        marks = signals(positions, pa.concat_tables(d.other for d in decoded))
        if marks:
            watch.raise_distress(marks, by=SYSTEM)
        if static.num_rows:
            registry.record_static(static.to_pylist(), by=SYSTEM)
        timed = positions.filter(
            pc.and_(pc.is_valid(positions.column("t")), pc.is_valid(positions.column("mmsi")))
        )
        if timed.num_rows:
            ships, times = timed.column("mmsi").to_pylist(), timed.column("t").to_pylist()
            if self.clock.hear(zip(ships, times, strict=True), arrived):
                self._live = None
            if self.clock.mode == "live":
                limit = pa.scalar(arrived + FUTURE, T)
                timed = timed.filter(pc.less_equal(timed.column("t"), limit))
            self._waiting.append(timed)
        if self.now.update(timed):
            for tell in self.watchers:
                tell()

    def _look(self, *, final: bool = False) -> None:
        """Gives the detectors what has come since they last looked."""
        real = datetime.now(UTC)
        now = self.clock.now
        if now is None or not (self._waiting or final):
            return
        if self._looked and (real - self._looked).total_seconds() < LOOK_S and not final:
            return
        self._looked = real
        if self._live is None:
            self._live = Live(
                self._profile, self._geography, zones=zones_for_detection(), lateness_s=LATENESS_S
            )
            self._shown = {}
        rows = pa.concat_tables(self._waiting) if self._waiting else POSITIONS.empty_table()
        self._waiting = []
        provisional, ended = self._live.feed(rows, arrival=now, watermark=now - timedelta(seconds=LATENESS_S))
        self._raise(provisional.to_pylist(), provisional=True)
        self._raise(ended.to_pylist(), provisional=False)

    def _raise(self, events: list[dict[str, Any]], *, provisional: bool) -> None:
        """Raises what is new or graver; withdraws provisional verdicts that no longer hold."""
        keys = {found(e).key: e for e in events}
        if provisional:
            gone = [k for k in self._shown if k not in keys]
            if gone:
                watch.withdraw_verdicts(gone, by=SYSTEM, reason="no longer holds with what came since")
            for k in gone:
                del self._shown[k]
            fresh = [e for k, e in keys.items() if self._shown.get(k, 0) < e["severity"]]
            self._shown.update({k: e["severity"] for k, e in keys.items()})
        else:
            fresh = list(keys.values())
            for k in keys:
                self._shown.pop(k, None)
        if fresh:
            policy = f"{self._profile.name} {self._profile.version}"
            watch.raise_alerts(
                fresh,
                by=SYSTEM,
                policy=policy,
                geography=self._geography.fingerprint,
                provisional=provisional,
            )

    def _seal_due(self) -> None:
        now = datetime.now(UTC)
        for source, opened in list(self._parts.items()):
            if (now - opened.opened).total_seconds() >= SEAL_S or opened.part.size >= SEAL_BYTES:
                self._seal(source)

    def _seal(self, source: str) -> None:
        opened = self._parts.pop(source)
        sha = opened.part.seal(self.objects)
        _store(self.lake, sha, opened.positions, opened.other, opened.static)
        opened.part.drop()

    def _recover(self) -> None:
        for path, pieces in leftovers(self._incoming):
            if pieces:
                sha = self.objects.put(path)
                positions, other, static = _decode_again(pieces)
                _store(self.lake, sha, positions, other, static)
                log.warning("live feed: took up %d bytes that a stopped process left", path.stat().st_size)
            forget(path)


_desk: LiveDesk | None = None


def start(store: Store, addresses: list[str]) -> LiveDesk:
    """Starts this process's live desk."""
    global _desk
    _desk = LiveDesk(store, addresses).start()
    return _desk


def current() -> LiveDesk | None:
    """This process's live desk; None where it was started without one."""
    return _desk


def _decode_again(pieces: list[Piece]) -> tuple[list[pa.Table], list[pa.Table], list[pa.Table]]:
    streams: dict[str, Stream] = {}
    positions, other, static = [], [], []
    for p in pieces:
        stream = streams.setdefault(p.sender, Stream())
        shift = p.offset - stream.fed
        got = stream.feed(p.data, p.arrived)
        positions.append(_shifted(got.positions, shift))
        other.append(_shifted(got.other, shift))
        static.append(got.static)
    return positions, other, static


def _store(
    lake: Lake, sha: str, positions: list[pa.Table], other: list[pa.Table], static: list[pa.Table]
) -> None:
    source = f"feed:{sha}"
    lake.append(_named(pa.concat_tables(positions), sha), source_id=source)
    lake.append_other(_named(pa.concat_tables(other), sha), source_id=source)
    lake.append_static(pa.concat_tables(static), source_id=source)


def _shifted(table: pa.Table, by: int) -> pa.Table:
    """Offsets in the sender's stream become offsets in the part; a row begun in an earlier part has none."""
    offset = pc.add(table.column("raw_offset"), by)
    offset = pc.if_else(pc.less(offset, 0), pa.scalar(None, pa.int64()), offset)
    return table.set_column(
        table.schema.get_field_index("raw_offset"), table.schema.field("raw_offset"), offset
    )


def _named(table: pa.Table, sha: str) -> pa.Table:
    field_ = table.schema.field("raw_sha256")
    names = pc.if_else(pc.is_valid(table.column("raw_offset")), pa.scalar(sha), pa.scalar(None, pa.string()))
    return table.set_column(table.schema.get_field_index("raw_sha256"), field_, names)


def _last_time(positions: pa.Table) -> datetime | None:
    value = pc.max(positions.column("t").cast(pa.int64())).as_py()
    return None if value is None else datetime.fromtimestamp(value / US, UTC)
