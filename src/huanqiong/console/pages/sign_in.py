"""Coming in and going out: password, one-time URL token, second factor, passkey, sign-out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huanqiong.console import gate
from huanqiong.console.pages.challenges import answered, challenge, works_here
from huanqiong.console.refusals import said
from huanqiong.core.errors import HuanqiongError, RefusedError
from huanqiong.desk.trust import acts, ceremony, reads
from huanqiong.desk.trust.access import permissions_of
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.reads.factors import PASSKEY
from huanqiong.desk.trust.roles import role_book

PENDING = "hq_pending"
"""Who gave a password or a one-time login and owes a second factor; nobody is signed in by it."""


def _next(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next") or "/"
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}) else "/"


def first_page(person: object) -> str:
    """Where a person begins: the first page their roles open."""
    may = permissions_of(person)
    if "watch.view" in may:
        return "/"
    if "boats.log" in may:
        return "/station/"
    if "audit.view" in may:
        return "/audit/"
    return "/accounts/" if "users.view" in may else "/account/"


def _passed(request: HttpRequest, person: Any, how: str, to: str) -> HttpResponse:
    """Lets the person in, or on to their second factor."""
    if not reads.has_factor(person.pk):
        return _in(request, person, how, to)
    gate.leave(request)
    request.session.cycle_key()
    request.session[PENDING] = {"person": person.pk, "how": how, "next": to, "at": now().timestamp()}
    return HttpResponseRedirect("/sign-in/second/")


def _in(request: HttpRequest, person: Any, how: str, to: str) -> HttpResponse:
    gate.enter(request, person, how)
    return HttpResponseRedirect(first_page(person) if to == "/" else to)


def _page(request: HttpRequest, error: str, status: int, username: str = "") -> HttpResponse:
    context = {
        "error": error,
        "next": _next(request),
        "username": username,
        "passkeys": works_here(request),
        "ended": _ended(request.session.pop(gate.ENDED, "")) if gate.ENDED in request.session else "",
    }
    return render(request, "console/sign_in.html", context, status=status)


def _ended(why: str) -> str:
    """Why the session before this page ended, in words."""
    rules = gate.limits()
    words = {
        "idle": _("Your session ended: nothing was done for %(n)s minutes.") % {"n": rules["idle_min"]},
        "absolute": _("Your session ended after %(n)s hours.") % {"n": rules["absolute_h"]},
        "too_many": _("Your session ended: you signed in elsewhere too often."),
        "password": _("Your session ended: the password was changed."),
        "reset": _("Your session ended: your second factors were reset."),
    }
    return words.get(why, _("Your session was ended."))


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.method != "POST":
        return _page(request, "", 200)
    username = request.POST.get("username", "").strip()
    try:
        person = acts.sign_in(username, request.POST.get("password", ""), by=SYSTEM)
    except RefusedError as refusal:
        return _page(request, said(refusal), 401, username)
    return _passed(request, person, "password", _next(request))


def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time login: lets the person in once, within its minutes."""
    try:
        person = acts.redeem_login(token, by=SYSTEM)
    except RefusedError as refusal:
        if request.user.is_authenticated:
            return HttpResponseRedirect("/")
        return _page(request, said(refusal), 403)
    return _passed(request, person, "one_time", "/")


def _pending(request: HttpRequest) -> tuple[Any, dict[str, Any]] | None:
    """(person, what they gave first) of a second step under way; None where none is, or it is too old."""
    held = request.session.get(PENDING)
    if held is None or now().timestamp() - held["at"] > 60 * role_book().sign_in["token_min"]:
        return None
    person = reads.person_of(held["person"])
    return None if person is None or not person.is_active else (person, held)


@sensitive_post_parameters("code", "credential")
def second(request: HttpRequest) -> HttpResponse:
    """The second step: a code of an app, a recovery code, or a passkey's answer."""
    found = _pending(request)
    if found is None:
        return HttpResponseRedirect("/sign-in/")
    person, held = found
    error = ""
    if request.method == "POST":
        try:
            if "credential" in request.POST:
                acts.prove_passkey(person, *answered(request), by=SYSTEM)
                kind = PASSKEY
            else:
                kind = acts.prove_code(person, request.POST.get("code", ""), by=SYSTEM)
        except HuanqiongError as refusal:
            error = said(refusal)
        else:
            del request.session[PENDING]
            return _in(request, person, f"{held['how']}+{kind}", held["next"])
    kinds = {f.kind for f in reads.factors_of(person.pk)}
    context = {
        "error": error,
        "kinds": kinds,
        "passkey": PASSKEY in kinds and works_here(request),
        "code": kinds - {PASSKEY},
    }
    return render(request, "console/second.html", context, status=401 if error else 200)


@require_POST
def second_begin(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey as second step."""
    found = _pending(request)
    if found is None:
        return JsonResponse({"message": _("Sign in first.")}, status=401)
    return challenge(request, ceremony.begin_proof(found[0]))


@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey that signs in alone; names nobody."""
    return challenge(request, ceremony.begin_proof(None))


@require_POST
@sensitive_post_parameters("credential")
def passkey(request: HttpRequest) -> HttpResponse:
    """Signs in whoever's passkey answered the challenge."""
    try:
        person = acts.prove_passkey(None, *answered(request), by=SYSTEM)
    except RefusedError as refusal:
        return _page(request, said(refusal), 401)
    return _in(request, person, "passkey", _next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; `next`: where to come back after signing in again."""
    to = _next(request)
    gate.leave(request)
    return HttpResponseRedirect("/sign-in/" if to == "/" else f"/sign-in/?{urlencode({'next': to})}")
