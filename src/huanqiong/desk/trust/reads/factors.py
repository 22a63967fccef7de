"""Second factors an account has: kinds and dates, never secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator

TOTP, PASSKEY, CODES = "totp", "webauthn", "recovery_codes"
PROOFS = (TOTP, PASSKEY)
"""Kinds that count as a second factor; recovery codes only stand in for one."""


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A second factor. `left`: unused recovery codes, None for other kinds."""

    id: int
    kind: str
    name: str  # of a passkey; "" else
    alone: bool  # a passkey that signs in without a password
    since: datetime
    last_used: datetime | None
    left: int | None


def factors_of(person_pk: int) -> list[FactorRow]:
    """The account's second factors and recovery codes, oldest first."""
    return [_row(f) for f in Authenticator.objects.filter(user_id=person_pk).order_by("created_at", "id")]


def has_factor(person_pk: int) -> bool:
    """Whether the account has a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=person_pk, type__in=PROOFS).exists()


def factor_kinds() -> dict[int, list[str]]:
    """{person's key: kinds of their second factors}, of all accounts."""
    out: dict[int, list[str]] = {}
    rows = Authenticator.objects.filter(type__in=PROOFS).order_by("type").values_list("user_id", "type")
    for pk, kind in rows:
        if kind not in out.setdefault(pk, []):
            out[pk].append(kind)
    return out


def _unused(codes: Authenticator) -> int:
    """Counted from the mask of used ones: that needs no key."""
    return int(app_settings.RECOVERY_CODE_COUNT) - int(codes.data["used_mask"]).bit_count()


def _row(f: Authenticator) -> FactorRow:
    return FactorRow(
        id=f.pk,
        kind=f.type,
        name=f.data["name"] if f.type == PASSKEY else "",
        alone=bool(f.type == PASSKEY and f.data.get("alone")),
        since=f.created_at,
        last_used=f.last_used_at,
        left=_unused(f) if f.type == CODES else None,
    )
