"""One thing (a decoder, mostly) for each stream of sentences, never more than so many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from huanqiong.feed.net.pieces import Piece

MOST_STREAMS = 1024
"""Senders remembered. A UDP sender's address can be invented and every connection has a new one."""

T = TypeVar("T")


class Streams(Generic[T]):
    """What `make` made for a piece's source and sender; the longest silent one gives way to a new one."""

    def __init__(self, make: Callable[[], T], *, most: int = MOST_STREAMS) -> None:
        self.make, self.most = make, most
        self._kept: OrderedDict[tuple[str, str], T] = OrderedDict()

    def of(self, piece: Piece) -> T:
        """The stream's own, made on its first piece."""
        return self.of_key(piece.source, piece.sender)

    def of_key(self, source: str, sender: str) -> T:
        """As `of`, by names."""
        key = (source, sender)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self.make()
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def __len__(self) -> int:
        return len(self._kept)
