"""Accounts, for those who oversee them: who holds which role. They are changed at the machine itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from huanqiong.console.context import name_of
from huanqiong.console.pages import page
from huanqiong.console.texts import lang
from huanqiong.desk.trust.access import access_people
from huanqiong.desk.trust.roles import role_book


@page("users.view")
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account with its roles, and whether it is open."""
    book = role_book().roles
    rows = [
        {
            "p": p,
            "name": name_of(p),
            "roles": [(book[r].en if lang() == "en" else book[r].zh) if r in book else r for r in p.roles],
            "locked": p.locked_until is not None and p.locked_until > now(),
        }
        for p in access_people(request.user)
    ]
    return render(request, "console/accounts.html", {"rows": rows})
