"""Tables sent on as sentences: a feed of another form, into a system that listens for AIVDM."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pyarrow as pa

from huanqiong.feed.net.encode import position_sentences, static_sentences, tagged
from huanqiong.feed.net.moments import GROUP_BYTES

BURST = 40
PAUSE_S = 0.02
"""After so many sends we pause: a receiver's datagram buffer holds a few hundred, none may be lost."""


def forward(
    positions: pa.Table, static: pa.Table, send: Callable[[bytes], None], stop: threading.Event
) -> int:
    """Sends static data, then positions with their times; how many rows were sent."""
    times = positions["t"].cast(pa.int64()).to_pylist()
    receivers = positions["receiver"].to_pylist()
    sentences = [static_sentences(row, n) for n, row in enumerate(static.to_pylist())]
    for sentence, t_us, receiver in zip(position_sentences(positions), times, receivers, strict=True):
        if sentence is not None:
            sentences.append(tagged(sentence, t_us, receiver))
    group, sends, sent = b"", 0, 0
    for sentence in [*sentences, b""]:
        if group and (not sentence or len(group) + len(sentence) > GROUP_BYTES):
            send(group)
            group, sends = b"", sends + 1
            if sends % BURST == 0 and stop.wait(PAUSE_S):
                return sent
        group += sentence
        sent += bool(sentence)
    return sent
