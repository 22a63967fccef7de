"""What an administrator does to an account: each said once more before it is done, each an act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huanqiong.console import gate, purposes
from huanqiong.console.context import name_of
from huanqiong.console.numbers import whole
from huanqiong.console.pages import page
from huanqiong.console.pages.accounts import one_page
from huanqiong.console.pages.people_rows import role_name, unit_names
from huanqiong.console.pages.sure import is_sure, sure
from huanqiong.core.errors import HuanqiongError, MissingError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.access import access_person
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.reads import PersonRow
from huanqiong.desk.trust.roles import role_book

ACTIONS: dict[str, Callable[[HttpRequest, PersonRow], Any]] = {
    "grant": lambda r, p: acts.grant_role(
        p.username, r.POST.get("role", ""), by=r.user, units=_units(r), areas=_areas(r)
    ),
    "revoke": lambda r, p: acts.revoke_role(p.username, r.POST.get("role", ""), by=r.user),
    "close": lambda r, p: acts.set_active(p.username, False, by=r.user),
    "open": lambda r, p: acts.set_active(p.username, True, by=r.user),
    "unlock": lambda r, p: acts.unlock_person(p.username, by=r.user),
    "login": lambda r, p: acts.issue_login(p.username, by=r.user),
    "reset-factors": lambda r, p: acts.reset_factors(
        p.username, by=r.user, approval=whole(r.POST.get("approval", "")), two=_two()
    ),
    "end-sessions": lambda r, p: acts.end_all_sessions(p.username, by=r.user),
}


def _units(request: HttpRequest) -> tuple[str, ...]:
    return tuple(request.POST.getlist("unit"))


def _areas(request: HttpRequest) -> tuple[str, ...]:
    """Area codes as typed, parted by commas or spaces."""
    return tuple(request.POST.get("areas", "").replace(",", " ").replace("，", " ").split())


@page("users.manage")
@require_POST
def change(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Says what will happen; does it once that was seen; a refusal is said on the account's page."""
    if action not in ACTIONS:
        raise MissingError(f"There is no action {action!r} on accounts.")
    p = access_person(request.user, code)
    try:
        if action == "reset-factors" and _two() and not request.POST.get("approval"):
            return _ask_another(request, p)
        if not is_sure(request):
            return _ask(request, p, action)
        result = ACTIONS[action](request, p)
    except HuanqiongError as refusal:
        return one_page(request, code, refusal=refusal)
    if action == "login":
        return one_page(request, code, token=result)
    purposes.name_again(request, "person.account", f"person:{code}", "account.administration", "users.view")
    return HttpResponseRedirect(f"/accounts/{code}/?done={action}")


def _two() -> bool:
    """Whether this store asks for a second person: a live one does, a drill has one visitor."""
    return gate.kind() not in ("drill", "archive")


def _ask_another(request: HttpRequest, p: PersonRow) -> HttpResponse:
    context = {"p": p, "name": name_of(p), "hours": purpose_book().approval("factor.reset").hours}
    return render(request, "console/another.html", context)


def _ask(request: HttpRequest, p: PersonRow, action: str) -> HttpResponse:
    facts = [(_("Account"), f"{name_of(p)} ({p.username})")]
    if action in ("grant", "revoke"):
        facts.append((_("Role"), role_name(role_book().role(request.POST.get("role", "")))))
    if action == "grant":
        names = unit_names(request.user)
        where = [names.get(u, u) for u in _units(request)] + list(_areas(request))
        facts.append((_("Where"), ", ".join(where) or _("everywhere")))
    title, text, yes, mood = _words(action)
    back = f"/accounts/{p.code}/"
    return sure(request, title=title, text=text, facts=facts, yes=yes, back=back, mood=mood)


def _words(action: str) -> tuple[str, str, str, str]:
    """(title, what will happen, button, mood) of an action."""
    words = {
        "grant": (
            _("Grant a role"),
            _("It holds from now on. A scope given before is replaced."),
            _("Grant"),
            "primary",
        ),
        "revoke": (
            _("Revoke a role"),
            _("The person loses it at once, in running sessions too."),
            _("Revoke"),
            "alarm",
        ),
        "close": (
            _("Close an account"),
            _("Nobody signs in with it any more and its sessions end. Its history stays."),
            _("Close the account"),
            "alarm",
        ),
        "open": (
            _("Open an account again"),
            _("The person may sign in again, with the roles they held."),
            _("Open the account"),
            "primary",
        ),
        "unlock": (
            _("Unlock an account"),
            _("Do this once you know who failed to sign in, and why."),
            _("Unlock"),
            "primary",
        ),
        "login": (
            _("Issue a one-time login"),
            _("Whoever has the link gets in once. Earlier links end. Hand it over in person."),
            _("Issue the link"),
            "primary",
        ),
        "reset-factors": (
            _("Reset second factors"),
            _("All factors and recovery codes go, and the sessions end. Make sure whom you speak to."),
            _("Reset"),
            "alarm",
        ),
        "end-sessions": (
            _("End all sessions"),
            _("The person is signed out everywhere."),
            _("End them"),
            "alarm",
        ),
    }
    return words[action]
