"""A recorded file as moments: lines that belong together, each with the time at which they were heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huanqiong.feed.net.pieces import LineJoiner
from huanqiong.feed.net.stamps import moved, time_of

GROUP_BYTES = 1200
"""Lines that stay together (time line, tag block, sentence) fit one datagram of an Ethernet frame."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Lines to send together. `t_us` is None before the file's first time."""

    t_us: int | None
    data: bytes


def lines_of(chunks: Iterable[bytes], joiner: LineJoiner) -> Iterator[bytes]:
    """Whole lines from pieces cut anywhere; `joiner` counts those that are too long."""
    for chunk in chunks:
        yield from joiner.feed(chunk).splitlines(keepends=True)
    yield from joiner.finish().splitlines(keepends=True)


def moments(lines: Iterable[bytes], *, by_us: int = 0) -> Iterator[Moment]:
    """Groups that end with a sentence (or an N2K line), at the time last said; times moved by `by_us`."""
    t_us: int | None = None
    group: list[bytes] = []
    size = 0
    for line in lines:
        if not line.strip():
            continue
        said = time_of(line)
        if said is not None:
            t_us = said + by_us
            if by_us:
                line = moved(line, by_us)
        if group and size + len(line) > GROUP_BYTES:
            yield Moment(t_us, b"".join(group))
            group, size = [], 0
        group.append(line)
        size += len(line)
        if b"!" in line or line[:1].isdigit():
            yield Moment(t_us, b"".join(group))
            group, size = [], 0
    if group:
        yield Moment(t_us, b"".join(group))


def span(lines: Iterable[bytes]) -> tuple[int, int] | None:
    """The earliest and latest time that lines carry, microseconds since 1970; None when there is none."""
    first = last = None
    for line in lines:
        t_us = time_of(line)
        if t_us is not None:
            first = t_us if first is None or t_us < first else first
            last = t_us if last is None or t_us > last else last
    return None if first is None or last is None else (first, last)
