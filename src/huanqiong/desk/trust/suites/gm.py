"""The Chinese commercial suite: SM2 signatures, SM3 digests, SM4 ciphers.

SM3 and SM4 come from OpenSSL through `cryptography`; SM2, which that does not offer, from `gmalg`. Key files
are those that OpenSSL writes for the curve SM2. A signature is r || s, 64 bytes.
Source: GB/T 32918 (SM2), GB/T 32905 (SM3), GB/T 32907 (SM4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

from cryptography.hazmat.primitives import hashes
from gmalg import SM2

from huanqiong.desk.trust.suites import gm_seal
from huanqiong.desk.trust.suites.suite import SigningKey, Suite, VerifyKey, der_of, pem_of

USER: Final = b"1234567812345678"
"""The signer's distinguishing id where none was agreed. Source: GM/T 0009-2012, section 10."""
_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PKCS8: Final = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_PUBLIC: Final = bytes.fromhex("a144034200")


def _sm3() -> Callable[[bytes], bytes]:
    if "sm3" in hashlib.algorithms_available:
        return lambda data: hashlib.new("sm3", data).digest()

    def digest(data: bytes) -> bytes:
        h = hashes.Hash(hashes.SM3())
        h.update(data)
        return h.finalize()

    return digest


_digest = _sm3()


def new_pair() -> tuple[bytes, bytes]:
    """(secret, public): 32 and 65 bytes; the library leaves out a secret's leading zeros."""
    secret, public = SM2().generate_keypair()
    return bytes(secret).rjust(32, b"\0"), bytes(public)


class _Public(VerifyKey):
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._sm2 = SM2(pk=raw, uid=USER)
        if not self._sm2.verify_pk(raw):
            raise ValueError("not a point of the curve SM2")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        return len(signature) == 64 and bool(self._sm2.verify(message, signature[:32], signature[32:]))

    def pem(self) -> bytes:
        return pem_of(_SPKI + self.raw, "PUBLIC KEY")

    @property
    def suite(self) -> Suite:
        return GM


class _Private(SigningKey):
    def __init__(self, secret: bytes, raw: bytes) -> None:
        self._secret, self._raw = secret, raw
        self._sm2 = SM2(sk=secret, pk=raw, uid=USER)

    def sign(self, message: bytes) -> bytes:
        r, s = self._sm2.sign(message)
        return bytes(r).rjust(32, b"\0") + bytes(s).rjust(32, b"\0")

    def public(self) -> VerifyKey:
        return _Public(self._raw)

    def pem(self) -> bytes:
        return pem_of(_PKCS8 + self._secret + _PUBLIC + self._raw, "PRIVATE KEY")


class Gm(Suite):
    """SM2, SM3, SM4."""

    name = "gm"
    digest_name = "sm3"
    checkpoint_type = b"\xffsm2-sm3"
    cosignature_type = b"\xffsm2-sm3/cosignature"

    def digest(self, data: bytes) -> bytes:
        return _digest(data)

    def new_key(self) -> SigningKey:
        return _Private(*new_pair())

    def read_signing_key(self, pem: bytes) -> SigningKey:
        der = der_of(pem, "PRIVATE KEY")
        secret, rest = der[len(_PKCS8) :][:32], der[len(_PKCS8) + 32 :]
        if not der.startswith(_PKCS8) or len(rest) != len(_PUBLIC) + 65 or not rest.startswith(_PUBLIC):
            raise ValueError("not an SM2 key")
        raw = rest[len(_PUBLIC) :]
        if SM2().generate_pk(secret) != raw:
            raise ValueError("an SM2 key whose halves do not belong together")
        return _Private(secret, raw)

    def read_verify_key(self, pem: bytes) -> VerifyKey:
        der = der_of(pem, "PUBLIC KEY")
        if not der.startswith(_SPKI) or len(der) != len(_SPKI) + 65:
            raise ValueError("not an SM2 key")
        return _Public(der[len(_SPKI) :])

    def new_identity(self) -> tuple[str, str]:
        return gm_seal.new_identity()

    def seal(
        self, source: BinaryIO, out: BinaryIO, *, to: Sequence[str] = (), passphrase: str | None = None
    ) -> None:
        gm_seal.seal(source, out, to=to, passphrase=passphrase)

    def unseal(
        self, source: BinaryIO, out: BinaryIO, *, secret: str | None = None, passphrase: str | None = None
    ) -> None:
        gm_seal.unseal(source, out, secret=secret, passphrase=passphrase)


GM = Gm()
