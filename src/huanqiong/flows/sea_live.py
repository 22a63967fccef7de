"""From a line of sentences to a moving map and a provisional alert.

Bytes are made durable first; then decoded, shown, looked at by the detectors; then, when their part is
sealed, stored in the lake under the part's SHA-256. A process that is killed takes up its parts again.
What goes wrong on the way is logged and told in `health`, and the next batch is taken.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from django.db import close_old_connections

from huanqiong.core.schema import T
from huanqiong.core.units import US
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts as watch
from huanqiong.feed.net.listen import Listener
from huanqiong.feed.net.pieces import Batch
from huanqiong.feed.net.streams import Streams
from huanqiong.flows.feed_clock import FeedClock
from huanqiong.flows.live_detect import LATENESS, LiveDetect
from huanqiong.flows.live_streams import OpenPart, Stream, decode_again, together
from huanqiong.flows.sea_now import Now
from huanqiong.lake.incoming import Part, Piece, forget, leftovers
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea import kernels, message
from huanqiong.lines.sea.distress import signals
from huanqiong.lines.sea.message import Decoded

SEAL_S: Final = 30.0
"""A part is sealed after so long, or at `SEAL_BYTES`: how late the lake is."""
SEAL_BYTES: Final = 8 << 20
FUTURE: Final = timedelta(seconds=60)
"""A report stamped this long after its arrival is kept but not believed. Source: DESIGN section 3.

