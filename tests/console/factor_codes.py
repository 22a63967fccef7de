"""An authenticator app for tests: a secret's code at a moment, written from RFC 6238, not from allauth."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str, *, steps: int = 0, at: float | None = None) -> str:
    """Six digits of the secret (base 32), `steps` of 30 s from `at` (None: now)."""
    counter = int(time.time() if at is None else at) // 30 + steps
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
