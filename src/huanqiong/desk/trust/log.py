"""The audit log outside the database: chain, signed checkpoint, export lines, verification. No Django here.

An export is one canonical JSON object a line, `{"body":..., "hash":..., "seq":...}`, and last
`{"checkpoint":"..."}`. hash = SHA-256(previous hash bytes || body bytes); before the first entry stand 32
zero bytes. The checkpoint is a signed note:

    huanqiong/LOG/chain-sha256
    SIZE
    BASE64(HEAD HASH)
    <empty line>
    — huanqiong/LOG/chain-sha256 BASE64(KEY HASH (4 bytes) || ED25519 SIGNATURE)

Source of the note's form: C2SP signed-note and tlog-checkpoint; the third line holds a chain head here,
not a tree head, which the name on the first line says.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.desk.trust.canonical import canonical

ZERO = "0" * 64


def link(previous: str, body: str) -> str:
    """The chain hash of an entry after `previous` (hex of 32 bytes)."""
    return hashlib.sha256(bytes.fromhex(previous) + body.encode()).hexdigest()


def origin(log: str) -> str:
    """The name under which a log signs."""
    return f"huanqiong/{log}/chain-sha256"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: the log of this origin had `size` entries and ended in `head` (hex)."""

    origin: str
    size: int
    head: str
    text: str


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\x01" + _raw(key)).digest()[:4]


def sign_checkpoint(log: str, size: int, head: str, key: Ed25519PrivateKey) -> str:
    """The checkpoint's text, signed."""
    name = origin(log)
    note = f"{name}\n{size}\n{base64.b64encode(bytes.fromhex(head)).decode()}\n"
    signature = _key_id(name, key.public_key()) + key.sign(note.encode())
    return f"{note}\n— {name} {base64.b64encode(signature).decode()}\n"


def read_checkpoint(text: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint when its form and signature hold; IntegrityError else."""
    try:
        note, signed = text.split("\n\n", 1)
        name, size_text, head64 = note.split("\n")
        dash, signer, signature64 = signed.removesuffix("\n").split(" ")
        signature = base64.b64decode(signature64, validate=True)
        head = base64.b64decode(head64, validate=True)
        size = int(size_text)
    except ValueError as e:
        raise IntegrityError(f"The checkpoint is not a signed note ({e}). Export it again.") from None
    sound = dash == "—" and signer == name and len(head) == 32 and size > 0 and str(size) == size_text
    rebuilt = f"{name}\n{size}\n{base64.b64encode(head).decode()}\n"
    again = f"{rebuilt}\n— {name} {base64.b64encode(signature).decode()}\n"
    if not sound or again != text:
        raise IntegrityError("The checkpoint's bytes are not in canonical form. Export it again.")
    if signature[:4] != _key_id(name, key):
        raise IntegrityError(f"The checkpoint of {name} was signed by another key than the one given.")
    try:
        key.verify(signature[4:], rebuilt.encode())
    except InvalidSignature:
        raise IntegrityError(f"The checkpoint's signature over {name}, size {size}, does not hold.") from None
    return Checkpoint(name, size, head.hex(), text)


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """The Ed25519 public key in a PEM file; InputError else."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as e:
        raise InputError(f"not a public key in PEM ({e})", remedy="Use the file of --key-out.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("not an Ed25519 public key", remedy="Use the file of --key-out.")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The key as PEM, for --key-out."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def export_lines(entries: Iterable[tuple[int, str, str]], checkpoint: str) -> Iterator[str]:
    """The lines of an export, without line ends. `entries`: (seq, body, hash) in order."""
    for seq, body, digest in entries:
        yield f'{{"body":{body},"hash":"{digest}","seq":{seq}}}'
    yield canonical({"checkpoint": checkpoint})


def _parse(line: bytes, number: int) -> dict[str, object]:
    try:
        text = line.decode("utf-8")
        value = json.loads(text)
        again = canonical(value)
    except (ValueError, RecursionError) as e:
        raise IntegrityError(f"Line {number} is not JSON ({e}).") from None
    if again != text or not isinstance(value, dict):
        raise IntegrityError(f"Line {number} is not in canonical form: its bytes were changed.")
    return value


def verify(lines: Iterable[bytes], key: Ed25519PublicKey, *, pin: str | None = None) -> Checkpoint:
    """Checks an export line by line and returns its checkpoint; IntegrityError names the line at fault.

    `lines` are without line ends. `pin`: an older checkpoint of the same log, kept elsewhere: the export
    must contain exactly the history it signed.
    """
    pinned = read_checkpoint(pin, key) if pin is not None else None
    head, size, checkpoint, log = ZERO, 0, None, ""
    number = 0
    for number, line in enumerate(lines, 1):
        if checkpoint is not None:
            raise IntegrityError(f"Line {number} stands after the checkpoint.")
        entry = _parse(line, number)
        if entry.keys() == {"checkpoint"}:
            checkpoint = read_checkpoint(str(entry["checkpoint"]), key)
            continue
        if entry.keys() != {"body", "hash", "seq"} or not isinstance(entry["body"], dict):
            raise IntegrityError(f"Line {number} is not a log entry.")
        size += 1
        if entry["seq"] != size:
            raise IntegrityError(f"Line {number}: entry {entry['seq']} stands where {size} was due.")
        body = canonical(entry["body"])
        head = link(head, body)
        if entry["hash"] != head:
            raise IntegrityError(f"Line {number}: entry {size} does not follow from the entries before it.")
        if size == 1:
            log = str(dict(entry["body"].get("details", {})).get("log", ""))
        if pinned is not None and pinned.size == size and pinned.head != head:
            raise IntegrityError(f"Entry {size} differs from the pinned checkpoint: the history was forked.")
    if checkpoint is None:
        raise IntegrityError(f"The log ends at line {number} without its checkpoint: its end was cut off.")
    if checkpoint.size != size or checkpoint.head != head:
        raise IntegrityError(f"The checkpoint signs {checkpoint.size} entries; {size} are there, or others.")
    if checkpoint.origin != origin(log):
        raise IntegrityError(f"The checkpoint is of {checkpoint.origin}, the entries are of {origin(log)}.")
    if pinned is not None and (pinned.origin != checkpoint.origin or pinned.size > size):
        raise IntegrityError(
            f"The pinned checkpoint is of {pinned.origin}, {pinned.size} entries; the log has {size}."
        )
    return checkpoint
