"""The store's signing key: made once, mode 0600, in the store's `keys` directory. No Django here."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from huanqiong.core.errors import StoreError
from huanqiong.desk.trust.suites import NAMES, SigningKey, Suite, suite_of


def signing_key(directory: Path, suite: Suite) -> SigningKey:
    """The log's key in `directory`, made on first use; two processes never make two.

    StoreError: the file is no key, or one of another suite.
    """
    file = directory / "audit.key"
    if not file.exists():
        _make(file, suite.new_key().pem())
    return _read(file, suite)


def _make(file: Path, pem: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
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


def _read(file: Path, suite: Suite) -> SigningKey:
    pem = file.read_bytes()
    try:
        return suite.read_signing_key(pem)
    except ValueError as e:
        for other in (suite_of(name) for name in NAMES if name != suite.name):
            try:
                other.read_signing_key(pem)
            except ValueError:
                continue
            raise StoreError(
                f"{file} is a key of the suite {other.name}, the store is of {suite.name}: "
                "a log keeps the suite it began with. Restore store.toml."
            ) from None
        raise StoreError(f"{file} is not a key ({e}). Restore it from a backup.") from None
