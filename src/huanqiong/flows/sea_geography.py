"""The geography of a store: the bundled one, with what the store's own directory puts in its place or adds.

STORE/geography/ takes the files that `hq sea detect --geography DIR` takes (docs/geography.md): anchorages of
the chart, other ports, a finer shoreline. Detection, live and archive, asks here and nowhere else.
"""

from __future__ import annotations

import json
from typing import IO

from huanqiong.core.geography import Geography, load_geography
from huanqiong.lake.durable import write_file
from huanqiong.lake.store import Store


def geography_of(store: Store) -> Geography:
    """The store's geography; rows of its anchorages that cannot be used are listed in a side file."""
    own = store.geography
    geography = load_geography(store.theatre, own if own.is_dir() else None)
    side = store.path / "rejects" / "geography.jsonl"
    if not geography.set_aside:
        side.unlink(missing_ok=True)
        return geography
    side.parent.mkdir(exist_ok=True)

    def write(out: IO[bytes]) -> None:
        for row in geography.set_aside:
            out.write(json.dumps(row.as_dict(), ensure_ascii=False).encode() + b"\n")

    write_file(side, write)
    return geography
