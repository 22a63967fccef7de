"""Our tables against rows of the peer, field by field."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from huanqiong.lines.sea.message import Decoded

Row = dict[str, Any]
DEGREES = ("lat", "lon")


def _same(name: str, ours: Any, theirs: Any) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    if name in DEGREES:  # pyais rounds to six decimals, ours is the quotient itself
        return round(ours, 6) == round(theirs, 6)
    return bool(ours == theirs)


def assert_same_rows(ours: pa.Table, theirs: list[Row]) -> None:
    """The same rows in the same order, every field of the peer's."""
    assert ours.num_rows == len(theirs)
    if not theirs:
        return
    for name in theirs[0]:
        column = ours.column(name).to_pylist()
        wrong = [
            (i, a, row[name])
            for i, (a, row) in enumerate(zip(column, theirs, strict=True))
            if not _same(name, a, row[name])
        ]
        assert not wrong, f"{name}: {len(wrong)} differ, first {wrong[:5]}"


def assert_same(ours: Decoded, theirs: dict[str, list[Row]]) -> None:
    """All three tables."""
    assert_same_rows(ours.positions, theirs["positions"])
    assert_same_rows(ours.static, theirs["static"])
    assert_same_rows(ours.other, theirs["other"])
