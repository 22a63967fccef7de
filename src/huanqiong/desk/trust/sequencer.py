"""Gives entries of the log, and news of the outbox, their places, and signs: one at a time over a store.

An entry commits with its act; a moment later a round of the sequencer takes all that wait, in the order in
which their rows were made, appends them to the tree and signs a checkpoint, in one transaction. Killed in
mid-round, the next round does it again. Several processes may each run one: the state's row is their lock.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.utils import DatabaseError

from huanqiong.core.errors import HuanqiongError, StoreError
from huanqiong.core.merkle import Frontier
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.models.log import LogCheckpoint, LogEntry, LogNode, LogState
from huanqiong.desk.trust.models.outbox import OutboxRow
from huanqiong.desk.trust.note import origin_of, sign_checkpoint
from huanqiong.desk.trust.suites import SigningKey, suite_of
from huanqiong.desk.trust.which import suite

ROUND = 5000
"""Entries a round takes at most: what waits longer is seen in the lag, not in one endless transaction."""
EVERY_S = 0.1
"""From one round's beginning to the next: each costs a commit, which on SQLite acts must wait for."""
NODE_STEP = 8
"""Every eighth level of the tree is kept: proofs read at most some hundred rows, an entry costs 1/255 row."""

log = logging.getLogger(__name__)
_free = threading.Event()
_free.set()


def give_way() -> None:
    """Lets a round that is due begin first. SQLite lets whoever comes at the right moment write, so that acts
    in a close row would keep the sequencer waiting for seconds; a tenth of a second is the most it asks."""
    if not _free.is_set():
        _free.wait(EVERY_S)


