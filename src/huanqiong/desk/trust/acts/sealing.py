"""Seals, within an act of the desk whose record it is: put on by one person, opened or lifted by two."""

from __future__ import annotations

from collections.abc import Iterable

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.trust.act import Act, Private
from huanqiong.desk.trust.acts.approvals import use_approval
from huanqiong.desk.trust.models import Seal
from huanqiong.desk.trust.sealing import LIFT, OPEN, Ground


def put_seal(a: Act, subject: str, also: Iterable[str], reason: str) -> None:
    """Seals a record and what hangs on it. UsageError without a reason; StateError where it is sealed."""
    if not reason.strip():
        raise UsageError("A seal needs a reason: name the decision that took effect.")
    if Seal.objects.filter(subject=subject, lifted_at=None).exists():
        raise StateError(f"{subject} is sealed already.")
    Seal(subject=subject, also=sorted(also), reason=reason.strip(), by_id=a.by.pk, at=a.at).save()
    a.details |= {"reason": Private(reason.strip())}


def open_seal(a: Act, subject: str, ground: Ground, approval: int | None) -> None:
    """Uses the opening of a sealed record that another person granted on this ground. The seal stays.

    RefusedError where it was not granted; StateError where the record is not sealed.
    """
    ground.require(a.at.date())
    _standing(subject)
    use_approval(a, approval, OPEN, subject=subject, scope=ground.scope())
    a.details |= {
        "purpose": ground.purpose,
        "law": ground.law,
        "article": ground.article,
        "asker": Private(ground.asker.strip()),
        "matter": Private(ground.matter.strip()),
    }


def lift_seal(a: Act, subject: str, reason: str, approval: int | None) -> None:
    """Takes a seal off for good, as of a decision that was annulled; another person granted it (scope {})."""
    if not reason.strip():
        raise UsageError("Lifting a seal needs a reason: say what became of the decision.")
    row = _standing(subject)
    use_approval(a, approval, LIFT, subject=subject, scope={})
    row.lifted_at, row.lifted_by_id, row.lift_reason = a.at, a.by.pk, reason.strip()
    row.save()
    a.details |= {"reason": Private(reason.strip())}


def _standing(subject: str) -> Seal:
    row = Seal.objects.select_for_update().filter(subject=subject, lifted_at=None).first()
    if row is None:
        raise StateError(f"{subject} is not sealed.")
    return row
