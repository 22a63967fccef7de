"""Reading days from several parts as one table in the lake's order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from huanqiong.lake.manifest import UNTIMED, Kind, Manifest, Part
from huanqiong.lake.parts import SCHEMAS, read_part
from huanqiong.lake.rows import in_order, plain_text


def merged_rows(
    root: Path,
    parts: Sequence[Part],
    *,
    t0: int | None = None,
    t1: int | None = None,
    devices: pa.Array | None = None,
) -> pa.Table:
    """All rows of the parts in the lake's order, text in dictionaries; by time and device where given."""
    names = SCHEMAS[parts[0].kind].names
    tables = [t for p in parts for t in read_part(root, p, names, t0=t0, t1=t1, devices=devices, coded=True)]
    if not tables:
        return SCHEMAS[parts[0].kind].empty_table()
    return in_order(pa.concat_tables(tables).unify_dictionaries().combine_chunks())


def read_days(
    root: Path,
    state: Manifest,
    kind: Kind,
    days: Sequence[str],
    t0: int | None,
    t1: int | None,
    columns: Sequence[str] | None,
    who: pa.Array | None,
) -> pa.Table:
    """The days' rows, one after the other. Parts that overlap in time are merged, others only joined."""
    schema = SCHEMAS[kind]
    names = list(columns) if columns is not None else schema.names
    wanted = pa.schema([schema.field(n) for n in names])
    out = [wanted.empty_table()]
    for day in days:
        timed = day != UNTIMED
        parts = [p for p in state.of(kind, day) if not timed or p.meets(t0, t1)]
        parts.sort(key=lambda p: (p.t0 or 0, p.seq))
        low, high = (t0, t1) if timed else (None, None)
        if parts and (not timed or any(b.meets(None, _after(a)) for a, b in pairwise(parts))):
            rows = merged_rows(root, parts, t0=low, t1=high, devices=who)
            out.append(plain_text(rows.select(names)).cast(wanted))
        else:
            for part in parts:
                out += read_part(root, part, names, t0=low, t1=high, devices=who)
    return pa.concat_tables(out)


def _after(part: Part) -> int | None:
    return None if part.t1 is None else part.t1 + 1
