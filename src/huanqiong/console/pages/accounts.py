"""Accounts, for those who oversee them: who holds which role where; for administrators, what changes them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from huanqiong.console import gate, purposes
from huanqiong.console.context import name_of
from huanqiong.console.pages import page
from huanqiong.console.pages.people_rows import (
    factor_rows,
    grant_rows,
    look_rows,
    role_name,
    said_in,
    session_rows,
    unit_names,
)
from huanqiong.console.pages.sure import is_sure, sure
from huanqiong.console.refusals import said, status_of
from huanqiong.console.texts import lang
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import (
    access_factors,
    access_looks,
    access_people,
    access_person,
    access_sessions,
    allowed,
)
from huanqiong.desk.trust.roles import role_book

FIELDS = ("username", "name_zh", "name_en", "badge", "agency")


@page("users.view")
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account with its roles, second factors and state."""
    q = request.GET.get("q", "").strip().lower()
    rows = [
        {
            "p": p,
            "name": name_of(p),
            "grants": grant_rows(p, request.user),
            "factors": [said_in("factor", k) for k in p.factors],
        }
        for p in access_people(request.user)
        if not q or q in f"{p.username} {p.name_zh} {p.name_en} {p.badge} {p.agency}".lower()
    ]
    return render(request, "console/accounts.html", {"rows": rows, "q": q})


@page("users.manage")
def new(request: HttpRequest) -> HttpResponse:
    """A new account: asked, shown once more, made."""
    given = {k: request.POST.get(k, "").strip() for k in FIELDS}
    if request.method != "POST" or request.POST.get("again"):
        return _form(request, given)
    if not is_sure(request):
        names = _field_names()
        return sure(
            request,
            title=_("Make an account"),
            text=_("The account has no role and no password yet; both follow on its page."),
            facts=[(names[k], v) for k, v in given.items() if v],
            yes=_("Make it"),
            back="/accounts/new/",
        )
    try:
        code = acts.create_person(given.pop("username"), by=request.user, **given)
    except HuanqiongError as refusal:
        return _form(request, given | {"username": request.POST.get("username", "")}, refusal)
    purposes.name_again(request, "person.account", f"person:{code}", "account.administration", "users.view")
    return HttpResponseRedirect(f"/accounts/{code}/?done=new")


def _field_names() -> dict[str, str]:
    return {
        "username": _("User name"),
        "name_zh": _("Name in Chinese"),
        "name_en": _("Name in English"),
        "badge": _("Badge"),
        "agency": _("Agency"),
    }


def _form(request: HttpRequest, given: dict[str, str], refusal: HuanqiongError | None = None) -> HttpResponse:
    fields = [{"key": k, "name": name, "value": given[k]} for k, name in _field_names().items()]
    context = {"fields": fields, "error": said(refusal) if refusal else ""}
    return render(request, "console/account_new.html", context, status=status_of(refusal) if refusal else 200)


@page("users.view")
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One account, opened for a named purpose; one's own without."""
    access_person(request.user, code)
    if code != request.user.code:
        asked = purposes.opened(request, "person.account", f"person:{code}", "users.view")
        if asked is not None:
            return asked
        if "purpose" in request.GET:  # named: the address goes on without it
            return HttpResponseRedirect(request.path)
    return one_page(request, code)


def one_page(
    request: HttpRequest, code: str, *, refusal: HuanqiongError | None = None, token: str = ""
) -> HttpResponse:
    """The page of an account, with what was refused before it, or a one-time login to hand over."""
    p = access_person(request.user, code)
    manages = allowed(request.user, "users.manage")
    sessions = access_sessions(request.user, code, gate.kind()) if manages else []
    book = role_book()
    own = p.code == request.user.code
    return render(
        request,
        "console/account_one.html",
        {
            "p": p,
            "name": name_of(p),
            "grants": grant_rows(p, request.user),
            "factors": factor_rows(access_factors(request.user, code)),
            "sessions": session_rows(sessions),
            "manages": manages and not own,
            "own": own,
            "roles": _choices() if manages else [],
            "units": unit_names(request.user) if manages else {},
            "minutes": book.sign_in["token_min"],
            "login": request.build_absolute_uri(f"/login/{token}") if token else "",
            "looks": look_rows(access_looks(request.user, f"person:{p.code}")),
            "done": _done(request.GET.get("done", "")),
            "error": said(refusal) if refusal else "",
        },
        status=status_of(refusal) if refusal else 200,
    )


def _choices() -> list[dict[str, Any]]:
    """Roles by side, for the list an administrator chooses from."""
    book, n = role_book(), 1 if lang() == "en" else 0
    return [
        {
            "side": names[n],
            "roles": [
                (r.code, role_name(r), r.waits_for is None) for r in book.roles.values() if r.side == side
            ],
        }
        for side, names in book.sides.items()
    ]


def _done(what: str) -> str:
    words = {
        "new": _("The account is made. Grant it a role and hand over a one-time login."),
        "grant": _("The role is granted."),
        "revoke": _("The role is revoked."),
        "close": _("The account is closed; its sessions have ended."),
        "open": _("The account is open again."),
        "unlock": _("The account is unlocked."),
        "reset-factors": _("The second factors are reset; the sessions have ended."),
        "end-sessions": _("The sessions have ended."),
    }
    return words.get(what, "")
