"""Acts of the log itself: a checkpoint handed out, a witness's cosignature or a stamp of time taken in."""

from __future__ import annotations

from pathlib import Path

from huanqiong.core.errors import IntegrityError, MissingError
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.models import LogCheckpoint, LogMark
from huanqiong.desk.trust.note import Checkpoint, parse_checkpoint
from huanqiong.desk.trust.sequencer import sequence
from huanqiong.desk.trust.suites import VerifyKey
from huanqiong.desk.trust.witness import check_cosignature


def checkpoint(keys: Path, *, by: Actor) -> Checkpoint:
    """Logs that the log was exported, gives everything its place and returns the checkpoint over it.

    The entry of this act is itself among those signed: a fresh store has its first entry and this one.
    """
    with act("audit.export", by=by, permission="audit.export", subject="audit"):
        pass
    sequence(keys)
    text = reads.checkpoint()
    if text is None:
        raise MissingError("The log has no checkpoint yet.")
    return parse_checkpoint(text)[0]


def take_cosignature(line: str, name: str, key: VerifyKey, *, size: int, by: Actor) -> None:
    """Keeps a witness's cosignature under the checkpoint over `size` entries.

    MissingError: there is no such checkpoint. IntegrityError: the witness's key did not sign it.
    """
    with act(
        "audit.cosigned",
        by=by,
        permission="audit.export",
        subject="audit",
        details={"size": size, "witness": name},
    ) as a:
        point = LogCheckpoint.objects.filter(size=size).first()
        if point is None:
            raise MissingError(f"The log has signed no checkpoint over {size} entries.")
        check_cosignature(parse_checkpoint(point.text)[0], line, name, key)
        kept = LogMark.objects.filter(checkpoint=point, kind="cosignature", by=name)
        if kept.exists():
            a.idle = True
            return
        LogMark(checkpoint=point, kind="cosignature", by=name, data=line, at=a.at).save()


def take_timestamp(token: bytes, *, size: int, by: Actor) -> str:
    """Keeps an RFC 3161 response over the checkpoint of `size` entries; returns the time it stamps.

    IntegrityError: the response is over something else, or is none.
    """
    import base64

    from huanqiong.desk.trust.stamp import read_stamp

    with act("audit.stamped", by=by, permission="audit.export", subject="audit", details={"size": size}) as a:
        point = LogCheckpoint.objects.filter(size=size).first()
        if point is None:
            raise MissingError(f"The log has signed no checkpoint over {size} entries.")
        stamp = read_stamp(token)
        if not stamp.covers(parse_checkpoint(point.text)[0]):
            raise IntegrityError(f"The stamp is not over the checkpoint of {size} entries.")
        a.details["time"] = stamp.time
        if LogMark.objects.filter(checkpoint=point, kind="timestamp", by=stamp.authority).exists():
            a.idle = True
        else:
            data = base64.b64encode(token).decode()
            LogMark(checkpoint=point, kind="timestamp", by=stamp.authority, data=data, at=a.at).save()
        return stamp.time.isoformat()
