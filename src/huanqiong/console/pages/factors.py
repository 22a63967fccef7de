"""A person's own second factors: an authenticator app, passkeys, recovery codes; removal."""

from __future__ import annotations

import json
import re
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from huanqiong.console import gate
from huanqiong.console.pages import View, page
from huanqiong.console.pages.challenges import answered, challenge
from huanqiong.console.pages.people_rows import factor_rows
from huanqiong.console.pages.security import account_page
from huanqiong.console.pages.sure import is_sure, sure
from huanqiong.console.refusals import said
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust import acts, ceremony
from huanqiong.desk.trust.access import access_factors

SECRET = "hq_totp"


def fresh(view: View) -> View:
    """Only soon after a sign-in; later the account page asks to sign in again."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not gate.fresh(request):
            return HttpResponseRedirect("/account/?stale=1")
        return view(request, *args, **kwargs)

    return inner


def _codes(request: HttpRequest, codes: list[str], done: str) -> HttpResponse:
    """Shows new recovery codes, this once; without any goes back to the account."""
    if not codes:
        return HttpResponseRedirect(f"/account/?done={done}")
    split = [f"{c[: len(c) // 2]} {c[len(c) // 2 :]}" for c in codes]
    return render(request, "console/codes.html", {"codes": split, "all": "\n".join(split)})


@page(None)
@fresh
@sensitive_post_parameters("code")
@sensitive_variables("secret")
def app(request: HttpRequest) -> HttpResponse:
    """An authenticator app: its secret as a picture and as text, proven by its first code."""
    secret = request.session.get(SECRET) or ceremony.new_totp_secret()
    error = ""
    if request.method == "POST":
        try:
            codes = acts.enrol_totp(secret, request.POST.get("code", ""), by=request.user)
        except HuanqiongError as refusal:
            error = said(refusal)
        else:
            request.session.pop(SECRET, None)
            return _codes(request, codes, "app")
    request.session[SECRET] = secret
    size, drawn = ceremony.totp_drawing(request.user, secret)
    spaced = " ".join(re.findall(".{1,4}", secret))
    context = {"size": size, "drawn": drawn, "secret": spaced, "error": error}
    return render(request, "console/app.html", context, status=422 if error else 200)


@page(None)
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """The challenge for a new passkey; `{"alone": true}` for one that signs in without a password."""
    if not gate.fresh(request):
        return JsonResponse({"message": _("This needs a fresh sign-in: sign in again.")}, status=403)
    try:
        alone = json.loads(request.body or b"{}").get("alone") is True
    except (ValueError, AttributeError, RecursionError):
        return JsonResponse({"message": _("The request is not understood: %s") % "JSON"}, status=422)
    return challenge(request, ceremony.begin_enrolment(request.user, alone=alone))


@page(None)
@require_POST
@fresh
@sensitive_post_parameters("credential")
def passkey(request: HttpRequest) -> HttpResponse:
    """Keeps a new passkey."""
    name, alone = request.POST.get("name", ""), request.POST.get("alone") == "1"
    answer, state = answered(request)
    try:
        codes = acts.enrol_passkey(name, answer, state, by=request.user, alone=alone)
    except HuanqiongError as refusal:
        return account_page(request, said(refusal), 422)
    return _codes(request, codes, "passkey")


@page(None)
@require_POST
@fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes instead of the old ones."""
    try:
        return _codes(request, acts.make_recovery_codes(by=request.user), "")
    except HuanqiongError as refusal:
        return account_page(request, said(refusal), 409)


@page(None)
@require_POST
@fresh
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Removes a factor, once it was said twice."""
    rows = factor_rows(access_factors(request.user, request.user.code))
    found = next((r for r in rows if r["f"].id == factor_id), None)
    if found and not is_sure(request):
        alone = sum(r["proof"] for r in rows) == 1
        return sure(
            request,
            title=_("Remove a second factor"),
            text=_("Without it your account is open to whoever learns your password.")
            if alone
            else _("It will no longer sign you in."),
            facts=[(_("Factor"), found["said"])],
            yes=_("Remove"),
            back="/account/",
            mood="alarm",
        )
    acts.remove_factor(factor_id, by=request.user)
    return HttpResponseRedirect("/account/?done=removed")
