"""What a browser and an authenticator say to each other before an act decides: challenges, secrets, proofs.

allauth does the cryptography. It keeps the state of a ceremony in a web session; here the state is handed in
and out instead, so that acts need no request. Nothing here changes a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from allauth.core.context import request_context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.trust.models import Person

State = dict[str, Any]
"""What the server must remember between a challenge and its answer; JSON."""


@contextmanager
def _remembering(state: State | None = None) -> Iterator[dict[str, Any]]:
    """Gives allauth a session of one ceremony; yields it."""
    session: dict[str, Any] = {} if state is None else {webauthn.STATE_SESSION_KEY: state}
    with request_context(SimpleNamespace(session=session)):
        yield session


def new_totp_secret() -> str:
    """A fresh secret in base 32, to be shown once and kept by an act."""
    return totp.generate_totp_secret()


def totp_url(person: Person, secret: str) -> str:
    """What an authenticator app reads: an `otpauth:` address."""
    return str(get_adapter().build_totp_url(person, secret))


def totp_drawing(person: Person, secret: str) -> tuple[int, str]:
    """(side in modules, SVG path of the dark ones) of the address as a QR code: drawn without any style."""
    svg = get_adapter().build_totp_svg(totp_url(person, secret))
    box, path = re.search(r'viewBox="0 0 (\d+) \d+"', svg), re.search(r' d="([MHVz0-9,.]+)"', svg)
    if box is None or path is None:
        raise ValueError("the QR code's drawing has another form than expected")
    return int(box[1]), path[1]


def totp_step(secret: str, code: str, *, after: int = -1) -> int | None:
    """The time step (30 s) whose code this is, of those tolerated and later than `after`; None: of none."""
    plain = "".join(code.split())
    for counter in sorted(totp.yield_hotp_counters_from_time()):
        right = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > after and totp.compare_user_code(actual=plain, expected=right):
            return counter
    return None


def stored_secret(factor: Authenticator) -> str:
    """A TOTP factor's secret; StateError where the store's web key is no longer the one that sealed it."""
    try:
        return str(get_adapter().decrypt(factor.data["secret"]))
    except InvalidToken:
        raise StateError(
            "This authenticator app was enrolled under another key of the store. "
            "Ask an administrator to reset the second factors."
        ) from None


def begin_enrolment(person: Person, *, alone: bool) -> tuple[dict[str, Any], State]:
    """(options for the browser, state) to enrol a passkey; `alone`: it shall sign in without a password."""
    with _remembering() as session:
        options = webauthn.begin_registration(person, alone)
        return options, session[webauthn.STATE_SESSION_KEY]


def check_enrolment(credential: Any, state: State | None, *, alone: bool) -> None:
    """Returns where the browser's answer holds; UsageError else."""
    with _remembering(state):
        try:
            webauthn.parse_registration_response(credential)
            bound = webauthn.complete_registration(credential)
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
            raise UsageError("The passkey's answer does not hold. Try again.") from None
    if alone and not bound.is_user_verified():
        raise UsageError("The passkey did not check its holder (PIN, finger, face). Try again.")


def begin_proof(person: Person | None) -> tuple[dict[str, Any], State]:
    """(options for the browser, state) to prove a passkey: the person's, or (None) anybody's by itself."""
    with _remembering() as session:
        options = webauthn.begin_authentication(person)
        return options, session[webauthn.STATE_SESSION_KEY]


def whose(response: Any) -> str:
    """The code of the person an answer claims to be of; "" where it names none. A claim, not a proof."""
    try:
        return webauthn.websafe_decode(response["response"]["userHandle"]).decode()
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def proven(person: Person, response: Any, state: State | None) -> Authenticator | None:
    """The passkey of the person that signed this challenge; None where none did."""
    with _remembering(state):
        try:
            webauthn.parse_authentication_response(response)
            return webauthn.complete_authentication(person, response)
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
            return None