class Sequencer:
    """Rounds in a thread of its own, for as long as the process lives. `keys`: where the signing key lies."""

    def __init__(self, keys: Path, using: str = DEFAULT_DB_ALIAS) -> None:
        self.keys, self.using = keys, using
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Sequencer:
        """Begins in the background."""
        self._thread = threading.Thread(target=self.run, args=(self._stop,), name="sequencer", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends after a last round."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def run(self, stop: threading.Event) -> None:
        """Rounds until told to stop, then a last one. A database that is away is waited for."""
        patience_s = EVERY_S
        try:
            while not stop.wait(patience_s):
                begun = time.monotonic()
                try:
                    sequence(self.keys, self.using)
                    patience_s = max(0.0, EVERY_S - (time.monotonic() - begun))
                except (DatabaseError, OSError, HuanqiongError):
                    log.exception("the log's sequencer could not write; it tries again")
                    connections[self.using].close()
                    patience_s = min(5.0, max(EVERY_S, patience_s * 2))
            with suppress(DatabaseError, OSError, HuanqiongError):  # else the next process places it
                sequence(self.keys, self.using)
        finally:
            connections[self.using].close()


def sequence(keys: Path, using: str = DEFAULT_DB_ALIAS) -> int:
    """Gives all that waits its place, signs, and returns how many entries that were.

    StoreError: the key or the suite is not the log's.
    """
    done = 0
    while _waiting(using):
        _free.clear()
        try:
            done += _round(keys, using)
        finally:
            _free.set()
    return done


def _waiting(using: str) -> bool:
    """Whether anything waits, or the log has not begun."""
    return (
        LogEntry.objects.using(using).filter(seq=None).exists() or not LogState.objects.using(using).exists()
    )


@lru_cache(maxsize=8)
def _key(keys: Path, suite_name: str, inode: int) -> SigningKey:
    return signing_key(keys, suite_of(suite_name))


def _signer(keys: Path, suite_name: str) -> SigningKey:
    """The key, read again only when its file is another."""
    file = keys / "audit.key"
    return _key(keys, suite_name, file.stat().st_ino if file.exists() else 0)


def _round(keys: Path, using: str) -> int:
    with transaction.atomic(using=using):
        state = LogState.objects.using(using).select_for_update().first() or _begin(using)
        if state.suite != suite().name:
            raise StoreError(
                f"The log {state.log} is of the suite {state.suite}, the store says {suite().name}: "
                "a log keeps the suite it began with. Restore store.toml."
            )
        entries = LogEntry.objects.using(using).filter(seq=None).order_by("id")
        waiting = list(entries.values_list("id", "leaf", "at", "news")[:ROUND])
        leaves = [(pk, leaf) for pk, leaf, _, _ in waiting]
        _place(leaves, state.size, using)
        _tell(state, ((at, news) for _, _, at, news in waiting if news is not None), using)
        if leaves or not LogCheckpoint.objects.using(using).exists():
            _grow(state, [bytes(leaf) for _, leaf in leaves], keys, using)
        state.save(using=using)
    return len(leaves)


def _begin(using: str) -> LogState:
    """The log's first entry, before all that wait already, and its state."""
    at, name = now(), secrets.token_hex(8)
    body = canonical(
        {
            "v": 1,
            "id": secrets.token_hex(8),
            "at": at,
            "actor": "system",
            "act": "audit.begin",
            "subject": "audit",
            "details": {"log": name, "suite": suite().name},
        }
    )
    leaf = suite().hasher.leaf(body.encode())
    first = LogEntry.objects.using(using).create(
        body=body, leaf=leaf, at=at, actor="system", act="audit.begin", subject="audit"
    )
    state = LogState.objects.using(using).create(pk=1, log=name, suite=suite().name, peaks=b"")
    _place([(first.pk, leaf)], 0, using)
    tree = Frontier(hasher=suite().hasher)
    tree.append(leaf)
    state.size, state.peaks = 1, leaf
    return state


def _place(leaves: list[tuple[int, bytes]], size: int, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.executemany(
            f"UPDATE {LogEntry._meta.db_table} SET seq = %s, news = NULL WHERE id = %s AND seq IS NULL",
            [(size + n, pk) for n, (pk, _) in enumerate(leaves, 1)],
        )


def _tell(state: LogState, news: Iterable[tuple[datetime, str]], using: str) -> None:
    """What the entries that were placed brought for the stream, in their order."""
    rows = [(topic, ids, at) for at, text in news for topic, ids in json.loads(text)]
    OutboxRow.objects.using(using).bulk_create(
        [
            OutboxRow(pos=state.told + n, topic=topic, payload=ids, at=at)
            for n, (topic, ids, at) in enumerate(rows, 1)
        ]
    )
    state.told += len(rows)


def _grow(state: LogState, leaves: list[bytes], keys: Path, using: str) -> None:
    """Appends to the tree, keeps its nodes, signs its root."""
    peaks = bytes(state.peaks)
    tree = Frontier(state.size, [peaks[i : i + 32] for i in range(0, len(peaks), 32)], suite().hasher)
    nodes = [
        LogNode(level=level, index=index, hash=node)
        for leaf in leaves
        for level, index, node in tree.append(leaf)
        if level and level % NODE_STEP == 0
    ]
    LogNode.objects.using(using).bulk_create(nodes)
    state.size, state.peaks = tree.size, b"".join(tree.peaks)
    point = sign_checkpoint(origin_of(state.log), tree.size, tree.root(), _signer(keys, state.suite))
    LogCheckpoint.objects.using(using).create(size=point.size, text=point.text, at=now())


def lag_s(using: str = DEFAULT_DB_ALIAS) -> float:
    """How long the oldest waiting entry has waited for its place; 0.0 when none waits."""
    oldest = (
        LogEntry.objects.using(using).filter(seq=None).order_by("id").values_list("at", flat=True).first()
    )
    return max(0.0, (now() - oldest).total_seconds()) if oldest is not None else 0.0


def wait_until_placed(timeout_s: float = 5.0, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether all that waits got its place in that time, from a sequencer elsewhere."""
    end = time.monotonic() + timeout_s
    while _waiting(using):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
