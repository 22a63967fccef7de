"""Whole numbers in addresses, forms and headers: digits that are none, and endless ones, are no number."""

from __future__ import annotations

MOST = 15
"""Digits a number of ours has at most: every place, row and size lies far below."""


def whole(text: str) -> int | None:
    """The number a text spells; None: it spells none, or one too long to be meant."""
    return int(text) if text.isdecimal() and len(text) <= MOST else None
