"""Findings of the kernels as rows of the events table, with reasons, severity and score, in one order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huanqiong.core.profile import Profile
from huanqiong.core.schema import EVENTS, T
from huanqiong.lines.sea.text import Part, Script, lengths, script, write
from huanqiong.lines.sea.track.columns import F8, I8, Devices

_NOBODY = np.iinfo(np.int64).max
"""No second ship: after all others."""
_DEVICE = 1 << 62
"""Devices without an MMSI come after ships, in the order of their names."""
_BLOCK = 1_000_000
"""Rows of one Arrow text array: its offsets have 32 bits."""


class Found(NamedTuple):
    """Events of one kind by column, their reasons not yet written. Keys as in `Columns`."""

    kind: str
    key: I8
    other: I8 | None  # the second ship of a pair; None: a kind of one ship
    t0: I8
    t1: I8
    lat: F8
    lon: F8
    score: F8
    severity: NDArray[np.int8]
    reasons: Script


def events(
    kind: str,
    profile: Profile,
    keys: I8,
    t0: I8,
    t1: I8,
    lat: F8,
    lon: F8,
    value: F8,
    parts: list[Part],
    other: I8 | None = None,
    section: str | None = None,
) -> Found:
    """Events of one kind. `value` decides severity and score; `other` is the second ship of a pair."""
    two, three = profile.bands(section or kind)
    severity = np.where(value < two, 1, np.where(value < three, 2, 3)).astype(np.int8)
    return Found(
        kind, keys, other, t0, t1, lat, lon, value / (value + two), severity, script(parts, len(keys))
    )


def table_of(found: list[Found], profile: Profile, devices: Devices) -> pa.Table:
    """Rows of the events table in the order of time, kind, subject, other subject, end."""
    found = [f for f in found if len(f.key)]
    if not found:
        return EVENTS.empty_table()
    kinds = sorted({f.kind for f in found})
    kind = np.concatenate([np.full(len(f.key), kinds.index(f.kind), dtype=np.int8) for f in found])
    key, t0, t1, lat, lon, score = (
        np.concatenate([getattr(f, c) for f in found]) for c in ("key", "t0", "t1", "lat", "lon", "score")
    )
    other = np.concatenate(
        [np.full(len(f.key), _NOBODY, dtype=np.int64) if f.other is None else f.other for f in found]
    )
    severity = np.concatenate([f.severity for f in found])
    order = np.lexsort((t1, _places(other, devices), _places(key, devices), kind, t0))
    key, other, n = key[order], other[order], len(order)
    columns = [
        _strings(kinds).take(arrow(kind[order])),
        _subjects(key, devices),
        _subjects(other, devices),
        _mmsi(key),
        _mmsi(other),
        arrow(t0[order]).cast(T),
        arrow(t1[order]).cast(T),
        arrow(lat[order]),
        arrow(lon[order]),
        arrow(score[order]),
        arrow(severity[order]),
        _reasons([f.reasons for f in found], order),
        pa.repeat(_constant(profile.name), n),
        pa.repeat(_constant(profile.version), n),
    ]
    return pa.table(columns, schema=EVENTS)


def _reasons(scripts: list[Script], order: I8) -> pa.ChunkedArray:
    """The reasons of all scripts' events, one after the other, put in order."""
    n = len(order)
    size = np.empty(n, dtype=np.int64)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    begin = np.cumsum([0] + [s.values.shape[1] for s in scripts])
    parts = [slice(a, b) for a, b in zip(begin[:-1].tolist(), begin[1:].tolist(), strict=True)]
    for s, part in zip(scripts, parts, strict=True):
        lengths(s, size[part])
    chunks = []
    for low in range(0, n, _BLOCK):
        high = min(low + _BLOCK, n)
        offset = np.zeros(high - low + 1, dtype=np.int64)
        np.cumsum(size[order[low:high]], out=offset[1:])
        room = pa.allocate_buffer(int(offset[-1]))  # Arrow's own room is mostly warm from reading
        text = np.frombuffer(room, dtype=np.uint8)
        for s, part in zip(scripts, parts, strict=True):
            at = rank[part] - low
            inside = (at >= 0) & (at < high - low)
            write(s, np.where(inside, offset[np.where(inside, at, 0)], -1), text)
        ends = offset.astype(np.int32)
        chunks.append(pa.StringArray.from_buffers(high - low, pa.py_buffer(ends), room))
    return pa.chunked_array(chunks)


def _places(keys: I8, devices: Devices) -> I8:
    """Numbers that put subjects in order: ships by MMSI, then devices by name."""
    if not len(keys) or keys.min() >= 0:
        return keys
    names = np.argsort(np.argsort(np.array(devices.names, dtype=object)))
    return np.where(keys < 0, _DEVICE + names[np.where(keys < 0, -keys - 1, 0)], keys)


def _subjects(keys: I8, devices: Devices) -> pa.Array:
    """Subjects' ids; null: nobody."""
    if (keys == _NOBODY).all():
        return pa.nulls(len(keys), pa.string())
    if keys.min() < 0:
        return pa.array([None if k == _NOBODY else devices.subject(k) for k in keys.tolist()], pa.string())
    return pc.binary_join_element_wise(_constant("mmsi:"), _mmsi(keys).cast(pa.string()), _constant(""))


def _mmsi(keys: I8) -> pa.Array:
    without = (keys < 0) | (keys == _NOBODY)
    return pa.array(keys, pa.int64(), mask=without) if without.any() else arrow(keys)


def arrow(values: NDArray) -> pa.Array:
    """An Arrow array over the same memory (`pa.array` looks for pandas anew at every call)."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_TYPES[values.dtype.str], len(values), [None, pa.py_buffer(values)])


def _strings(texts: list[str]) -> pa.StringArray:
    """Texts as an Arrow array (`pa.array` and `pa.scalar` look for other libraries at every call)."""
    raw = [t.encode() for t in texts]
    offsets = np.zeros(len(raw) + 1, dtype=np.int32)
    np.cumsum([len(r) for r in raw], out=offsets[1:])
    return pa.StringArray.from_buffers(len(raw), pa.py_buffer(offsets), pa.py_buffer(b"".join(raw)))


def _constant(text: str) -> pa.StringScalar:
    return _strings([text])[0]


_TYPES = {"<i8": pa.int64(), "<f8": pa.float64(), "|i1": pa.int8()}
