"""Two cipher suites behind one interface: `intl` (Ed25519, SHA-256, age) and `gm` (SM2, SM3, SM4).

A store has one of them from its first entry on. No Django here.
"""

from __future__ import annotations

from huanqiong.core.errors import InputError, UsageError
from huanqiong.desk.trust.suites.suite import SigningKey, Suite, VerifyKey, key_id

__all__ = ["NAMES", "SigningKey", "Suite", "VerifyKey", "key_id", "read_verify_key", "suite_of"]
NAMES = ("intl", "gm")


def suite_of(name: str) -> Suite:
    """The suite of that name; UsageError names those there are. Loaded when asked for."""
    if name == "intl":
        from huanqiong.desk.trust.suites.intl import INTL

        return INTL
    if name == "gm":
        from huanqiong.desk.trust.suites.gm import GM

        return GM
    raise UsageError(f"There is no cipher suite {name!r}: {', '.join(NAMES)}.")


def read_verify_key(pem: bytes) -> VerifyKey:
    """The public key in a PEM file, of whichever suite; InputError: it is none."""
    for name in reversed(NAMES):
        try:
            return suite_of(name).read_verify_key(pem)
        except ValueError:
            continue
    raise InputError("not a public key in PEM", remedy="Use the file of --key-out.")
