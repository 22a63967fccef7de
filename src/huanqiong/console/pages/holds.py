"""Legal holds: what stands, what was proposed, what ended; asking, confirming and lifting by two."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import hold_form, hold_words
from huanqiong.console.house import house
from huanqiong.console.pages import page
from huanqiong.console.refusals import said, status_of
from huanqiong.core.errors import HuanqiongError, MissingError, StateError, UsageError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import access_approvals, access_holds, allowed
from huanqiong.desk.trust.reads import ApprovalRow, HoldRow
from huanqiong.desk.trust.retention import check_hold, retention_book

ACTS = {"confirm": "hold.confirm", "lift": "hold.lift"}


@page("retention.view")
def holds(request: HttpRequest) -> HttpResponse:
    """The page. `?subject=alert:12` fills the form."""
    kind, _colon, name = request.GET.get("subject", "")[:80].partition(":")
    return _page(request, form={"kind": kind, "name": name})


def _page(
    request: HttpRequest, refusal: HuanqiongError | None = None, form: dict[str, str] | None = None
) -> HttpResponse:
    sets = allowed(request.user, "retention.hold")
    wishes = _own(request) if sets and allowed(request.user, "approvals.ask") else []
    waits = [w for w in access_approvals(request.user, waiting=True) if w.act.startswith("hold.")]
    found = [_row(h, wishes) for h in reversed(access_holds(request.user))]
    context = {
        "groups": [(title, [h for h in found if h["state"] in states]) for title, states in _groups()],
        "ended": [h for h in found if h["state"] in ("lifted", "lapsed")],
        "asked": [_asked(w) for w in wishes if w.act == "hold.set" and w.state in ("waiting", "granted")],
        "sets": sets,
        "others": sum(w.requester != request.user.code for w in waits),
        "applies": house().store.kind in retention_book().kinds,
        "kinds": [(k, hold_words.kind(k)) for k in hold_form.KINDS],
        "form": form or {},
        "error": said(refusal) if refusal else "",
        "boxes": [{"id": h["id"], "box": h["box"]} for h in found if h["box"] and h["protects"]],
    }
    return render(request, "console/holds.html", context, status=status_of(refusal) if refusal else 200)


def _own(request: HttpRequest) -> list[ApprovalRow]:
    """The person's own requests about holds."""
    return [w for w in access_approvals(request.user, own=True) if w.act.startswith("hold.")]


def _groups() -> list[tuple[str, tuple[str, ...]]]:
    return [(_("Proposed by hits"), ("proposed",)), (_("Standing"), ("standing",))]


def _row(h: HoldRow, wishes: list[ApprovalRow]) -> dict[str, Any]:
    open_wishes = [
        {"w": w, "name": _("Confirm the hold") if w.act == ACTS["confirm"] else _("Lift the hold")}
        for w in wishes
        if w.subject == f"hold:{h.id}" and w.state in ("waiting", "granted")
    ]
    return {
        "id": h.id,
        "state": h.state,
        "h": h,
        "protects": h.protects,
        "box": h.box,
        "covers": hold_words.of_hold(h),
        "standing": hold_words.standing(h),
        "url": hold_words.subject_url(h.subject),
        "of": hold_words.subject(h.subject),
        "wishes": open_wishes,
        "may": [] if open_wishes else ["confirm", "lift"] if h.state == "proposed" else ["lift"],
    }


def _asked(w: ApprovalRow) -> dict[str, Any]:
    return {"w": w, "covers": hold_words.asked(w.scope)}


@require_POST
@page("retention.hold")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks a second person for a new hold."""
    form = {name: request.POST.get(name, "")[:1000] for name in hold_form.FIELDS}
    try:
        wish = hold_form.wish_of(form)
        check_hold(*wish, form["reason"])
        subject = wish.subject or "waters"
        acts.request_approval("hold.set", subject, wish.scope, form["reason"], by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal, form)
    return HttpResponseRedirect("/holds/#asked")


@require_POST
@page("retention.hold")
def ask_about(request: HttpRequest, hold_id: int, wish: str) -> HttpResponse:
    """Asks a second person to let this one confirm or lift a hold."""
    try:
        if wish not in ACTS:
            raise MissingError(_("A hold is confirmed or lifted, nothing else."))
        one = next((h for h in access_holds(request.user) if h.id == hold_id), None)
        if one is None:
            raise MissingError(_("There is no such hold."))
        if not one.protects or (wish == "confirm" and one.state != "proposed"):
            raise StateError(_("This hold has changed meanwhile."))
        reason = request.POST.get("reason", "")
        acts.request_approval(ACTS[wish], f"hold:{hold_id}", {}, reason, by=request.user)
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect(f"/holds/#hold-{hold_id}")


@require_POST
@page("retention.hold")
def use(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Does what a second person granted: sets, confirms or lifts, with the reason that they decided by."""
    try:
        wish = next((w for w in _own(request) if w.id == approval_id), None)
        if wish is None:
            raise MissingError(_("There is no such request of yours."))
        if wish.act == "hold.set":
            subject, since, until, box = hold_form.wish_in(wish.scope)
            hold = acts.set_hold(
                subject, wish.reason, by=request.user, approval=wish.id, since=since, until=until, box=box
            )
        else:
            hold = int(wish.subject.removeprefix("hold:"))
            if wish.act == ACTS["confirm"]:
                acts.confirm_hold(hold, by=request.user, approval=wish.id)
            elif wish.act == ACTS["lift"]:
                acts.lift_hold(hold, wish.reason, by=request.user, approval=wish.id)
            else:
                raise UsageError(_("The request does not say what to hold. Ask again."))
    except HuanqiongError as refusal:
        return _page(request, refusal)
    return HttpResponseRedirect(f"/holds/#hold-{hold}")
