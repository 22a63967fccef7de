"""The international suite: Ed25519 (RFC 8032), SHA-256 (FIPS 180-4), age files (age-encryption.org/v1).

What is sealed for recipients is a plain age file. Under a passphrase two lines stand before it: our mark, and
in base64 an age file that the passphrase opens and that holds the secret key of the one behind it: the
library does passphrases in memory alone, and a backup is larger than that. `age` itself opens both.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

import pyrage
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from huanqiong.core.errors import IntegrityError, UsageError
from huanqiong.desk.trust.suites.suite import SigningKey, Suite, VerifyKey

_MARK: Final = b"huanqiong-sealed/intl/1\n"
_KEPT_MOST: Final = 4096


class _Public(VerifyKey):
    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> bytes:
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_bytes(serialization.Encoding.PEM, spki)

    @property
    def suite(self) -> Suite:
        return INTL


class _Private(SigningKey):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def public(self) -> VerifyKey:
        return _Public(self._key.public_key())

    def pem(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


class Intl(Suite):
    """Ed25519, SHA-256, age."""

    name = "intl"
    digest_name = "sha256"
    checkpoint_type = b"\x01"
    cosignature_type = b"\x04"

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def new_key(self) -> SigningKey:
        return _Private(Ed25519PrivateKey.generate())

    def read_signing_key(self, pem: bytes) -> SigningKey:
        key = _loaded(lambda: serialization.load_pem_private_key(pem, password=None))
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")
        return _Private(key)

    def read_verify_key(self, pem: bytes) -> VerifyKey:
        key = _loaded(lambda: serialization.load_pem_public_key(pem))
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 key")
        return _Public(key)

    def new_identity(self) -> tuple[str, str]:
        secret = pyrage.x25519.Identity.generate()
        return str(secret), str(secret.to_public())

    def seal(
        self, source: BinaryIO, out: BinaryIO, *, to: Sequence[str] = (), passphrase: str | None = None
    ) -> None:
        if bool(to) == (passphrase is not None):
            raise UsageError("Seal for recipients or under a passphrase: one of the two.")
        if passphrase is not None:
            secret, own = self.new_identity()
            out.write(
                _MARK + base64.b64encode(pyrage.passphrase.encrypt(secret.encode(), passphrase)) + b"\n"
            )
            to = [own]
        try:
            recipients = [pyrage.x25519.Recipient.from_str(r.strip()) for r in to]
        except pyrage.RecipientError as e:
            raise UsageError(f"A recipient is none of the suite intl ({e}); they begin with age1.") from None
        pyrage.encrypt_io(source, out, recipients)

    def unseal(
        self, source: BinaryIO, out: BinaryIO, *, secret: str | None = None, passphrase: str | None = None
    ) -> None:
        if (secret is None) == (passphrase is None):
            raise UsageError("Open with a secret key or with a passphrase: one of the two.")
        try:
            identity = pyrage.x25519.Identity.from_str(
                secret.strip() if secret is not None else _behind(source, str(passphrase))
            )
        except (pyrage.IdentityError, UnicodeDecodeError) as e:
            raise UsageError(f"The secret key is none of the suite intl ({e}).") from None
        try:
            pyrage.decrypt_io(source, out, [identity])
        except (pyrage.DecryptError, OSError) as e:
            raise IntegrityError(
                f"The sealed file does not open ({e}): changed, cut off, or sealed for somebody else."
            ) from None


def _loaded(load: Callable[[], object]) -> object:
    """What the library reads; ValueError also for keys of curves it does not know."""
    try:
        return load()
    except UnsupportedAlgorithm as e:
        raise ValueError(str(e)) from None


def _behind(source: BinaryIO, passphrase: str) -> str:
    """The secret key that the passphrase gives; leaves `source` at the age file."""
    try:
        if source.readline(len(_MARK)) != _MARK:
            raise ValueError("not sealed under a passphrase")
        kept = base64.b64decode(source.readline(_KEPT_MOST).removesuffix(b"\n"), validate=True)
        return pyrage.passphrase.decrypt(kept, passphrase).decode()
    except (ValueError, pyrage.DecryptError) as e:
        raise IntegrityError(f"The passphrase does not open the sealed file ({e}).") from None


INTL = Intl()
