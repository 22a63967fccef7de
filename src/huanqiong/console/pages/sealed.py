"""Sealed records: sealing one, asking for one on a ground, opening it once. Nothing here lists what is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import rows, texts
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.console.refusals import said, status_of
from huanqiong.console.sealed_words import ground_of, grounds, state_name
from huanqiong.core.errors import HuanqiongError, UsageError
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust.access import access_approvals, allowed
from huanqiong.desk.trust.law import laws_in_force
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.sealing import LIFT, OPEN, SEALED, Ground
from huanqiong.desk.watch import acts as watch


@page("records.unseal")
def sealed(request: HttpRequest) -> HttpResponse:
    """The page: the forms, and what the person asked for."""
    return _page(request)


def _page(request: HttpRequest, refusal: HuanqiongError | None = None) -> HttpResponse:
    n = 1 if texts.lang() == "en" else 0
    book = purpose_book()
    rule = book.record_class(SEALED)
    mine = [r for r in access_approvals(request.user, own=True) if r.act in (OPEN, LIFT)]
    laws = laws_in_force(datetime.now(UTC).date())
    context = {
        "purposes": [(p, book.purposes[p][n]) for p in rule.purposes],
        "laws": [(name, en if n else name) for name, en in laws.items()],
        "rule": rule,
        "hours": book.approval(OPEN).hours,
        "mine": [
            {"r": r, "lift": r.act == LIFT, "ground": grounds(r.scope), "state": state_name(r.state)}
            for r in mine
        ],
        "said": request.POST if refusal else {},
        "law": request.POST.get("law") or rule.basis[0].law,
        "article": request.POST.get("article") or rule.basis[0].article,
        "seals": allowed(request.user, "records.seal"),
        "error": said(refusal) if refusal else "",
    }
    return render(request, "console/sealed.html", context, status=status_of(refusal) if refusal else 200)


@require_POST
@page("records.seal")
def seal(request: HttpRequest) -> HttpResponse:
    """Seals an alert by its number."""
    try:
        watch.seal_alert(_alert(request), request.POST.get("reason", ""), by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/sealed/")


@require_POST
@page("records.unseal")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks a second person for opening a record on a ground, or for lifting its seal."""
    p = request.POST
    try:
        subject, reason = f"alert:{_alert(request)}", p.get("reason", "")
        if p.get("act") == LIFT:
            trust.request_approval(LIFT, subject, {}, reason, by=request.user)
        else:
            ground = Ground(
                p.get("purpose", ""),
                p.get("law", ""),
                whole(p.get("article", "")) or 0,
                p.get("asker", ""),
                p.get("matter", ""),
            )
            ground.require(datetime.now(UTC).date())
            trust.request_approval(OPEN, subject, ground.scope(), reason, by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/sealed/")


@require_POST
@page("records.unseal")
def use(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Uses a granted request: shows the record, this once, or lifts the seal."""
    wish = next((r for r in access_approvals(request.user, own=True) if r.id == approval_id), None)
    try:
        if wish is None or wish.act not in (OPEN, LIFT):
            raise UsageError("This request is not one of yours about a sealed record.")
        alert = int(wish.subject.removeprefix("alert:"))
        if wish.act == LIFT:
            watch.unseal_alert(alert, wish.reason, by=request.user, approval=approval_id)
            return HttpResponseRedirect("/sealed/")
        ground = ground_of(wish.scope)
        found = watch.open_sealed_alert(alert, ground, by=request.user, approval=approval_id)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    shown: dict[str, Any] = rows.alert_detail(found, [], request.user)
    shown["orders"] = [o | {"outcome": o["result"]} for o in shown["orders"]]
    context = {"d": shown, "row": found.row, "alert": shown["row"], "wish": wish}
    context["ground"] = grounds(wish.scope)
    return render(request, "console/sealed_one.html", context)


def _alert(request: HttpRequest) -> int:
    number = whole(request.POST.get("alert", ""))
    if number is None:
        raise UsageError(_("Give the alert's number."))
    return number
