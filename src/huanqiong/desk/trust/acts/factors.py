"""Acts on second factors: enrolled, removed, reset; recovery codes made. Their use is in `sign_in`.

allauth keeps them: sealed secrets, public keys of passkeys. No secret, key or code enters the log.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust import ceremony
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.approvals import use_approval
from huanqiong.desk.trust.locking import locked_person, locked_self, require_person
from huanqiong.desk.trust.models import Person, PersonSession
from huanqiong.desk.trust.reads.factors import CODES, PASSKEY, PROOFS
from huanqiong.desk.trust.reads.factors import TOTP as APP

NAME_MOST = 60


def enrol_totp(secret: str, code: str, *, by: Actor) -> list[str]:
    """Keeps an authenticator app whose first code proves it; UsageError where the code is wrong.

    Returns the recovery codes where these are the first factor's, else an empty list.
    """
    require_person(by)
    codes: list[str] | None = None
    with act("factor.add", by=by) as a:
        p = locked_self(by)
        a.subject, a.details = f"person:{p.code}", {"factor": APP}
        if Authenticator.objects.filter(user_id=p.pk, type=APP).exists():
            raise StateError("There is an authenticator app on this account already. Remove it first.")
        step = ceremony.totp_step(secret, code)
        if step is None:
            a.details["refused"] = "code"
        else:
            factor = TOTP.activate(p, secret).instance
            factor.data["last_step"] = step  # the code that enrolled does not sign in again
            factor.save()
            codes = _first_codes(p)
            a.tell("person", code=p.code)
    if codes is None:
        raise UsageError("This code is not right. Check the clock of the device and try the next code.")
    return codes


def enrol_passkey(
    name: str, credential: Any, state: dict[str, Any] | None, *, by: Actor, alone: bool
) -> list[str]:
    """Keeps a passkey that answered the challenge in `state`; `alone`: it signs in without a password.

    Returns the recovery codes where these are the first factor's, else an empty list.
    """
    name = name.strip()[:NAME_MOST] or "passkey"
    require_person(by)
    codes: list[str] | None = None
    with act("factor.add", by=by) as a:
        p = locked_self(by)
        a.subject, a.details = f"person:{p.code}", {"factor": PASSKEY, "alone": alone}
        try:
            ceremony.check_enrolment(credential, state, alone=alone)
        except UsageError as e:
            a.details["refused"], refusal = "passkey", e
        else:
            data = {"name": name, "credential": credential, "alone": alone}
            Authenticator(user_id=p.pk, type=PASSKEY, data=data).save()
            codes = _first_codes(p)
            a.tell("person", code=p.code)
    if codes is None:
        raise refusal
    return codes


def make_recovery_codes(*, by: Actor) -> list[str]:
    """Ten fresh recovery codes, each good once; earlier ones end. StateError without a second factor."""
    require_person(by)
    with act("factor.codes", by=by) as a:
        p = locked_self(by)
        a.subject = f"person:{p.code}"
        if not Authenticator.objects.filter(user_id=p.pk, type__in=PROOFS).exists():
            raise StateError("Recovery codes stand in for a second factor. Enrol one first.")
        Authenticator.objects.filter(user_id=p.pk, type=CODES).delete()
        codes = RecoveryCodes.activate(p).generate_codes()
        a.details = {"count": len(codes)}
    return codes


def remove_factor(factor_id: int, *, by: Actor) -> None:
    """Removes one of one's own factors; the recovery codes go with the last."""
    require_person(by)
    with act("factor.remove", by=by) as a:
        p = locked_self(by)
        a.subject = f"person:{p.code}"
        found = Authenticator.objects.filter(user_id=p.pk, pk=factor_id, type__in=PROOFS).first()
        if found is None:
            raise MissingError(f"There is no second factor {factor_id} on this account.")
        a.details = {"factor": found.type}
        found.delete()
        if not Authenticator.objects.filter(user_id=p.pk, type__in=PROOFS).exists():
            Authenticator.objects.filter(user_id=p.pk, type=CODES).delete()
        a.tell("person", code=p.code)


def reset_factors(username: str, *, by: Actor, approval: int | None = None, two: bool = False) -> int:
    """Removes all factors of an account whose holder lost them, and ends its sessions; returns how many.

    Nobody resets their own: whoever can sign in removes a factor, whoever cannot asks somebody else. `two`: a
    second person must have granted it (`approval`), for with a login issued besides one becomes that person.
    """
    with act("factor.reset", by=by, permission="users.manage") as a:
        p = locked_person(username)
        if p.pk == by.pk:
            raise RefusedError(f"{username} cannot reset their own factors. Remove one, or ask another.")
        if two:
            scope = {"account": p.username}
            use_approval(a, approval, "factor.reset", subject=f"person:{p.code}", scope=scope)
        found = Authenticator.objects.filter(user_id=p.pk)
        kinds = sorted(found.values_list("type", flat=True))
        if not kinds:
            raise StateError(f"{username} has no second factor.")
        found.delete()
        running = PersonSession.objects.filter(person=p, ended_at=None)
        running.update(ended_at=a.at, ended_why="reset")
        a.subject = f"person:{p.code}"
        a.details |= {"factor": kinds}
        a.tell("person", code=p.code)
    return len(kinds)


def prove_stored(a: Act, p: Person, code: str) -> str:
    """Which stored factor this code is of (`totp`, `recovery_codes`), and marks it used; "" where of none."""
    plain = "".join(code.split()).replace("-", "")
    factors = {
        f.type: f
        for f in Authenticator.objects.select_for_update().filter(user_id=p.pk, type__in=(APP, CODES))
    }
    if app := factors.get(APP):
        after = int(app.data.get("last_step", -1))
        step = ceremony.totp_step(ceremony.stored_secret(app), plain, after=after)
        if step is not None:
            app.data["last_step"], app.last_used_at = step, a.at
            app.save()
            return APP
    if (codes := factors.get(CODES)) and codes.wrap().validate_code(plain):
        Authenticator.objects.filter(pk=codes.pk).update(last_used_at=a.at)
        return CODES
    return ""


def _first_codes(p: Person) -> list[str]:
    """Recovery codes where the account has none yet; else an empty list."""
    if Authenticator.objects.filter(user_id=p.pk, type=CODES).exists():
        return []
    return RecoveryCodes.activate(p).generate_codes()
