"""Raw sentences, NMEA 0183 or NMEA 2000 as text, through the decoder of `lines/sea/message`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from huanqiong.feed.files.batch import Batch, Reject
from huanqiong.lines.sea.message import Decoded, Decoder, Format


def read_sentences(
    chunks: Iterator[bytes], *, raw_sha256: str, t0: datetime | None, form: Format
) -> Iterator[Batch]:
    """All messages of the text, a batch a chunk."""
    decoder = Decoder(raw_sha256=raw_sha256, t0=t0, format=form)
    for chunk in chunks:
        yield _batch(decoder.feed(chunk), form)
    yield _batch(decoder.finish(), form)


def _batch(found: Decoded, form: Format) -> Batch:
    rejects = [Reject(r.where, r.cause, r.text) for r in found.rejects]
    return Batch(found.positions, found.static, found.other, rejects, dict(found.counts), layout=form)
