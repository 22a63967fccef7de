"""Sealed files of the suite gm: a file key wrapped by SM2 or under a passphrase, contents in SM4-GCM pieces.

    huanqiong-sealed/gm/1
    to BASE64(SM2 ciphertext of the file key)          one line a recipient, or
    passphrase BASE64(16 bytes of salt) ROUNDS         one line
    --- BASE64(SM3-HMAC over the lines above, keyed by the file key)
    pieces: up to 64 KiB each, SM4-GCM with 16 bytes of tag

A piece's nonce is its number (11 bytes, big-endian) and one byte that is 1 in the last piece alone: pieces
cannot be cut off, moved or repeated. The shape is age's, whose own algorithms have no approval in China.
Source: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015); age-encryption.org/v1.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from gmalg import SM2
from gmalg.errors import GMError

from huanqiong.core.errors import IntegrityError, UsageError

_FIRST: Final = b"huanqiong-sealed/gm/1\n"
_PIECE: Final = 64 * 1024
_TAG: Final = 16
_ROUNDS: Final = 600_000
"""Rounds of PBKDF2. Source: OWASP Password Storage Cheat Sheet, PBKDF2 with a 256-bit hash."""
_MOST_ROUNDS: Final = 10_000_000
_HEADER_MOST: Final = 64 * 1024


def new_identity() -> tuple[str, str]:
    """(secret, recipient)."""
    secret, public = SM2().generate_keypair()
    # The library leaves out a secret's leading zeros.
    return f"SM2-SECRET-{bytes(secret).rjust(32, bytes(1)).hex()}", f"sm2-{public.hex()}"


def seal(source: BinaryIO, out: BinaryIO, *, to: Sequence[str] = (), passphrase: str | None = None) -> None:
    """See `Suite.seal`."""
    if bool(to) == (passphrase is not None):
        raise UsageError("Seal for recipients or under a passphrase: one of the two.")
    if passphrase is not None:
        salt = secrets.token_bytes(16)
        file_key = _from_passphrase(passphrase, salt, _ROUNDS)
        lines = [b"passphrase %s %d\n" % (base64.b64encode(salt), _ROUNDS)]
    else:
        file_key = secrets.token_bytes(32)
        lines = [b"to %s\n" % base64.b64encode(SM2(pk=_recipient(r)).encrypt(file_key)) for r in to]
    header = _FIRST + b"".join(lines)
    out.write(header + b"--- " + base64.b64encode(_mac(file_key, header)) + b"\n")
    piece, number = _full(source), 0
    while True:
        following = _full(source)
        out.write(_encrypted(file_key, number, not following, piece))
        if not following:
            return
        piece, number = following, number + 1


def unseal(
    source: BinaryIO, out: BinaryIO, *, secret: str | None = None, passphrase: str | None = None
) -> None:
    """See `Suite.unseal`."""
    if (secret is None) == (passphrase is None):
        raise UsageError("Open with a secret key or with a passphrase: one of the two.")
    header, lines, mac = _header(source)
    file_key = _file_key(lines, secret, passphrase)
    if not hmac.compare_digest(_mac(file_key, header), mac):
        raise IntegrityError("The sealed file's header was changed.")
    piece, number = source.read(_PIECE + _TAG), 0
    while True:
        following = source.read(_PIECE + _TAG)
        out.write(_decrypted(file_key, number, not following, piece))
        if not following:
            return
        piece, number = following, number + 1


def _recipient(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text.strip().removeprefix("sm2-"))
        if len(raw) != 65 or not SM2().verify_pk(raw):
            raise ValueError
    except ValueError:
        raise UsageError("A recipient is none of the suite gm; they begin with sm2-.") from None
    return raw


def _full(source: BinaryIO) -> bytes:
    """A whole piece, less only at the end: pipes and sockets give what they have."""
    parts, left = [], _PIECE
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _from_passphrase(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(hashes.SM3(), 32, salt, rounds).derive(passphrase.encode())


def _mac(file_key: bytes, header: bytes) -> bytes:
    h = HMAC(file_key[16:], hashes.SM3())
    h.update(header)
    return h.finalize()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _encrypted(file_key: bytes, number: int, last: bool, piece: bytes) -> bytes:
    e = Cipher(algorithms.SM4(file_key[:16]), modes.GCM(_nonce(number, last))).encryptor()
    return e.update(piece) + e.finalize() + e.tag


def _decrypted(file_key: bytes, number: int, last: bool, sealed: bytes) -> bytes:
    if len(sealed) < _TAG:
        raise IntegrityError("The sealed file was cut off.")
    mode = modes.GCM(_nonce(number, last), sealed[-_TAG:])
    d = Cipher(algorithms.SM4(file_key[:16]), mode).decryptor()
    try:
        return d.update(sealed[:-_TAG]) + d.finalize()
    except InvalidTag:
        raise IntegrityError(f"The sealed file was changed or cut off (piece {number}).") from None


def _header(source: BinaryIO) -> tuple[bytes, list[bytes], bytes]:
    """(the lines that the code covers, the key lines, the code)."""
    read = source.readline(len(_FIRST))
    if read != _FIRST:
        raise IntegrityError("This is no file sealed by the suite gm.")
    lines: list[bytes] = []
    while len(read) <= _HEADER_MOST:
        line = source.readline(_HEADER_MOST)
        if line.startswith(b"--- "):
            try:
                return read, lines, base64.b64decode(line[4:].rstrip(b"\n"), validate=True)
            except ValueError:
                break
        if not line.endswith(b"\n"):
            break
        lines.append(line)
        read += line
    raise IntegrityError("The sealed file's header was changed or cut off.")


def _file_key(lines: list[bytes], secret: str | None, passphrase: str | None) -> bytes:
    for line in lines:
        words = line.split()
        try:
            if passphrase is not None and words[0] == b"passphrase":
                salt, rounds = base64.b64decode(words[1], validate=True), int(words[2])
                if not 1 <= rounds <= _MOST_ROUNDS:
                    raise ValueError("rounds")
                return _from_passphrase(passphrase, salt, rounds)
            if secret is not None and words[0] == b"to":
                return bytes(_own(secret).decrypt(base64.b64decode(words[1], validate=True)))
        except (GMError, ValueError, IndexError):  # another's line, or a changed one
            continue
    raise IntegrityError("The sealed file is for somebody else, or was changed.")


def _own(secret: str) -> SM2:
    try:
        raw = bytes.fromhex(secret.strip().removeprefix("SM2-SECRET-"))
        if len(raw) != 32:
            raise ValueError
    except ValueError:
        raise UsageError("The secret key is none of the suite gm.") from None
    return SM2(sk=raw)
