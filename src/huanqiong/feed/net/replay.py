"""Plays a recorded file as a live feed: sentences as they are, positions as AIVDM, at the file's own pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huanqiong.core.errors import InputError, LayoutError, UsageError
from huanqiong.core.schema import POSITIONS, REQUIRED
from huanqiong.feed.files.raw import open_raw
from huanqiong.feed.net.address import Address, parse_address
from huanqiong.feed.net.encode import position_sentences, static_sentences, tagged
from huanqiong.feed.net.listen import utc_now
from huanqiong.feed.net.moments import GROUP_BYTES, Moment, lines_of, moments, span
from huanqiong.feed.net.pieces import LineJoiner
from huanqiong.feed.net.sender import sender
from huanqiong.feed.net.stamps import SECOND_US, from_us, to_us

Progress = Callable[[str, int, int], None]
MINUTE_US = 60 * SECOND_US
JUMP_US = 86_400 * SECOND_US
"""A larger step in a file's times, forward or back, is a new recording or a wrong clock: not waited for."""
SHORTEST_S = 0.005
"""A wait shorter than this is not worth a datagram of its own."""
READ_BYTES = 64 << 10
ENCODE_ROWS = 20_000


@dataclass(slots=True)
class Replayed:
    """What a replay did. Times are those sent, after any shift; None: the file carries none."""

    lines: int = 0
    bytes: int = 0
    sends: int = 0
    not_ais: int = 0
    """Rows of a table that AIS cannot carry: no MMSI or no time."""
    too_long: int = 0
    unheard: int = 0
    """Datagrams that the other machine said nobody takes."""
    reconnections: int = 0
    jumps: int = 0
    """Steps of more than a day in the file's times, not waited for."""
    shift_s: int = 0
    first_t: datetime | None = None
    last_t: datetime | None = None
    elapsed_s: float = 0.0
    complete: bool = False
    """False when it was stopped before the end."""
    damage: str | None = None
    """What was wrong with the file's packing, if anything."""


