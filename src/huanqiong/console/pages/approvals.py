"""Two-person acts: what waits for a second person, and one's own requests."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import hold_words
from huanqiong.console.audit_words import subject_name
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.console.purposes import OWN, room_for
from huanqiong.console.refusals import said, status_of
from huanqiong.console.sealed_words import grounds, state_name
from huanqiong.console.texts import lang
from huanqiong.core.errors import HuanqiongError, UsageError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import access_approvals, access_holds, access_person, allowed
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.reads import ApprovalRow, HoldRow
from huanqiong.desk.trust.sealing import LIFT, OPEN

LISTS = {"list:alerts": "/alerts/", "list:audit": "/audit/"}
"""Where a granted export is fetched, by what was asked for."""


@page("approvals.ask")
def approvals(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request)


def _page(request: HttpRequest, refusal: HuanqiongError | None = None) -> HttpResponse:
    decides = allowed(request.user, "approvals.decide")
    mine = access_approvals(request.user, own=True)
    waiting = [r for r in access_approvals(request.user, waiting=True) if r.requester != request.user.code]
    sees = allowed(request.user, "retention.view")
    holds = {f"hold:{h.id}": h for h in access_holds(request.user)} if sees else {}
    context = {
        "waiting": [_row(r, holds) for r in waiting] if decides else [],
        "mine": [_row(r, holds) for r in mine],
        "decides": decides,
        "error": said(refusal) if refusal else "",
    }
    return render(request, "console/approvals.html", context, status=status_of(refusal) if refusal else 200)


def _row(r: ApprovalRow, holds: dict[str, HoldRow]) -> dict[str, Any]:
    rule = purpose_book().approvals.get(r.act)
    name = r.act if rule is None else rule.en if lang() == "en" else rule.zh
    asked = r.scope.get("filters", {})
    fetch = ""
    if r.state == "granted" and r.subject in LISTS:
        wish = {**asked, "format": "csv", "approval": r.id}
        fetch = f"{LISTS[r.subject]}?{urlencode(wish)}"
    return {
        "r": r,
        "name": name,
        "of": _of(r, holds),
        "hold": r.subject.removeprefix("hold:") if r.subject in holds else "",
        "do": _done_at(r) if r.state == "granted" else "",
        "rows": r.scope.get("rows"),
        "filters": sorted(asked.items()),
        "state": state_name(r.state),
        "fetch": fetch,
    }


def _of(r: ApprovalRow, holds: dict[str, HoldRow]) -> str:
    """What a request is about, in words."""
    if r.act in (OPEN, LIFT):
        return " · ".join(w for w in (subject_name(r.subject, {}), grounds(r.scope)) if w)
    if r.act == "hold.set" and (words := hold_words.asked(r.scope)):
        return words
    if (h := holds.get(r.subject)) is not None:
        return f"№ {h.id} · {hold_words.of_hold(h)}"
    lists = {"list:alerts": _("Alerts"), "list:audit": _("Audit")}
    return str(r.scope.get("account") or lists.get(r.subject, r.subject))


def _done_at(r: ApprovalRow) -> str:
    """Where a granted request is used; "" where it is fetched."""
    if r.act == "factor.reset":
        return f"/accounts/{r.subject.removeprefix('person:')}/reset-factors/"
    if r.act in (OPEN, LIFT):
        return f"/sealed/{r.id}/use/"
    return f"/holds/use/{r.id}/" if r.act.startswith("hold.") else ""


@require_POST
@page("approvals.ask")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks for a bulk export, or for resetting another's factors."""
    p = request.POST
    try:
        if p.get("act") == "factor.reset":
            whom = access_person(request.user, p.get("code", ""))
            scope = {"account": whom.username}
            subject, reason = f"person:{whom.code}", p.get("reason", "")
            acts.request_approval("factor.reset", subject, scope, reason, by=request.user)
            return HttpResponseRedirect("/approvals/")
        rows = whole(p.get("rows", ""))
        if rows is None or p.get("subject", "") not in LISTS:
            raise UsageError("The request does not say which rows.")
        wanted = {k: v for k, v in parse_qsl(p.get("query", "")) if k not in OWN}
        scope = {"rows": room_for(rows), "filters": wanted}
        acts.request_approval("export.bulk", p["subject"], scope, p.get("reason", ""), by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/approvals/")


@require_POST
@page("approvals.decide")
def decide(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Grants or refuses another's request."""
    try:
        granted = request.POST.get("decision") == "grant"
        acts.decide_approval(approval_id, granted, request.POST.get("reason", ""), by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/approvals/")


@require_POST
@page("approvals.ask")
def withdraw(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Takes one's own request back."""
    try:
        acts.withdraw_approval(approval_id, by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect("/approvals/")
