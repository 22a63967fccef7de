"""Opening a record, or taking rows away, for a named purpose: the step before, and for how long it lasts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console.numbers import whole
from huanqiong.console.refusals import said
from huanqiong.console.texts import lang
from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.purposes import RecordClass, purpose_book

_KEPT = "purposes"
OWN = ("purpose", "approval", "format", "page")
"""Parameters of an address that are no filters."""


def opened(request: HttpRequest, record_class: str, subject: str, permission: str) -> HttpResponse | None:
    """None when the person may look now; else the page that asks why. One purpose lasts for a while."""
    rule = purpose_book().record_class(record_class)
    kept: dict[str, float] = request.session.get(_KEPT, {})
    if kept.get(f"{record_class} {subject}", 0) > time.time():
        return None
    purpose = request.GET.get("purpose", "")
    if not purpose:
        return _asked(request, rule)
    try:
        acts.open_record(record_class, subject, purpose, by=request.user, permission=permission)
    except RefusedError as refusal:
        return _asked(request, rule, error=said(refusal), status=403)
    remember(request, record_class, subject)
    return None


def name_again(request: HttpRequest, record_class: str, subject: str, purpose: str, permission: str) -> None:
    """Who just acted on a record goes on with it for the purpose of that act: logged, not asked."""
    kept: dict[str, float] = request.session.get(_KEPT, {})
    if kept.get(f"{record_class} {subject}", 0) <= time.time():
        acts.open_record(record_class, subject, purpose, by=request.user, permission=permission)
        remember(request, record_class, subject)


def remember(request: HttpRequest, record_class: str, subject: str) -> None:
    """The person named a purpose for this record: not asked again for the class's minutes."""
    rule = purpose_book().record_class(record_class)
    now = time.time()
    kept = {k: t for k, t in request.session.get(_KEPT, {}).items() if t > now}
    request.session[_KEPT] = kept | {f"{record_class} {subject}": now + rule.keep_min * 60}


def taken(
    request: HttpRequest, record_class: str, subject: str, permission: str, rows: int
) -> HttpResponse | None:
    """None when the rows may leave as a file now, and the log says so; else the page that asks why, or that
    asks for a second person."""
    rule = purpose_book().record_class(record_class)
    purpose = request.GET.get("purpose", "")
    bulk = rule.bulk_rows is not None and rows > rule.bulk_rows
    approval = request.GET.get("approval", "")
    if not purpose or (bulk and not approval):
        return _asked(request, rule, rows=rows, bulk=bulk and not approval, subject=subject)
    try:
        acts.export_rows(
            record_class,
            subject,
            purpose,
            rows,
            filters(request),
            by=request.user,
            permission=permission,
            approval=whole(approval),
        )
    except RefusedError as refusal:
        return _asked(request, rule, rows=rows, bulk=bulk, subject=subject, error=said(refusal), status=403)
    return None


def filters(request: HttpRequest) -> dict[str, str]:
    """What a list was filtered by: part of what a second person grants."""
    return {k: v for k, v in sorted(request.GET.items()) if k not in OWN and v}


def room_for(rows: int) -> int:
    """Rows that are asked for: a tenth more, for what is added until the second person decides."""
    return rows + rows // 10 + 1


def _asked(
    request: HttpRequest,
    rule: RecordClass,
    *,
    rows: int | None = None,
    bulk: bool = False,
    subject: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    n = 1 if lang() == "en" else 0
    book = purpose_book()
    kept: Mapping[str, Any] = {k: v for k, v in request.GET.items() if k != "purpose"}
    context = {
        "rule": rule,
        "name": (rule.zh, rule.en)[n],
        "purposes": [(p, book.purposes[p][n]) for p in rule.purposes],
        "chosen": request.GET.get("purpose", ""),
        "kept": kept.items(),
        "rows": rows,
        "bulk": bulk,
        "hours": book.approval("export.bulk").hours,
        "subject": subject,
        "path": request.path,
        "back": "/accounts/" if rule.code == "person.account" else request.path,
        "query": urlencode(kept),
        "error": error,
    }
    return render(request, "console/purpose.html", context, status=status)
