"""The plain form of a name: width, case, script variants, spacing and confused letters taken out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from huanqiong.lines.names.book import book

HAN = ("\u3400", "\u9fff")


@dataclass(frozen=True, slots=True)
class Folded:
    """`chars`: letters, digits and characters alone, folded; `typed`: the same before letters were confused.

    `breaks`: places in `chars` before which something else stood; `cut`: all twenty characters of a six-bit
    name are taken, so more may have followed.
    """

    chars: str
    typed: str
    breaks: frozenset[int]
    cut: bool


@cache
def _table() -> dict[int, str]:
    return {ord(k): v for k, v in book().confused.items()}


def confused(text: str) -> str:
    """Letters that are typed for digits, as those digits: O as 0, I as 1."""
    return text.translate(_table())


def is_han(c: str) -> bool:
    """Whether a character is Chinese."""
    return HAN[0] <= c <= HAN[1]


def fold(text: str) -> Folded:
    """A name as it is compared. What follows the six-bit filler "@" is not part of it."""
    b = book()
    head, _, _ = text.partition(b.air_ends)
    text = head if any(c.isalnum() for c in head) else text
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).upper())
    kept: list[str] = []
    breaks: set[int] = set()
    for c in plain:
        if unicodedata.combining(c):
            continue
        if c.isalnum():
            kept.append(b.simplified.get(c, c))
        else:
            breaks.add(len(kept))
    typed = "".join(kept)
    inside = frozenset(i for i in breaks if 0 < i < len(typed))
    # Six-bit text is Latin, and no longer than this: a name that fills it may have gone on.
    cut = len(text.strip()) == b.air_most and not any(is_han(c) for c in typed)
    return Folded(confused(typed), typed, inside, cut)


def plain(text: str) -> str:
    """The folded characters: "Qiong Lin Yu O1" and "QIONGLINYU01" are one."""
    return fold(text).chars
