"""Acts of the log itself: its checkpoint, signed and handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import sign_checkpoint
from huanqiong.desk.trust.models import AuditHead


def checkpoint(keys: Path, *, by: Actor) -> dict[str, Any]:
    """Signs the log's end with the key in `keys` and logs that it was exported.

    Returns {size, head, text}: the entry of this act is itself the last one signed, so a fresh store has
    its genesis entry and this one.
    """
    key = signing_key(keys)
    with act("audit.export", by=by, permission="audit.export", subject="audit"):
        pass
    head = AuditHead.objects.get()
    return {
        "size": head.size,
        "head": head.hash,
        "text": sign_checkpoint(head.log, head.size, head.hash, key),
    }
