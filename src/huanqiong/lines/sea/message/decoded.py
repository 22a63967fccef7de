"""What decoding gives: tables, what was set aside, and counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from huanqiong.core.schema import OTHER, POSITIONS, STATIC

TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or sentence that could not be used, for the side file."""

    where: str
    """`byte N, line M`: the first byte (from 0) and line (from 1) of the sentence."""
    cause: str
    """A word of `causes.CAUSES`."""
    text: str
    """The line as it came, at most 200 characters; bytes that are no ASCII shown as `\\xNN`."""

    def as_dict(self) -> dict[str, str]:
        """The form of a line in `OUT.rejects.jsonl`."""
        return {"where": self.where, "cause": self.cause, "text": self.text}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Tables of one call in file order; every table may be empty, none is ever missing."""

    positions: pa.Table
    static: pa.Table
    other: pa.Table
    rejects: list[Reject] = field(default_factory=list)
    """The first of them only where a call had very many: `counts` is always complete."""
    counts: dict[str, int] = field(default_factory=dict)
    """`lines`, `sentences`, `messages`, `rejected`, and a number a cause."""


def empty() -> Decoded:
    """Nothing decoded: three empty tables."""
    return Decoded(POSITIONS.empty_table(), STATIC.empty_table(), OTHER.empty_table())


def joined(parts: list[Decoded]) -> Decoded:
    """Several results as one, in order."""
    if not parts:
        return empty()
    counts: dict[str, int] = {}
    for part in parts:
        for name, n in part.counts.items():
            counts[name] = counts.get(name, 0) + n
    return Decoded(
        pa.concat_tables([p.positions for p in parts]),
        pa.concat_tables([p.static for p in parts]),
        pa.concat_tables([p.other for p in parts]),
        [r for p in parts for r in p.rejects],
        counts,
    )
