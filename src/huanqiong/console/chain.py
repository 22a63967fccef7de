"""Whether the audit log holds: entries against their hashes and columns, the tree against what was signed.

Goes on from where the last check ended; the signatures are checked by `hq audit verify`.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any

from huanqiong.core.merkle import Frontier
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.canonical import plain
from huanqiong.desk.trust.note import parse_checkpoint
from huanqiong.desk.trust.which import suite


@dataclass(frozen=True, slots=True)
class Checked:
    """`upto`: entries that hold; `broken`: the first entry that does not, None when all do."""

    upto: int
    broken: int | None


_lock = threading.Lock()
_state: Frontier | None = None


def _columns_agree(e: Any) -> bool:
    """Whether what pages search by is what was hashed."""
    body = json.loads(e.body)
    told = (body["at"], body["actor"], body["act"], body["subject"][:80])
    return bool(told == (plain(e.at), e.actor, e.act, e.subject))


def forget() -> None:
    """Begins from the first entry again."""
    global _state
    _state = None


def verified() -> Checked:
    """Checks the entries added since the last call. After a break every call says so again."""
    global _state
    with _lock:
        tree = _state or Frontier(hasher=suite().hasher)
        begun = tree.size
        newest = reads.checkpoint()
        tree = Frontier(tree.size, list(tree.peaks), tree.hasher)
        point = parse_checkpoint(newest)[0] if newest is not None else None
        for e in reads.checked_rows(begun):
            if point is None or tree.size == point.size:
                break
            leaf = tree.hasher.leaf(e.body.encode())
            if e.seq != tree.size + 1 or leaf != bytes(e.leaf) or not _columns_agree(e):
                return Checked(tree.size, tree.size + 1)
            tree.append(leaf)
        if point is not None and (tree.size != point.size or tree.root() != point.root):
            return Checked(begun, begun + 1)
        _state = tree
        return Checked(tree.size, None)
