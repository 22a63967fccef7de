"""Signed notes: a text, a blank line, and signatures of the log and of witnesses. No Django here.

    huanqiong/LOG                                    the text; of a checkpoint: origin, size, root
    SIZE
    BASE64(ROOT)

    — huanqiong/LOG BASE64(KEY ID (4 bytes) || SIGNATURE)
    — WITNESS BASE64(KEY ID (4 bytes) || SECONDS (8 bytes) || SIGNATURE)

Source: C2SP signed-note, tlog-checkpoint and tlog-cosignature (cosignature/v1).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from huanqiong.core.errors import IntegrityError
from huanqiong.desk.trust.suites import SigningKey, VerifyKey, key_id

SIGNATURES_MOST = 64
"""Signatures read in a note; the format asks for 16 at least."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who says to have signed (`key`: four bytes that name the key), and what."""

    name: str
    key: bytes
    data: bytes

    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line break, with its signatures; nothing of it is believed yet."""

    text: str
    signatures: tuple[Signature, ...]

    def whole(self) -> str:
        """The note as it is written, byte for byte."""
        return f"{self.text}\n{''.join(s.line() for s in self.signatures)}"

    def of(self, name: str, kind: bytes, key: VerifyKey) -> Signature | None:
        """The signature that names this key, or None."""
        wanted = key_id(name, kind, key.raw)
        return next((s for s in self.signatures if s.name == name and s.key == wanted), None)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log signed: at `size` entries its tree had this `root`. `text`: the note with all signatures."""

    origin: str
    size: int
    root: bytes
    text: str

    @property
    def body(self) -> str:
        """The signed text without the signatures."""
        return checkpoint_body(self.origin, self.size, self.root)


def origin_of(log: str) -> str:
    """The name under which a log signs."""
    return f"huanqiong/{log}"


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> Checkpoint:
    """A checkpoint signed by the log."""
    body = checkpoint_body(origin, size, root)
    public = key.public()
    kind = public.suite.checkpoint_type
    signature = Signature(origin, key_id(origin, kind, public.raw), key.sign(body.encode()))
    return Checkpoint(origin, size, root, Note(body, (signature,)).whole())


def read_note(text: str) -> Note:
    """The note in its one form; IntegrityError: it is none, or its bytes are not in canonical form."""
    body, blank, signed = text.rpartition("\n\n")
    if not blank or not signed.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise IntegrityError("This is no signed note. Export it again.")
    lines = signed[:-1].split("\n")
    if len(lines) > SIGNATURES_MOST:
        raise IntegrityError(f"The note has {len(lines)} signatures; {SIGNATURES_MOST} are read at most.")
    note = Note(body + "\n", tuple(read_signature(line) for line in lines))
    if note.whole() != text:
        raise IntegrityError("The note's bytes are not in canonical form. Export it again.")
    return note


def read_signature(line: str) -> Signature:
    """One line under a note, without its end; IntegrityError: it is none."""
    parts = line.split(" ")
    try:
        dash, name, encoded = parts
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise IntegrityError("A line under the note is no signature.") from None
    if dash != "—" or not name or "+" in name or len(name.split()) != 1 or len(data) < 5:
        raise IntegrityError("A line under the note is no signature.")
    return Signature(name, data[:4], data[4:])


def parse_checkpoint(text: str) -> tuple[Checkpoint, Note]:
    """What a checkpoint says, its signatures NOT checked; IntegrityError: it is none."""
    note = read_note(text)
    try:
        origin, size_text, root64, end = note.text.split("\n")
        root = base64.b64decode(root64, validate=True)
        size = int(size_text)
    except ValueError:
        raise IntegrityError("The note is no checkpoint: origin, size and root are due.") from None
    if end or not origin or size < 0 or len(root) != 32 or checkpoint_body(origin, size, root) != note.text:
        raise IntegrityError("The note is no checkpoint in canonical form.")
    return Checkpoint(origin, size, root, text), note


def read_checkpoint(text: str, key: VerifyKey) -> Checkpoint:
    """The checkpoint when the log's own key signed it; IntegrityError else. Other signatures are let be."""
    point, note = parse_checkpoint(text)
    signature = note.of(point.origin, key.suite.checkpoint_type, key)
    if signature is None:
        raise IntegrityError(
            f"The checkpoint of {point.origin} was signed by another key than the one given."
        )
    if not key.verifies(signature.data, note.text.encode()):
        raise IntegrityError(
            f"The checkpoint's signature over {point.origin}, size {point.size}, does not hold."
        )
    return point
