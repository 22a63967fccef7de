"""What a cipher suite must offer: a digest, a signature, sealed files. No Django here."""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import BinaryIO

from huanqiong.core.merkle import Hasher


class VerifyKey(ABC):
    """A public key: who signed."""

    raw: bytes
    """The key as notes name it."""

    @abstractmethod
    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over exactly this message."""

    @abstractmethod
    def pem(self) -> bytes:
        """The key as a PEM file (SubjectPublicKeyInfo)."""

    @property
    @abstractmethod
    def suite(self) -> Suite:
        """The suite it belongs to."""


class SigningKey(ABC):
    """A private key."""

    @abstractmethod
    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""

    @abstractmethod
    def public(self) -> VerifyKey:
        """Its public key."""

    @abstractmethod
    def pem(self) -> bytes:
        """The key as a PEM file (PKCS #8), unencrypted: for a file of mode 0600."""


class Suite(ABC):
    """One family of algorithms, used for everything a store signs, hashes and seals."""

    name: str
    digest_name: str
    checkpoint_type: bytes
    """What stands for a log's signature when a note names a key (C2SP signed-note: signature type)."""
    cosignature_type: bytes
    """The same for a witness's timestamped cosignature."""

    @abstractmethod
    def digest(self, data: bytes) -> bytes:
        """The hash, 32 bytes."""

    @abstractmethod
    def new_key(self) -> SigningKey:
        """A fresh private key."""

    @abstractmethod
    def read_signing_key(self, pem: bytes) -> SigningKey:
        """The private key in a PEM file; ValueError: it is none of this suite."""

    @abstractmethod
    def read_verify_key(self, pem: bytes) -> VerifyKey:
        """The public key in a PEM file; ValueError: it is none of this suite."""

    @abstractmethod
    def new_identity(self) -> tuple[str, str]:
        """(secret, recipient): what opens, and to whom others seal; each one line of text."""

    @abstractmethod
    def seal(
        self, source: BinaryIO, out: BinaryIO, *, to: Sequence[str] = (), passphrase: str | None = None
    ) -> None:
        """Encrypts a stream for recipients, or under a passphrase (one of the two). UsageError: neither,
        both, or a recipient that is none."""

    @abstractmethod
    def unseal(
        self, source: BinaryIO, out: BinaryIO, *, secret: str | None = None, passphrase: str | None = None
    ) -> None:
        """Decrypts a stream. IntegrityError: changed, cut off, or sealed for somebody else; what was written
        to `out` until then must be thrown away."""

    @property
    def hasher(self) -> Hasher:
        """The Merkle tree's hashing."""
        return Hasher(self.digest)

    def salted(self, salt: bytes, value: str) -> dict[str, str]:
        """A personal value as the log keeps it."""
        return {self.digest_name: self.digest(salt + value.encode()).hex()}


def key_id(name: str, kind: bytes, raw: bytes) -> bytes:
    """The four bytes by which a note's signature names its key.

    SHA-256 in both suites, for it only tells keys apart.
    Source: C2SP signed-note, "Signatures": SHA-256(name || 0x0A || signature type || public key)[:4].
    """
    return hashlib.sha256(name.encode() + b"\n" + kind + raw).digest()[:4]


def pem_of(der: bytes, what: str) -> bytes:
    """DER bytes as PEM."""
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {what}-----", *lines, f"-----END {what}-----", ""]).encode()


def der_of(pem: bytes, what: str) -> bytes:
    """The DER bytes of a PEM file; ValueError: it is none, or of another kind."""
    lines = pem.decode("ascii").strip().splitlines()
    if len(lines) < 3 or lines[0] != f"-----BEGIN {what}-----" or lines[-1] != f"-----END {what}-----":
        raise ValueError(f"no {what.lower()} in PEM")
    return base64.b64decode("".join(lines[1:-1]), validate=True)
