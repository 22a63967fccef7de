"""A person's own account: roles held, second factors, password, sessions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huanqiong.console import gate
from huanqiong.console.pages import page
from huanqiong.console.pages.challenges import works_here
from huanqiong.console.pages.people_rows import factor_rows, grant_rows, look_rows, session_rows
from huanqiong.console.refusals import said
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import access_factors, access_looks, access_person, access_sessions
from huanqiong.desk.trust.roles import role_book


def _done(what: str) -> str:
    """What was just done, in words; "" for anything else."""
    words = {
        "app": _("The authenticator app is enrolled."),
        "passkey": _("The passkey is enrolled."),
        "removed": _("The second factor was removed."),
        "password": _("The password was changed; your other sessions have ended."),
        "ended": _("The session was ended."),
        "others": _("Your other sessions were ended."),
    }
    return words.get(what, "")


@page(None)
def account(request: HttpRequest) -> HttpResponse:
    """The page."""
    return account_page(request)


def account_page(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    """The page, with what was refused before it."""
    me = access_person(request.user, request.user.code)
    factors = access_factors(request.user, me.code)
    here = gate.session_of(request)
    sessions = access_sessions(request.user, me.code, gate.kind())
    return render(
        request,
        "console/account.html",
        {
            "me": me,
            "grants": grant_rows(me, request.user),
            "factors": [f for f in factor_rows(factors) if f["proof"]],
            "app": any(f.kind == "totp" for f in factors),
            "codes_left": next((f.left for f in factors if f.left is not None), None),
            "sessions": session_rows(sessions, here.code if here else ""),
            "looks": look_rows(access_looks(request.user, f"person:{me.code}")),
            "limits": gate.limits(),
            "fresh": gate.fresh(request),
            "rules": role_book().sign_in,
            "has_password": request.user.has_usable_password(),
            "passkeys": works_here(request),
            "passkey_host": settings.PASSKEY_HOST,
            "due": getattr(request, "hq_due", False),
            "done": _done(request.GET.get("done", "")),
            "error": error,
        },
        status=status,
    )


@page(None)
@require_POST
@sensitive_post_parameters("password", "again")
def password(request: HttpRequest) -> HttpResponse:
    """A new password of one's own; other sessions end, this one stays."""
    new, here = request.POST.get("password", ""), gate.session_of(request)
    if not gate.fresh(request):
        return HttpResponseRedirect("/account/?stale=1")
    if new != request.POST.get("again", ""):
        return account_page(request, _("The two passwords differ."), 422)
    try:
        acts.set_password(request.user.username, new, by=request.user, keep=here.code if here else "")
    except HuanqiongError as refusal:
        return account_page(request, said(refusal), 422)
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    return HttpResponseRedirect("/account/?done=password")


@page(None)
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Ends one of one's own sessions."""
    if code not in {s.code for s in access_sessions(request.user, request.user.code, gate.kind())}:
        return HttpResponseRedirect("/account/")
    acts.end_session(code, by=request.user)
    return HttpResponseRedirect("/account/?done=ended")


@page(None)
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Ends all of one's own sessions but this."""
    here = gate.session_of(request)
    acts.end_other_sessions(here.code if here else "", by=request.user)
    return HttpResponseRedirect("/account/?done=others")