On a played feed, whose arrival tells nothing, the clock's lateness stands for it.
"""
LOOK_S: Final = 1.0
"""How often the detectors look at what has come."""
TIMERS_S: Final = {"zones": 5.0, "orders": 30.0, "save": 60.0, "left over": 60.0}
WAITING_ROWS: Final = 1_000_000
"""Rows held for the detectors at most; beyond it they are for the archive run."""
OWED_SIGNALS: Final = 10_000
TROUBLE_S: Final = 60.0
"""How long a fault is shown after it was last met."""

log = logging.getLogger(__name__)


class LiveDesk:
    """Listens, keeps, decodes, shows and detects, in one thread of its own."""

    def __init__(self, store: Store, addresses: list[str]) -> None:
        self.store, self.lake, self.objects = store, Lake(store.lake), Objects(store.objects)
        self.now, self.clock = Now(time.time_ns() // 1_000_000), FeedClock()
        self._incoming = store.path / "incoming"
        self._listener = Listener(addresses)
        self._stop = threading.Event()
        self._warm = threading.Event()
        self._thread: threading.Thread | None = None
        self._streams = Streams(Stream)
        self._parts: dict[str, OpenPart] = {}
        self._unjudged: list[pa.Table] = []
        self._waiting: list[pa.Table] = []
        self._signals: list[dict[str, Any]] = []
        self._detect = LiveDetect(store, self.lake)
        self._done: dict[str, float] = {}
        self._trouble: tuple[float, str] | None = None
        self.watchers: list[Callable[[], None]] = []
        """Called from the feed's thread when vessels moved."""

    def start(self) -> LiveDesk:
        """Takes up what a killed process left, then listens."""
        self._recover()
        self._listener.start()
        threading.Thread(target=self._warm_up, name="sea live warm", daemon=True).start()
        self._thread = threading.Thread(target=self._run, name="sea live", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Seals what is open and ends; nothing that arrived is lost."""
        self._stop.set()
        self._listener.close()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread is not None and self._thread.is_alive()

    def health(self) -> list[dict[str, Any]]:
        """Each source: name, state, last_t, age_s, late_s, counters, detail.

        `state`: ok, late, lost, never, or failing: data come, but something after it went wrong within the
        last minute; `detail` says what. While a source is lost its silence is not the ships': gaps pause.
        """
        trouble = self._trouble
        told = trouble[1] if trouble and time.monotonic() - trouble[0] < TROUBLE_S else ""
        waits = "" if self._warm.is_set() else "the detectors are being compiled: alerts come later"
        out = []
        for h in self._listener.health():
            silent = "silent: gaps pause until data come again" if h.state == "lost" else ""
            out.append(
                {
                    "name": h.name,
                    "state": "failing" if told and h.state in ("ok", "late") else h.state,
                    "detail": told or silent or waits or h.detail,
                    "last_t": h.last_t.isoformat() if h.last_t else None,
                    "age_s": h.age_s,
                    "late_s": self._listener.limits.late_s,
                    "sentences": h.sentences,
                    "broken": h.broken,
                    "dropped": sum(h.dropped.values()),
                }
            )
        return out

    @contextmanager
    def _guarded(self, doing: str) -> Iterator[None]:
        """Whatever goes wrong inside ends nothing else: it is logged and told in `health`."""
        try:
            yield
        except Exception as error:
            log.exception("live feed, %s", doing)
            # A connection that broke would break every later act too: the next one begins afresh.
            close_old_connections()
            self._trouble = (time.monotonic(), f"{doing}: {error or type(error).__name__}")

    def _due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now - self._done.setdefault(what, now) < every_s:
            return False
        self._done[what] = now
        return True

    def _warm_up(self) -> None:
        """Minutes where no kernel is compiled yet; the map moves as soon as the decoder is there."""
        with self._guarded("compiling the detectors"):
            message.warm()
            kernels.warm()
        self._warm.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._turn(0.25)
            self._timers()
        while self._turn(0):
            pass
        for source in list(self._parts):
            self._seal(source)
        if self._warm.is_set():
            self._look()
            with self._guarded("saving the detectors"):
                self._detect.keep()

    def _turn(self, wait_s: float) -> bool:
        """Takes a batch if there is one."""
        batch = self._listener.take(wait_s)
        if batch is None:
            return False
        kept = False
        with self._guarded("keeping what arrived"):
            pieces = self._keep(batch)
            kept = True
        if kept:
            self._take(pieces, batch.pieces[-1].arrived)
        else:
            self._listener.again()  # disk full and the like: the batch is given again
            self._stop.wait(2)
        return kept

    def _timers(self) -> None:
        for source, opened in list(self._parts.items()):
            age = (datetime.now(UTC) - opened.opened).total_seconds()
            if age >= SEAL_S or opened.part.size >= SEAL_BYTES:
                self._seal(source)
        if self._warm.is_set() and self._due("look", LOOK_S):
            self._look()
        if self._due("zones", TIMERS_S["zones"]):
            with self._guarded("reading the zones"):
                self._detect.look_at_zones()
        if self._due("orders", TIMERS_S["orders"]):
            with self._guarded("expiring orders"):
                # A played feed's orders are set in its own time.
                now = self.clock.now if self.clock.mode == "feed" else datetime.now(UTC)
                if now is not None and (self.store.clock == "live" or self.clock.mode is not None):
                    watch.expire_orders(now, by=SYSTEM)
        if self._due("save", TIMERS_S["save"]):
            with self._guarded("saving the detectors"):
                self._detect.keep()
        if self._due("left over", TIMERS_S["left over"]):
            with self._guarded("storing what is left over"):
                self._recover()

    def _keep(self, batch: Batch) -> list[tuple[str, Piece]]:
        """Makes a batch durable; its pieces with their sources, as they lie in the parts."""
        out = []
        for p in batch.pieces:
            opened = self._parts.get(p.source)
            if opened is None:
                opened = self._parts[p.source] = OpenPart(Part(self._incoming), p.arrived)
            offset = opened.part.add(p.data, p.arrived, p.sender)
            out.append((p.source, Piece(offset, p.arrived, p.sender, p.data)))
        for opened in self._parts.values():
            opened.part.sync()
        self._listener.acknowledge(batch.number)
        return out

    def _take(self, pieces: list[tuple[str, Piece]], arrived: datetime) -> None:
        decoded: list[Decoded] = []
        for source in dict.fromkeys(s for s, _ in pieces):
            opened = self._parts[source]
            for sender, group in together(p for s, p in pieces if s == source):
                stream = self._streams.of_key(source, sender)
                with self._guarded("decoding"):
                    try:
                        got = stream.feed(group, opened.part.path)
                    except BaseException:
                        stream.forget()
                        raise
                    opened.rows.add(got)
                    decoded.append(got)
                    last = _last_time(got.positions)
                    self._listener.report(source, broken=len(got.rejects), last_t=last)
        if decoded:
            self._show(decoded, arrived)

    def _show(self, decoded: list[Decoded], arrived: datetime) -> None:
        positions = pa.concat_tables(d.positions for d in decoded)
        static = pa.concat_tables(d.static for d in decoded)
        with self._guarded("raising distress"):
            self._signals += signals(positions, pa.concat_tables(d.other for d in decoded))
            self._signals = self._signals[-OWED_SIGNALS:]
            if self._signals:
                watch.raise_distress(self._signals, by=SYSTEM)
                self._signals = []
        with self._guarded("moving the map"):
            self._move(positions, arrived)
        if static.num_rows:
            with self._guarded("recording static data"):
                registry.record_static(static.to_pylist(), by=SYSTEM)

    def _move(self, positions: pa.Table, arrived: datetime) -> None:
        timed = positions.filter(
            pc.and_(pc.is_valid(positions.column("t")), pc.is_valid(positions.column("mmsi")))
        )
        if not timed.num_rows:
            return
        ships = timed.column("mmsi").to_numpy()
        if self.clock.hear(ships, timed.column("t").cast(pa.int64()).to_numpy(), arrived):
            self._end_feed()
        self._unjudged.append(timed)
        if self.clock.now is None:
            return
        rows = pa.concat_tables(self._unjudged)
        self._unjudged = []
        rows = rows.filter(pc.less_equal(rows.column("t"), pa.scalar(self._limit(), T)))
        self._waiting.append(rows)
        while len(self._waiting) > 1 and sum(w.num_rows for w in self._waiting) > WAITING_ROWS:
            del self._waiting[0]
            self._trouble = (time.monotonic(), "too fast for the detectors: run `hq sea detect` afterwards")
        if self.now.update(rows):
            for tell in self.watchers:
                tell()

    def _limit(self) -> datetime:
        """Times later than this are not believed."""
        now = self.clock.now or datetime.now(UTC)
        return now + (FUTURE if self.clock.mode == "live" else LATENESS)

    def _end_feed(self) -> None:
        """Another feed began: the one before is looked at to its end, and its ships leave the map."""
        with self._guarded("ending the feed before"):
            rows, self._waiting, self._unjudged = self._waiting, [], []
            live = self._detect.live
            if live is not None and rows:
                live.feed(
                    pa.concat_tables(rows), arrival=_newest(rows), watermark=live.watermark, provisional=False
                )
            self._detect.end()
        self.now.clear()

    def _look(self) -> None:
        """Gives the detectors what has come since they last looked."""
        if self.clock.now is None or not self._waiting:
            return
        rows, self._waiting = self._waiting, []
        with self._guarded("detecting"):
            self._detect.take(pa.concat_tables(rows), self.clock.now, self._limit())

    def _seal(self, source: str) -> None:
        """Stores a part's rows. Where that fails the part lies as if left over and is tried again."""
        opened = self._parts.pop(source)
        with self._guarded("storing what arrived"):
            try:
                sha = opened.part.seal(self.objects)
                opened.rows.store(self.lake, sha)
            finally:
                opened.part.close()
            opened.part.drop()

    def _recover(self) -> None:
        for path, pieces in leftovers(self._incoming):
            if pieces:
                sha = self.objects.put(path)
                decode_again(pieces).store(self.lake, sha)
                log.warning("live feed: took up %d bytes that were left over", path.stat().st_size)
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


def _newest(rows: list[pa.Table]) -> datetime:
    return max(t for r in rows if (t := _last_time(r)) is not None)


def _last_time(positions: pa.Table) -> datetime | None:
    value = pc.max(positions.column("t").cast(pa.int64())).as_py()
    return None if value is None else datetime.fromtimestamp(value / US, UTC)
