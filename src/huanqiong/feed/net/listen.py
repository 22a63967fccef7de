"""Listens to any number of UDP and TCP sources and hands their bytes on in batches.

    with Listener(["udp://127.0.0.1:10110", "tcp://receiver:4001"]) as listener:
        listener.run(store, stop)          # store(batch) returns when the batch is safe

Addresses without a host are this machine only. A slow store makes TCP senders wait; UDP datagrams that find
the queue full are dropped, counted and named in `health()`. Nothing is parsed here: whoever decodes keeps a
decoder a stream (`piece.sender`) and tells what it found with `report`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from huanqiong.core.errors import UsageError
from huanqiong.feed.net.address import Address, parse_address
from huanqiong.feed.net.health import Health, Meter
from huanqiong.feed.net.pieces import Batch, Piece
from huanqiong.feed.net.queue import BatchQueue
from huanqiong.feed.net.receivers import TICK_S, Receiver, TcpClient, TcpServer, UdpReceiver


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a listener; all may be set by the deployment."""

    queue_bytes: int = 64 << 20
    """Received and not yet acknowledged, all sources together."""
    batch_bytes: int = 1 << 20
    late_s: float = 60.0
    """Silence after which a source is `late`."""
    lost_s: float = 600.0
    """Silence after which it is `lost`, and a TCP line to a receiver is opened anew."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Listener:
    """Sources received by threads of their own; batches taken by one reader."""

    def __init__(
        self,
        addresses: Sequence[Address | str],
        *,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = utc_now,
        first_wait_s: float = 0.5,
    ) -> None:
        self.limits = limits or Limits()
        self.clock = clock
        self._queue = BatchQueue(limit=self.limits.queue_bytes, batch_limit=self.limits.batch_bytes)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._meters: dict[str, Meter] = {}
        self._receivers: dict[str, Receiver] = {}
        self.bound: dict[str, tuple[str, int]] = {}
        """Source name -> (host, port) it really listens on; sources we connect to are not in it."""
        for each in addresses:
            address = parse_address(each) if isinstance(each, str) else each
            name = self._free_name(str(address))
            meter = Meter(name, late_s=self.limits.late_s, lost_s=self.limits.lost_s)
            self._meters[name] = meter
            self._receivers[name] = self._receiver(address, name, meter, first_wait_s)

    def start(self) -> Listener:
        """Binds every address (UsageError when one cannot be) and starts to receive."""
        if self._threads:
            raise UsageError("This listener has been started already.")
        for name, receiver in self._receivers.items():
            where = receiver.open()
            if where is not None:
                self.bound[name] = where
        for name, receiver in self._receivers.items():
            thread = threading.Thread(
                target=receiver.run, args=(self._stop,), name=f"feed {name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        return self

    def close(self) -> None:
        """Stops receiving. What was received and not yet taken can still be taken."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for receiver in self._receivers.values():
            receiver.close()
        self._queue.close()

    def take(self, timeout_s: float = 1.0) -> Batch | None:
        """The next batch; None when nothing came in time."""
        return self._queue.take(timeout_s)

    def acknowledge(self, number: int) -> None:
        """Batches up to `number` are safe and need not be given again; their room in the queue is free."""
        self._queue.acknowledge(number)

    def again(self) -> None:
        """What was taken and not acknowledged is given again, in order, before anything new.

        To be called when storing a batch failed: an acknowledgement of a later batch covers it otherwise.
        """
        self._queue.rewind()

    def batches(self, stop: threading.Event | None = None) -> Iterator[Batch]:
        """Batches until `stop` is set or the listener is closed and empty; acknowledge each yourself."""
        self._queue.rewind()
        while stop is None or not stop.is_set():
            batch = self._queue.take(TICK_S)
            if batch is not None:
                yield batch
            elif self._stop.is_set():
                return

    def run(
        self, sink: Callable[[Batch], None], stop: threading.Event | None = None, *, later: bool = False
    ) -> None:
        """Gives every batch to `sink`: safe when it returns, given again next time when it raises.

        With `later` the sink only takes the batch, and `acknowledge` is called when it is safe.
        """
        for batch in self.batches(stop):
            sink(batch)
            if not later:
                self.acknowledge(batch.number)

    def report(self, source: str, *, broken: int = 0, last_t: datetime | None = None) -> None:
        """What decoding a source's pieces found: sentences that were broken, the latest time they carried."""
        meter = self._meters.get(source)
        if meter is None:
            return
        if broken:
            meter.count(0, broken)
        if last_t is not None:
            meter.seen(last_t)

    def health(self) -> list[Health]:
        """Each source now, in the order given."""
        now = self.clock()
        return [meter.health(now) for meter in self._meters.values()]

    def __enter__(self) -> Listener:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _free_name(self, name: str) -> str:
        n, free = 1, name
        while free in self._meters:
            n += 1
            free = f"{name} #{n}"
        return free

    def _receiver(self, address: Address, name: str, meter: Meter, first_wait_s: float) -> Receiver:
        def arrived(data: bytes) -> datetime:
            at = self.clock()
            meter.arrived(data, at)
            return at

        def put(sender: str, whole: bytes, at: datetime, wait_s: float) -> bool:
            taken = self._queue.offer(Piece(name, sender, at, whole), wait_s=wait_s)
            if taken:
                meter.lines(whole)
            return taken

        if address.scheme == "udp":
            return UdpReceiver(address, meter, arrived, put)
        if address.scheme == "tcp-listen":
            return TcpServer(address, meter, arrived, put)
        return TcpClient(
            address, meter, arrived, put, silence_s=self.limits.lost_s, first_wait_s=first_wait_s
        )
