"""One process, day by day: memory is bounded by a day's needed columns and the kernel's own state.

The contract any engine keeps: `run(kernel, lake, days, key)` gives the table that one kernel gives when it
is fed all rows of the days in time order. `key` names the column whose rows must meet in one kernel; None:
all rows must (encounters need that). With a key the rows may be dealt out to several kernels (`parts`),
here one after the other to need less memory, on a cluster side by side.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.errors import UsageError
from huanqiong.lake.positions import Lake

Progress = Callable[[str, int, int], None]


class Kernel(Protocol):
    """Fed positions sorted by time, day after day; gives its events at the end."""

    def feed(self, table: pa.Table, /) -> object:
        """Takes the next rows; `t` never goes back between calls."""

    def finish(self) -> pa.Table:
        """All events of the rows fed."""


def windows(days: Iterable[date]) -> Iterator[list[date]]:
    """Days grouped into runs of neighbours: a silence between runs is the archive's, not the ships'."""
    run_of: list[date] = []
    for day in sorted(set(days)):
        if run_of and day - run_of[-1] > timedelta(days=1):
            yield run_of
            run_of = []
        run_of.append(day)
    if run_of:
        yield run_of


def run(
    kernel: Callable[[], Kernel],
    lake: Lake,
    days: Iterable[date] | None = None,
    key: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    parts: int = 1,
    progress: Progress | None = None,
) -> pa.Table:
    """The events of a fresh kernel over each window of days (None: all the lake holds), one table.

    `columns` are those the kernel reads, None = all. `parts` > 1 needs a `key`. Events come window by
    window, part by part, in the kernel's order. UsageError: parts without a key.
    """
    if parts > 1 and key is None:
        raise UsageError("This kernel needs all ships together: it cannot be run in parts.")
    spans = list(windows(lake.days() if days is None else days))
    total = sum(lake.rows(day=day) for span in spans for day in span) * parts
    done, out = 0, []
    wanted = columns if columns is None or key is None or key in columns else [*columns, key]
    for span in spans:
        for part in range(parts):
            one = kernel()
            for day in span:
                table = lake.read_day(day, columns=wanted)
                done += table.num_rows
                one.feed(table if parts == 1 or key is None else dealt(table, key, part, parts))
                if progress:
                    progress("detect", done, total)
            out.append(one.finish())
    if not out:
        out = [kernel().finish()]
    return pa.concat_tables(out)


def dealt(table: pa.Table, key: str, part: int, parts: int) -> pa.Table:
    """The rows whose key falls to one of the parts: the same on every machine, nulls to the first."""
    encoded = table.column(key).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks)
    shares = [zlib.crc32(str(v).encode()) % parts for v in encoded.dictionary.to_pylist()]
    share = np.array([*shares, 0])[pc.fill_null(encoded.indices, len(shares)).to_numpy(zero_copy_only=False)]
    return table.filter(pa.array(share == part))
