"""A bounded queue between a line and a store: what is not acknowledged is held and given again."""

from __future__ import annotations

import threading
import time
from collections import deque

from huanqiong.feed.net.pieces import Batch, Piece

PIECE_COST = 256
"""Bytes counted for a piece beside its data, so that a flood of tiny datagrams is bounded too."""


class BatchQueue:
    """Pieces in, numbered batches out.

    All that is received and not yet acknowledged counts against `limit` bytes; `offer` refuses more.
    """

    def __init__(self, *, limit: int, batch_limit: int) -> None:
        self.limit, self.batch_limit = limit, batch_limit
        self._changed = threading.Condition()
        self._waiting: deque[Piece] = deque()
        self._held: deque[tuple[Batch, int]] = deque()
        self._again: deque[Batch] = deque()
        self._cost = 0
        self._number = 0
        self._closed = False

    def offer(self, piece: Piece, *, wait_s: float = 0.0) -> bool:
        """Takes the piece; False when there is no room, even after waiting `wait_s` seconds for it."""
        cost = len(piece.data) + PIECE_COST
        until = time.monotonic() + wait_s
        with self._changed:
            while self._cost + cost > self.limit and self._cost and not self._closed:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            if self._closed:
                return False
            self._waiting.append(piece)
            self._cost += cost
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> Batch | None:
        """The next batch; None when nothing came in `timeout_s` seconds or the queue is closed and empty."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while not self._again and not self._waiting:
                left = until - time.monotonic()
                if self._closed or left <= 0:
                    return None
                self._changed.wait(left)
            if self._again:
                return self._again.popleft()
            pieces: list[Piece] = []
            size = cost = 0
            while self._waiting and (not pieces or size + len(self._waiting[0].data) <= self.batch_limit):
                piece = self._waiting.popleft()
                pieces.append(piece)
                size += len(piece.data)
                cost += len(piece.data) + PIECE_COST
            self._number += 1
            batch = Batch(self._number, tuple(pieces))
            self._held.append((batch, cost))
            return batch

    def acknowledge(self, number: int) -> None:
        """Batches up to `number` are safe: their room is free again."""
        with self._changed:
            while self._held and self._held[0][0].number <= number:
                self._cost -= self._held.popleft()[1]
            while self._again and self._again[0].number <= number:
                self._again.popleft()
            self._changed.notify_all()

    def rewind(self) -> None:
        """What was taken and not acknowledged is given again, in order, before anything new."""
        with self._changed:
            self._again = deque(batch for batch, _ in self._held)
            self._changed.notify_all()

    def close(self) -> None:
        """No more pieces; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
