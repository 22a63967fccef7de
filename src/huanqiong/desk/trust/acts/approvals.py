"""Two-person acts: one asks, another decides, the first uses it once, within what was granted.

    with act("export.rows", by=by, ...) as a:
        use_approval(a, approval_id, "export.bulk", subject="alerts", scope={"rows": 812})

Self-approval, an expired request, a second use and a wider use are refused; each refusal of a decision or a
use is an entry of the log too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor, Machine
from huanqiong.desk.trust.models import Approval
from huanqiong.desk.trust.purposes import purpose_book, within


def request_approval(
    code: str,
    subject: str,
    scope: Mapping[str, Any],
    reason: str,
    *,
    by: Actor,
    request_id: str | None = None,
) -> int:
    """Asks for a two-person act; returns the request's id. The request ends after the act's hours."""
    rule = purpose_book().approval(code)
    allow(by, rule.ask)
    if isinstance(by, Machine):
        raise RefusedError("A machine cannot ask for a two-person act: a named person asks.")
    if not reason.strip():
        raise UsageError("A request needs a reason: the second person decides by it.")
    asked = [code, subject, dict(scope), reason]
    with act("approval.ask", by=by, permission=rule.ask, asked=asked, request_id=request_id) as a:
        if a.repeated:
            return int(a.result)
        row = Approval(
            act=code,
            subject=subject,
            scope=dict(scope),
            reason=reason.strip(),
            requester_id=by.pk,
            requested_at=a.at,
            expires_at=a.at + timedelta(hours=rule.hours),
        )
        row.save()
        a.subject, a.details = f"approval:{row.pk}", {"wish": code, "of": subject, "scope": dict(scope)}
        a.tell("approval", id=row.pk)
        a.result = row.pk
    return int(a.result)


def decide_approval(approval_id: int, granted: bool, reason: str, *, by: Actor) -> None:
    """Grants or refuses a request. RefusedError: one's own; StateError: decided, withdrawn or expired."""
    allow(by, "approvals.decide")
    found = Approval.objects.filter(pk=approval_id).values_list("act", "requester_id").first()
    if found is None:
        raise MissingError(f"There is no request {approval_id}.")
    rule = purpose_book().approval(found[0])
    own = isinstance(by, Machine) or found[1] == by.pk
    with act(
        "approval.decide",
        by=by,
        permission=rule.decide,
        subject=f"approval:{approval_id}",
        details={"granted": granted},
    ) as a:
        if own:
            a.details = {"refused": "own"}
        else:
            row = Approval.objects.select_for_update().get(pk=approval_id)
            _undecided(row, a)
            row.decided_by_id, row.decided_at, row.granted = by.pk, a.at, granted
            row.decision_reason = reason.strip()
            row.save()
            a.tell("approval", id=row.pk)
    if own:
        raise RefusedError("Nobody decides their own request: another person must.")


def withdraw_approval(approval_id: int, *, by: Actor) -> None:
    """Takes back one's own request, also a granted one that was not used."""
    with act("approval.withdraw", by=by, permission="approvals.ask", subject=f"approval:{approval_id}") as a:
        row = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if row is None:
            raise MissingError(f"There is no request {approval_id}.")
        if row.requester_id != by.pk:
            raise RefusedError("Only who asked can take a request back.")
        if row.used_at is not None or row.withdrawn_at is not None:
            raise StateError(f"Request {approval_id} was used or taken back already.")
        row.withdrawn_at = a.at
        row.save()
        a.tell("approval", id=row.pk)


def use_approval(
    a: Act, approval_id: int | None, code: str, *, subject: str, scope: Mapping[str, Any]
) -> None:
    """Within an act under way: uses a granted request once. RefusedError: none, expired, another's, wider."""
    rule = purpose_book().approval(code)
    row = Approval.objects.select_for_update().filter(pk=approval_id).first()
    why = None
    if row is None:
        why = f"{rule.en} needs a second person: ask for it first."
    elif row.requester_id != a.by.pk or row.act != code or row.subject != subject:
        why = f"Request {row.pk} is another's, or for another thing."
    elif row.granted is None:
        why = f"Request {row.pk} is not decided yet."
    elif not row.granted:
        why = f"Request {row.pk} was refused."
    elif row.withdrawn_at is not None or row.used_at is not None:
        why = f"Request {row.pk} was used or taken back."
    elif row.expires_at <= a.at:
        why = f"Request {row.pk} has expired. Ask again."
    elif not within(scope, row.scope):
        why = f"Request {row.pk} was granted for less than this."
    if row is None or why is not None:
        raise RefusedError(str(why))
    row.used_at = a.at
    row.save()
    a.details |= {"approval": row.pk}
    a.tell("approval", id=row.pk)


def _undecided(row: Approval, a: Act) -> None:
    if row.granted is not None:
        raise StateError(f"Request {row.pk} is decided already.")
    if row.withdrawn_at is not None:
        raise StateError(f"Request {row.pk} was taken back.")
    if row.expires_at <= a.at:
        raise StateError(f"Request {row.pk} has expired.")
