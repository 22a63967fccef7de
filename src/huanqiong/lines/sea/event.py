"""Findings of the kernels as rows of the events table, with reasons, severity and score.

Column by column with Arrow: an archive's hundred thousand events must not cost a Python loop each.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.core.schema import EVENTS, T
from huanqiong.lines.sea.track.columns import F8, I8, Devices

Texts = tuple[Sequence[str], NDArray]
"""Texts that occur often: each once, and for every event the number of its text."""
Values = NDArray | Texts


@dataclass(frozen=True)
class Part:
    """One reason of all events of a kind: `values` (NaN: not available), rounded to `digits`."""

    code: str
    values: Values
    unit: str | None = None
    limit: float | int | str | None = None
    source: str | None = None
    digits: int = 3

    def head(self) -> str:
        """What stands before the value in the reason's JSON object."""
        head = {"code": self.code, "limit": self.limit, "source": self.source, "unit": self.unit}
        return json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[:-1] + ',"value":'

    def numbers(self) -> pa.Array:
        """The values as JSON."""
        if isinstance(self.values, tuple):
            texts, at = self.values
            used, at = np.unique(at, return_inverse=True)
            return strings([json.dumps(texts[k], ensure_ascii=False) for k in used.tolist()]).take(arrow(at))
        if self.values.dtype.kind in "iu":
            return arrow(self.values.astype(np.int64)).cast(pa.string())
        rounded = np.round(self.values, self.digits)
        known = np.isfinite(rounded)
        texts = arrow(rounded).cast(pa.string())
        return texts if known.all() else pc.if_else(pa.array(known.tolist()), texts, constant("null"))


def arrow(values: NDArray) -> pa.Array:
    """An Arrow array over the same memory (`pa.array` looks for pandas anew at every call)."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_TYPES[values.dtype.str], len(values), [None, pa.py_buffer(values)])


def strings(texts: list[str]) -> pa.StringArray:
    """Texts as an Arrow array (`pa.array` and `pa.scalar` look for other libraries at every call)."""
    raw = [t.encode() for t in texts]
    offsets = np.zeros(len(raw) + 1, dtype=np.int32)
    np.cumsum([len(r) for r in raw], out=offsets[1:])
    return pa.StringArray.from_buffers(len(raw), pa.py_buffer(offsets), pa.py_buffer(b"".join(raw)))


def constant(text: str) -> pa.StringScalar:
    """A text as a scalar."""
    return strings([text])[0]


_TYPES = {"<i8": pa.int64(), "<f8": pa.float64(), "|i1": pa.int8()}


def reasons_of(parts: list[Part], n: int) -> pa.Array:
    """The reasons column: a JSON list for each of n events."""
    if n == 0:
        return pa.array([], pa.string())
    pieces: list[pa.Array | pa.Scalar] = []
    for k, part in enumerate(parts):
        pieces += [constant(("[" if k == 0 else "},") + part.head()), part.numbers()]
    return pc.binary_join_element_wise(*pieces, constant("}]"), constant(""))


def subjects_of(keys: I8, devices: Devices) -> pa.Array:
    """Subjects' ids."""
    if len(keys) and keys.min() < 0:
        return pa.array([devices.subject(k) for k in keys.tolist()], pa.string())
    return pc.binary_join_element_wise(constant("mmsi:"), arrow(keys).cast(pa.string()), constant(""))


def _mmsi(keys: I8) -> pa.Array:
    if len(keys) and keys.min() < 0:
        return pa.array(keys, pa.int64(), mask=keys < 0)
    return arrow(keys)


def events(
    kind: str,
    profile: Profile,
    devices: Devices,
    keys: I8,
    t0: I8,
    t1: I8,
    lat: F8,
    lon: F8,
    value: F8,
    parts: list[Part],
    other: I8 | None = None,
    section: str | None = None,
) -> pa.Table:
    """Events of one kind. `value` decides severity and score; `other` is the second ship of a pair."""
    n = len(keys)
    if n == 0:
        return EVENTS.empty_table()
    two, three = profile.bands(section or kind)
    severity = np.where(value < two, 1, np.where(value < three, 2, 3)).astype(np.int8)
    none = pa.nulls(n, pa.string())
    columns = [
        pa.repeat(constant(kind), n),
        subjects_of(keys, devices),
        none if other is None else subjects_of(other, devices),
        _mmsi(keys),
        pa.nulls(n, pa.int64()) if other is None else _mmsi(other),
        arrow(t0).cast(T),
        arrow(t1).cast(T),
        arrow(lat),
        arrow(lon),
        arrow(value / (value + two)),
        arrow(severity),
        reasons_of(parts, n),
        pa.repeat(constant(profile.name), n),
        pa.repeat(constant(profile.version), n),
    ]
    return pa.table(columns, schema=EVENTS)


def in_order(tables: list[pa.Table]) -> pa.Table:
    """One table in the order of time, kind, subject, other subject, end."""
    whole = pa.concat_tables([t for t in tables if t.num_rows] or [EVENTS.empty_table()]).combine_chunks()
    if whole.num_rows < 2:
        return whole
    plain = whole.column("mmsi").null_count == 0  # AIS subjects by number, then devices by text
    if plain:
        last = np.iinfo(np.int64).max
        ints = [
            whole.column(c).cast(pa.int64()).fill_null(last).to_numpy() for c in ("t1", "other_mmsi", "mmsi")
        ]
        kind = pc.rank(whole.column("kind"), tiebreaker="dense").to_numpy()
        return whole.take(np.lexsort((*ints, kind, whole.column("t0").cast(pa.int64()).to_numpy())))
    names = ("t0", "kind", "mmsi", "subject", "other_mmsi", "other_subject", "t1")
    return whole.take(pc.sort_indices(whole, sort_keys=[(n, "ascending") for n in names]))
