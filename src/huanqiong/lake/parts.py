"""One part: a Parquet file of one day, written whole, read by time and device."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huanqiong.core.errors import StoreError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC, T
from huanqiong.lake.durable import write_file
from huanqiong.lake.manifest import UNTIMED, Kind, Part
from huanqiong.lake.rows import LOWEST, U8, fingerprints, numeric, whole

SCHEMAS: dict[Kind, pa.Schema] = {"positions": POSITIONS, "static": STATIC, "other": OTHER}
GROUP_ROWS = 1_000_000
_NOTE = b"huanqiong"
_PLAIN = frozenset({"t", "lat", "lon", "raw_offset", "text"})


def write_part(
    root: Path,
    kind: Kind,
    day: str,
    seq: int,
    rows: pa.Table,
    sources: dict[str, int],
    digests: tuple[str, ...] = (),
    replaces: tuple[str, ...] = (),
) -> Part:
    """Writes sorted rows of one day. The file alone says what it is, should the manifest be lost."""
    note = {"kind": kind, "day": day, "seq": seq, "sources": sources, "replaces": replaces}
    name = f"{kind}/day={day}/{seq:08d}-{os.urandom(4).hex()}.parquet"
    schema = SCHEMAS[kind].with_metadata({_NOTE: json.dumps(note).encode()})

    def write(f: IO[bytes]) -> None:
        dictionary = [c for c in rows.column_names if c not in _PLAIN]
        with pq.ParquetWriter(
            f, schema, compression="zstd", compression_level=3, use_dictionary=dictionary
        ) as writer:
            for at in range(0, rows.num_rows, GROUP_ROWS):
                writer.write_table(rows.slice(at, GROUP_ROWS).cast(schema), row_group_size=GROUP_ROWS)

    write_file(root / name, write)
    size, sha256 = measure(root / name)
    t = whole(rows, "t")
    timed = day != UNTIMED
    t0, t1 = (int(t[0]), int(t[-1])) if timed else (None, None)
    return Part(name, kind, day, seq, rows.num_rows, t0, t1, size, sha256, sources, digests)


def measure(path: Path) -> tuple[int, str]:
    """(bytes, SHA-256) of a file. FileNotFoundError when it is not there."""
    state, size = hashlib.sha256(), 0
    with path.open("rb") as f:
        while piece := f.read(4 << 20):
            state.update(piece)
            size += len(piece)
    return size, state.hexdigest()


def described(root: Path, path: Path) -> tuple[Part, tuple[str, ...]]:
    """A part as its own file tells it, and the parts it replaces. ValueError: no file of a lake."""
    try:
        file = pq.ParquetFile(path)
        note = json.loads((file.schema_arrow.metadata or {})[_NOTE])
        t = file.read(columns=["t"])
    except (OSError, pa.ArrowInvalid, KeyError) as e:
        raise ValueError(str(e)) from None
    size, sha256 = measure(path)
    times = whole(t, "t")
    timed = note["day"] != UNTIMED and len(times) > 0
    t0, t1 = (int(times[0]), int(times[-1])) if timed else (None, None)
    name = path.relative_to(root).as_posix()
    part = Part(
        name, note["kind"], note["day"], note["seq"], len(times), t0, t1, size, sha256, dict(note["sources"])
    )
    return part, tuple(note["replaces"])


def _open(root: Path, part: Part, coded: bool = False) -> pq.ParquetFile:
    """`coded`: text columns stay dictionaries, for reads that keep few rows."""
    path = root / part.name
    texts = [f.name for f in SCHEMAS[part.kind] if pa.types.is_string(f.type) and f.name not in _PLAIN]
    try:
        return pq.ParquetFile(path, read_dictionary=texts if coded else None)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowInvalid) as e:
        raise _damaged(path, e) from None


def _damaged(path: Path, e: Exception) -> StoreError:
    return StoreError(f"{path}: cannot be read ({str(e).splitlines()[0]}). Run `hq doctor`.")


def _groups(file: pq.ParquetFile, t0: int | None, t1: int | None) -> list[int]:
    """Row groups that may hold t0 <= t < t1."""
    at = file.schema_arrow.get_field_index("t")
    out = []
    for g in range(file.num_row_groups):
        stats = file.metadata.row_group(g).column(at).statistics
        if stats is not None and stats.has_min_max and (t0 is not None or t1 is not None):
            low, high = (pa.scalar(v, T).value for v in (stats.min, stats.max))
            if (t1 is not None and low >= t1) or (t0 is not None and high < t0):
                continue
        out.append(g)
    return out


def read_part(
    root: Path,
    part: Part,
    columns: Iterable[str],
    *,
    t0: int | None = None,
    t1: int | None = None,
    devices: pa.Array | None = None,
    coded: bool = False,
) -> Iterator[pa.Table]:
    """Rows with t0 <= t < t1 (microseconds), a table a group; `devices`: MMSIs where it has none.

    `coded`: text stays in dictionaries, which takes a fifth of the memory.
    """
    schema = SCHEMAS[part.kind]
    wanted = list(columns)
    who = "device" if "device" in schema.names else "mmsi"
    extra = ["t"] if t0 is not None or t1 is not None else []
    extra += [who] if devices is not None else []
    need = [n for n in schema.names if n in wanted or n in extra]
    out_schema = pa.schema([schema.field(n) for n in wanted])
    with _open(root, part, coded=coded or devices is not None) as file:
        for g in _groups(file, t0, t1):
            try:
                if devices is not None:
                    chosen = _among(file.read_row_group(g, columns=[who]).column(who), devices)
                    if not chosen.any():
                        continue
                table = file.read_row_group(g, columns=need)
                if devices is not None:
                    table = table.filter(pa.array(chosen))
            except (OSError, pa.ArrowInvalid) as e:
                raise _damaged(root / part.name, e) from None
            if extra and (t0 is not None or t1 is not None):
                t = whole(table, "t")
                low = 0 if t0 is None else int(np.searchsorted(t, t0))
                high = len(t) if t1 is None else int(np.searchsorted(t, t1))
                table = table.slice(low, high - low)
            yield table.select(wanted) if coded else table.select(wanted).cast(out_schema)


def _among(keys: pa.ChunkedArray, wanted: pa.Array) -> npt.NDArray[np.bool_]:
    """Which keys are wanted; dictionaries are asked once a distinct value."""
    out = []
    for chunk in keys.chunks:
        if pa.types.is_dictionary(chunk.type):
            hit = np.append(np.asarray(pc.is_in(chunk.dictionary, value_set=wanted)), False)
            out.append(hit[pc.fill_null(chunk.indices, len(hit) - 1).to_numpy(zero_copy_only=False)])
        else:
            out.append(np.asarray(pc.is_in(chunk, value_set=wanted)))
    return np.concatenate(out) if out else np.zeros(0, bool)


def look_up(
    root: Path, part: Part, prints: U8, t0: int | None, t1: int | None
) -> Iterator[tuple[U8, pa.Table]]:
    """Stored rows whose fingerprint is among `prints`, with it; reads whole rows only where one is."""
    schema = SCHEMAS[part.kind]
    names = numeric(schema)
    for g, few in _numeric_groups(root, part, names, t0, t1):
        theirs = fingerprints(few, names)
        hit = np.isin(theirs, prints)
        if hit.any():
            with _open(root, part, coded=True) as file:
                rows = file.read_row_group(g, columns=schema.names)
            yield theirs[hit], rows.filter(pa.array(hit)).cast(schema)


def _numeric_groups(
    root: Path, part: Part, names: list[str], t0: int | None, t1: int | None
) -> Iterator[tuple[int, pa.Table]]:
    with _open(root, part) as file:
        for g in _groups(file, t0, None if t1 is None else t1 + 1):
            yield g, file.read_row_group(g, columns=names).select(names)


def day_of(t: int) -> str:
    """The UTC day of a time in microseconds; `untimed` for none."""
    return UNTIMED if t == LOWEST else str(np.datetime64(t, "us").astype("datetime64[D]"))
