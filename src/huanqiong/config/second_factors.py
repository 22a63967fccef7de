"""How allauth's second factors sit in this house: no page and no e-mail of its own, secrets sealed at rest.

Only its tables, its TOTP, its recovery codes and its WebAuthn ceremonies are used; acts of the trust desk
call them.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def _box(secret: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"huanqiong second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class Factors(DefaultMFAAdapter):
    """Names and secrets of second factors, from this deployment's settings instead of from the request."""

    def encrypt(self, text: str) -> str:
        """A secret as the records keep it: sealed by the store's web key, which lies outside them."""
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; `cryptography.fernet.InvalidToken` where the store's web key is another one."""
        return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        return f"Huanqiong {settings.STORE_NAME}".strip()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": settings.PASSKEY_HOST, "name": f"环琼 Huanqiong {settings.STORE_NAME}".strip()}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        # The opaque code, not the row's number: two stores of one host name have a person number 1 each, and
        # an authenticator keeps one passkey for each user handle of a host.
        return {"id": user.code.encode(), "display_name": user.display_name, "name": user.username}
