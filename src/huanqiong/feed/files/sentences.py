"""Raw sentences, NMEA 0183 or NMEA 2000 as text, through the decoder of `lines/sea/message`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.schema import T
from huanqiong.feed.files.assemble import FUTURE
from huanqiong.feed.files.batch import Batch, Reject, add_counts
from huanqiong.lines.sea.message import Decoded, Decoder, Format

_CAUSE = "time is more than a day in the future"


def read_sentences(
    chunks: Iterator[bytes], *, raw_sha256: str, t0: datetime | None, now: datetime, form: Format
) -> Iterator[Batch]:
    """All messages of the text, a batch a chunk; those later than a day after `now` are set aside."""
    decoder = Decoder(raw_sha256=raw_sha256, t0=t0, format=form)
    for chunk in chunks:
        yield _batch(decoder.feed(chunk), now, form)
    yield _batch(decoder.finish(), now, form)


def _batch(found: Decoded, now: datetime, form: Format) -> Batch:
    rejects = [Reject(r.where, r.cause, r.text) for r in found.rejects]
    counts = dict(found.counts)
    tables = []
    for table in (found.positions, found.static, found.other):
        late = pc.fill_null(pc.greater(table["t"], pa.scalar(now + FUTURE, T)), False)
        if pc.any(late).as_py():
            rejects += [_reject(row) for row in table.filter(late).to_pylist()]
            n = pc.sum(late).as_py()
            add_counts(counts, {"rejected": n, _CAUSE: n})
            table = table.filter(pc.invert(late))
        tables.append(table)
    return Batch(tables[0], tables[1], tables[2], rejects, counts, layout=form)


def _reject(row: dict[str, object]) -> Reject:
    at = row.get("raw_offset")
    where = "static data" if at is None else f"byte {at}"
    return Reject(where, _CAUSE, f"mmsi={row['mmsi']} t={row['t']}", column="t")
