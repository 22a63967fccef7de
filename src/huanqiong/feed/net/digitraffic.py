"""Digitraffic's AIS of Finnish waters, asked again and again: locations often, static data now and then.

Source: https://www.digitraffic.fi/en/marine-traffic/ (REST, `/api/ais/v1`; gzip required; `Digitraffic-User`
asked for; at most 60 requests a minute). Licence: CC BY 4.0, `NOTE` must be shown.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from huanqiong.core.errors import InputError, MissingError
from huanqiong.feed.files import Batch, read
from huanqiong.feed.net.health import Health, Meter
from huanqiong.feed.net.listen import utc_now
from huanqiong.feed.net.stamps import from_us, to_us
from huanqiong.feed.net.web import AGENT, BROKEN, StatusError, get, host_of, why

BASE_URL = "https://meri.digitraffic.fi"
NOTE = "Source: Fintraffic / digitraffic.fi, license CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
LARGEST = 64 << 20
OVERLAP_S = 60
"""How far each question reaches back: reports of different base stations come a little out of order."""
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
What = Literal["locations", "vessels"]


@dataclass(frozen=True, slots=True)
class Polled:
    """One answer. Rows of `batch` that an earlier answer gave already are left out."""

    what: What
    batch: Batch
    raw: bytes
    """The JSON as served, unpacked; the rows' `raw_sha256` is its hash, `raw_offset` a byte of it."""
    url: str
    arrived: datetime


class DigitrafficFeed:
    """The feed and its health."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        user: str = AGENT,
        every_s: float = 30.0,
        vessels_every_s: float = 600.0,
        first_wait_s: float = FIRST_WAIT_S,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.base_url, self.user, self.clock = base_url.rstrip("/"), user, clock
        self.every_s, self.vessels_every_s, self.first_wait_s = every_s, vessels_every_s, first_wait_s
        self.meter = Meter("digitraffic", late_s=4 * every_s, lost_s=max(600.0, 20 * every_s))
        self._given: dict[int, int] = {}
        """MMSI -> latest time given, microseconds: one entry a vessel the service knows."""
        self._latest: datetime | None = None
        self._vessels_from: datetime | None = None

    def run(
        self, sink: Callable[[Polled], None], stop: threading.Event, since: datetime | None = None
    ) -> None:
        """Asks until `stop` is set; `sink(polled)` returns when it is safe, else the same rows come again.

        `since` is the time to begin from; None: the last ten minutes. MissingError when the service cannot be
        reached at the start; later it is asked again, more and more slowly, and `health` says so.
        """
        self._latest = since or self._latest or self.clock() - timedelta(minutes=10)
        heard, wait_s = False, self.first_wait_s
        next_vessels_s = time.monotonic()
        while not stop.is_set():
            pause_s = self.every_s
            answers: list[Polled] = []
            try:
                if time.monotonic() >= next_vessels_s:
                    answers.append(self._ask("vessels", self._vessels_from))
                    next_vessels_s = time.monotonic() + self.vessels_every_s
                answers.append(self._ask("locations", self._latest - timedelta(seconds=OVERLAP_S)))
                heard, wait_s = True, self.first_wait_s
                self.meter.says("connected")
            except (StatusError, InputError, *BROKEN) as error:
                if not isinstance(error, InputError) and not heard:
                    self._give_up(error)
                asked_s = error.retry_s if isinstance(error, StatusError) and error.retry_s else 0.0
                pause_s = max(wait_s, min(asked_s, LONGEST_WAIT_S))
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
                self.meter.drop("answer not usable" if isinstance(error, InputError) else "no answer")
                self.meter.says(f"{self._said(error)}; asking again in {pause_s:.0f} s")
            # Outside the try: what the sink raises is no fault of the service.
            for polled in answers:
                self._give(polled, sink)
            stop.wait(pause_s)

    def health(self) -> Health:
        return self.meter.health(self.clock())

    def _give_up(self, error: BaseException) -> None:
        """At the start, what will not pass by itself is told at once."""
        if isinstance(error, StatusError) and error.passing:
            return
        host = host_of(self.base_url)
        raise MissingError(
            f"{host} cannot be used: {self._said(error)}. This needs a network that reaches it; "
            "elsewhere, play a recorded file: hq sea replay."
        ) from None

    def _said(self, error: BaseException) -> str:
        return str(error) if isinstance(error, StatusError | InputError) else why(error)

    def _give(self, polled: Polled, sink: Callable[[Polled], None]) -> None:
        """Hands on what is new; only when the sink has returned does the next question begin later."""
        positions = polled.batch.positions
        times = positions["t"].cast(pa.int64()).fill_null(-1).to_numpy()
        mmsi = positions["mmsi"].fill_null(-1).to_numpy()
        rows = zip(mmsi.tolist(), times.tolist(), strict=True)
        new = np.array([t > self._given.get(m, -1) for m, t in rows], dtype=bool)
        batch = replace(polled.batch, positions=positions.filter(pa.array(new)))
        if batch.positions.num_rows or batch.static.num_rows or batch.other.num_rows or batch.rejects:
            sink(replace(polled, batch=batch))
        self._given.update(zip(mmsi[new].tolist(), times[new].tolist(), strict=True))
        if polled.what == "vessels":
            self._vessels_from = polled.arrived - timedelta(seconds=2 * OVERLAP_S)
        elif len(times) and self._latest is not None:
            # A report stamped in the future must not carry the next question past what is still to come.
            self._latest = max(self._latest, from_us(min(int(times.max()), to_us(polled.arrived))))
            self.meter.seen(self._latest)

    def _ask(self, what: What, since: datetime | None) -> Polled:
        query = f"?from={to_us(since) // 1000}" if since else ""
        url = f"{self.base_url}/api/ais/v1/{what}{query}"
        answer = get(url, {"Digitraffic-User": self.user, "Accept": "application/json"}, limit=LARGEST)
        arrived = self.clock()
        self.meter.arrived(answer.body, arrived)
        batch = _batch(answer.body, arrived, url)
        self.meter.count(batch.counts.get("rows", 0), batch.counts.get("rejected", 0))
        return Polled(what, batch, answer.body, url, arrived)


def poll(
    base_url: str,
    since: datetime | None,
    sink: Callable[[Polled], None],
    stop: threading.Event,
    *,
    every_s: float = 30.0,
    user: str = AGENT,
) -> None:
    """Asks the service at `base_url` until `stop` is set; see `DigitrafficFeed.run`."""
    DigitrafficFeed(base_url, user=user, every_s=every_s).run(sink, stop, since)


def _batch(body: bytes, now: datetime, url: str) -> Batch:
    """The answer by the same reader that reads a saved one."""
    with tempfile.TemporaryDirectory(prefix="huanqiong-") as directory:
        path = Path(directory) / "answer.json"
        path.write_bytes(body)
        try:
            parts = list(read(path, layout="digitraffic", now=now))
        except InputError as error:
            raise InputError(error.what, where=url, remedy=error.remedy) from None
    if not parts:
        return Batch(layout="digitraffic")
    counts: dict[str, int] = {}
    for part in parts:
        for name, n in part.counts.items():
            counts[name] = counts.get(name, 0) + n
    return Batch(
        pa.concat_tables([p.positions for p in parts]),
        pa.concat_tables([p.static for p in parts]),
        pa.concat_tables([p.other for p in parts]),
        [r for p in parts for r in p.rejects],
        counts,
        parts[0].notes,
        parts[0].layout,
    )
