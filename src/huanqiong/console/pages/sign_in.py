"""Coming in and going out: password, one-time URL token, sign-out."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huanqiong.console.refusals import said
from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import permissions_of
from huanqiong.desk.trust.actor import SYSTEM

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next") or "/"
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}) else "/"


def first_page(person: object) -> str:
    """Where a person begins: the first page their roles open."""
    may = permissions_of(person)
    if "watch.view" in may:
        return "/"
    if "audit.view" in may:
        return "/audit/"
    return "/accounts/" if "users.view" in may else "/help/"


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    error = ""
    if request.method == "POST":
        try:
            person = acts.sign_in(
                request.POST.get("username", "").strip(), request.POST.get("password", ""), by=SYSTEM
            )
        except RefusedError as refusal:
            error = said(refusal)
        else:
            login(request, person, backend=BACKEND)
            to = _next(request)
            return HttpResponseRedirect(first_page(person) if to == "/" else to)
    context = {"error": error, "next": _next(request), "username": request.POST.get("username", "")}
    return render(request, "console/sign_in.html", context, status=401 if error else 200)


def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time login: lets the person in once, within its minutes."""
    try:
        person = acts.redeem_login(token, by=SYSTEM)
    except RefusedError as refusal:
        if request.user.is_authenticated:
            return HttpResponseRedirect("/")
        context = {"error": said(refusal), "next": "/", "username": ""}
        return render(request, "console/sign_in.html", context, status=403)
    login(request, person, backend=BACKEND)
    return HttpResponseRedirect(first_page(person))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return HttpResponseRedirect("/sign-in/")
