"""What a witness does: sees that a log only grew, and signs that it saw it. No Django, no network.

The request is a text that can go by file, mail or the exchange:

    old SIZE                 what the witness saw last, 0: nothing
    BASE64 ...               the consistency proof, a hash a line; none when old is 0
    <empty line>
    the log's checkpoint

Source: C2SP tlog-witness (add-checkpoint), tlog-cosignature (cosignature/v1).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from huanqiong.core.errors import IntegrityError
from huanqiong.core.merkle import extends
from huanqiong.desk.trust.note import Checkpoint, Signature, read_checkpoint, read_signature
from huanqiong.desk.trust.suites import SigningKey, VerifyKey, key_id

PROOF_MOST = 63


def request(old: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """The text that a log sends to a witness."""
    lines = [f"old {old}", *(base64.b64encode(h).decode() for h in proof)]
    return "\n".join(lines) + "\n\n" + checkpoint


def cosign(
    text: str, seen: Checkpoint | None, log_key: VerifyKey, *, name: str, key: SigningKey, at_s: int
) -> tuple[Checkpoint, str]:
    """Checks a request against what the witness saw last and signs: (the new checkpoint, the line).

    IntegrityError: the log's own signature does not hold, it is another log, it shrank, or what it shows does
    not begin with what was seen: then the log told two stories, and `seen` with this text is the proof of it.
    """
    old, proof, checkpoint = _read(text)
    point = read_checkpoint(checkpoint, log_key)
    if seen is not None and seen.origin != point.origin:
        raise IntegrityError(f"This witness watches {seen.origin}; the checkpoint is of {point.origin}.")
    last = seen.size if seen is not None else 0
    if old != last:
        raise IntegrityError(
            f"The witness saw {last} entries last; the proof starts at {old}. Send from there."
        )
    if point.size < last:
        raise IntegrityError(f"The log had {last} entries and now shows {point.size}.")
    hasher = log_key.suite.hasher
    if seen is None or not last:
        consistent = not proof
    else:
        consistent = extends(last, point.size, seen.root, point.root, proof, hasher)
    if not consistent:
        raise IntegrityError(
            f"The history was forked: the checkpoint over {point.size} entries does not continue the one "
            f"over {last} that this witness saw."
        )
    kind = key.public().suite.cosignature_type
    data = at_s.to_bytes(8, "big") + key.sign(_message(point, at_s))
    return point, Signature(name, key_id(name, kind, key.public().raw), data).line().rstrip("\n")


def check_cosignature(point: Checkpoint, line: str, name: str, key: VerifyKey) -> int:
    """When (seconds since 1970) the witness saw the log at this checkpoint; IntegrityError else."""
    signature = read_signature(line)
    kind = key.suite.cosignature_type
    if signature.name != name or signature.key != key_id(name, kind, key.raw) or len(signature.data) < 9:
        raise IntegrityError(f"The line is no cosignature of the witness {name} with this key.")
    at_s = int.from_bytes(signature.data[:8], "big")
    if at_s >= 1 << 63 or not key.verifies(signature.data[8:], _message(point, at_s)):
        raise IntegrityError(
            f"The cosignature of {name} over {point.origin}, size {point.size}, does not hold."
        )
    return at_s


def _message(point: Checkpoint, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{point.body}".encode()


def _read(text: str) -> tuple[int, list[bytes], str]:
    head, blank, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    try:
        word, number = first.split(" ")
        proof = [base64.b64decode(line, validate=True) for line in lines]
        if [base64.b64encode(h).decode() for h in proof] != lines:  # unused bits have one form only
            raise ValueError
        if word != "old" or not blank or str(int(number)) != number or int(number) < 0:
            raise ValueError
        if len(proof) > PROOF_MOST or any(len(h) != 32 for h in proof):
            raise ValueError
    except ValueError:
        raise IntegrityError("This is no request to a witness.") from None
    return int(number), proof, checkpoint