def replay(
    path: Path,
    to: Address | str,
    *,
    speed: float = 60.0,
    rebase: Literal["now"] | None = None,
    static: Path | None = None,
    untimed_per_s: float = 50.0,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Replayed:
    """Sends the file and returns when it is through or `stop` is set.

    `speed` is file seconds a second; 0 sends without waiting. `rebase="now"` moves all times by whole minutes
    so that none is later than the moment it is sent: up to speed 1 the first becomes now, above it the last
    becomes the moment at which the replay will end. `static` is a STATIC table sent before the positions of a
    table. Lines of a file that carries no time at all go out `untimed_per_s` a second.

    InputError: no file, nothing in it to send. MissingError: nothing answers at a TCP address.
    """
    if not speed >= 0:
        raise UsageError(f"Speed {speed}: use 0 (no waiting) or more, 60 plays an hour in a minute.")
    stop = stop or threading.Event()
    address = parse_address(to) if isinstance(to, str) else to
    done = Replayed()
    source = _Table(path, static, done) if _is_parquet(path) else _Text(path, done)
    by_us = 0
    if rebase == "now":
        by_us = _shift_us(source.span(), speed, to_us(clock()))
        done.shift_s = by_us // SECOND_US
    out = sender(address, stop)
    started = time.monotonic()
    try:
        _send(source.moments(by_us, progress), out.send, done, speed, untimed_per_s, stop)
    finally:
        out.close()
        done.elapsed_s = time.monotonic() - started
        done.unheard, done.reconnections = out.unheard, out.reconnections
    if not done.lines and not stop.is_set():
        raise InputError("there is nothing to send", where=str(path), remedy=source.remedy)
    done.complete = not stop.is_set()
    return done


def _shift_us(times: tuple[int, int] | None, speed: float, now_us: int) -> int:
    """The shift, in whole minutes, that leaves no time later than its sending."""
    if times is None:
        return 0
    first, last = times
    shift = now_us - first
    if speed > 1 or speed == 0:
        ends = now_us + (int((last - first) / speed) if speed else 0)
        shift = ends - last
    return shift // MINUTE_US * MINUTE_US


def _send(
    heard: Iterable[Moment],
    send: Callable[[bytes], None],
    done: Replayed,
    speed: float,
    untimed_per_s: float,
    stop: threading.Event,
) -> None:
    """Sends moments when they are due. The pace follows the latest time seen: a step back never waits."""
    origin_us: int | None = None
    origin_s = time.monotonic()
    untimed = 0
    latest_us = 0
    waiting, waiting_lines = b"", 0

    def flush() -> None:
        nonlocal waiting, waiting_lines
        if waiting:
            send(waiting)
            done.bytes += len(waiting)
            done.sends += 1
            done.lines += waiting_lines
        waiting, waiting_lines = b"", 0

    for moment in heard:
        due_s = origin_s
        if moment.t_us is None:
            untimed += 1
            due_s = origin_s + (untimed / untimed_per_s if speed else 0.0)
        else:
            if origin_us is None or abs(moment.t_us - latest_us) > JUMP_US:
                done.jumps += origin_us is not None
                origin_us = latest_us = moment.t_us
                origin_s = time.monotonic()
            latest_us = max(latest_us, moment.t_us)
            if speed:
                due_s = origin_s + (latest_us - origin_us) / SECOND_US / speed
        pause_s = due_s - time.monotonic()
        if pause_s < SHORTEST_S:
            pause_s = 0.0
        if pause_s > 0 or len(waiting) + len(moment.data) > GROUP_BYTES:
            flush()
        if pause_s > 0 and stop.wait(pause_s):
            return
        if stop.is_set():
            return
        waiting += moment.data
        waiting_lines += moment.data.count(b"\n")
        if moment.t_us is not None:
            t = from_us(moment.t_us)
            done.first_t = min(done.first_t or t, t)
            done.last_t = max(done.last_t or t, t)
    flush()


class _Text:
    """A file of sentences: NMEA 0183 with its time lines, or NMEA 2000 as text; plain or packed."""

    remedy = "Give a file of NMEA sentences, or a positions table (`hq sea load` makes one from CSV)"

    def __init__(self, path: Path, done: Replayed) -> None:
        self.raw, self.done = open_raw(path), done
        head = self.raw.head(1 << 16)
        if b"!" not in head and b"$" not in head and not head[:4].isdigit():
            raise InputError("no sentence was found", where=str(path), remedy=self.remedy)

    def span(self) -> tuple[int, int] | None:
        return span(lines_of(self.raw.chunks(READ_BYTES), LineJoiner()))

    def moments(self, by_us: int, progress: Progress | None) -> Iterator[Moment]:
        joiner = LineJoiner()

        def report(_: str, at: int, total: int) -> None:
            if progress:
                progress("replay", at, total)

        yield from moments(lines_of(self.raw.chunks(READ_BYTES, report), joiner), by_us=by_us)
        self.done.too_long, self.done.damage = joiner.too_long, self.raw.damage


class _Table:
    """A positions table in Parquet, sent in order of time."""

    remedy = "No row has both an MMSI and a time"

    def __init__(self, path: Path, static: Path | None, done: Replayed) -> None:
        self.done, self.static = done, static
        try:
            file = pq.ParquetFile(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"no Parquet file: {error}", where=str(path), remedy="Make it again") from None
        with file:
            missing = [name for name in REQUIRED if name not in file.schema_arrow.names]
            if missing:
                raise LayoutError(
                    f"columns missing: {', '.join(missing)}; seen: {', '.join(file.schema_arrow.names)}",
                    where=str(path),
                    remedy="Make a positions table with `hq sea load`",
                )
            wanted = [n for n in file.schema_arrow.names if n in POSITIONS.names and not n.startswith("raw_")]
            table = file.read(columns=wanted)
        t = table.schema.get_field_index("t")
        try:
            times = table.column(t).cast(pa.timestamp("us", tz="UTC"))
        except pa.ArrowInvalid as error:
            raise LayoutError(f"column t: {error}", where=str(path), remedy="Use timestamps in UTC") from None
        self.table = table.set_column(t, "t", times).sort_by("t")

    def span(self) -> tuple[int, int] | None:
        times = self.table["t"].cast(pa.int64()).drop_null()
        if not len(times):
            return None
        return int(pc.min(times).as_py()), int(pc.max(times).as_py())

    def moments(self, by_us: int, progress: Progress | None) -> Iterator[Moment]:
        if self.static is not None:
            times = self.span()
            first = None if times is None else times[0] + by_us
            for n, row in enumerate(pq.read_table(self.static).to_pylist()):
                if row.get("mmsi") is not None:
                    yield Moment(first, static_sentences(row, n))
        total = self.table.num_rows
        for start in range(0, total, ENCODE_ROWS):
            part = self.table.slice(start, ENCODE_ROWS)
            at = part.schema.get_field_index("t")
            t_us = pc.add(part["t"].cast(pa.int64()), by_us)
            moved = part.set_column(at, "t", t_us.cast(pa.timestamp("us", tz="UTC")))
            receivers = (
                part["receiver"].to_pylist() if "receiver" in part.schema.names else [None] * len(part)
            )
            sentences = position_sentences(moved)
            for n, (t, sentence, who) in enumerate(zip(t_us.to_pylist(), sentences, receivers, strict=True)):
                if sentence is None:
                    self.done.not_ais += 1
                else:
                    yield Moment(t, tagged(sentence, t, who))
                if progress and n % 200 == 0:
                    progress("replay", start + n, total)
            if progress:
                progress("replay", min(start + ENCODE_ROWS, total), total)


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as f:
            return f.read(4) == b"PAR1"
    except OSError:
        return False
