"""The store's signing key: made once, mode 0600, in the store's `keys` directory. No Django here."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huanqiong.core.errors import StoreError


def signing_key(directory: Path) -> Ed25519PrivateKey:
    """The audit log's key in `directory`, made on first use; two processes never make two."""
    file = directory / "audit.key"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        new = directory / f".audit.key.{os.getpid()}.{secrets.token_hex(4)}"
        fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(pem)
            f.flush()
            os.fsync(f.fileno())
        try:
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as e:
        raise StoreError(f"{file} is not a key ({e}). Restore it from a backup.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError(f"{file} is not an Ed25519 key. Restore it from a backup.")
    return key
