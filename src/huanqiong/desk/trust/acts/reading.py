"""Reads that are acts: a sensitive record is opened for a purpose, and the log says by whom and why.

A purpose that is missing, or not one of the record class's, gives nothing and an entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.approvals import use_approval
from huanqiong.desk.trust.purposes import purpose_book


def open_record(record_class: str, subject: str, purpose: str, *, by: Actor, permission: str) -> None:
    """Logs that the person opens the record for this purpose; where it may not, RefusedError and an entry."""
    with act("record.read", by=by, permission=permission, subject=subject) as a:
        wrong = _wrong_purpose(a, record_class, purpose)
    if wrong:
        raise RefusedError(wrong)


def export_rows(
    record_class: str,
    subject: str,
    purpose: str,
    rows: int,
    filters: Mapping[str, Any],
    *,
    by: Actor,
    permission: str,
    approval: int | None = None,
) -> None:
    """Logs that rows leave as a file, for a purpose; from the class's number of rows on a second person must
    have granted it (`approval`). RefusedError, and an entry, where it may not be."""
    book = purpose_book()
    rule = book.record_class(record_class)
    wrong = None
    with act("record.export", by=by, permission=permission, subject=subject) as a:
        wrong = _wrong_purpose(a, record_class, purpose)
        a.details |= {"rows": rows}
        if wrong is None and rule.bulk_rows is not None and rows > rule.bulk_rows:
            try:
                scope = {"rows": rows, "filters": dict(filters)}
                use_approval(a, approval, "export.bulk", subject=subject, scope=scope)
            except RefusedError as refusal:
                wrong, a.details["refused"] = str(refusal), "approval"
    if wrong:
        raise RefusedError(wrong)


def _wrong_purpose(a: Act, record_class: str, purpose: str) -> str | None:
    """Why the purpose will not do, noted in the entry; None: it does."""
    rule = purpose_book().record_class(record_class)
    a.details |= {"class": record_class, "purpose": purpose[:60]}
    if purpose in rule.purposes:
        return None
    a.details["refused"] = "purpose"
    named = ", ".join(f"{purpose_book().purposes[p][1]} ({p})" for p in rule.purposes)
    return f"{rule.en} ({rule.zh}) is opened for a named purpose only. Purposes: {named}."
