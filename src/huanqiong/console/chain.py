"""Whether the audit chain holds: checked entry by entry, going on from where the last check ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from huanqiong.desk.trust import reads
from huanqiong.desk.trust.log import ZERO, link


@dataclass(frozen=True, slots=True)
class Checked:
    """`upto`: entries that hold; `broken`: the first entry that does not, None when all do."""

    upto: int
    broken: int | None


_lock = threading.Lock()
_state: tuple[int, str] = (0, ZERO)


def verified() -> Checked:
    """Checks the entries added since the last call. After a break every call says so again."""
    global _state
    with _lock:
        seq, head = _state
        for n, body, stored in reads.audit_log():
            if n <= seq:
                continue
            if n != seq + 1 or link(head, body) != stored:
                return Checked(seq, n)
            seq, head = n, stored
        _state = (seq, head)
        return Checked(seq, None)
