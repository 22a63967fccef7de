"""Pages, one file a family. `page` guards each: signed in, allowed, and errors shown as designed states."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from huanqiong.console.refusals import RecordsAwayError, said, status_of
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust.access import allowed
from huanqiong.desk.trust.roles import role_book

View = Callable[..., HttpResponse]


def page(permission: str | None) -> Callable[[View], View]:
    """A page for signed-in persons with the permission (None: any signed-in person)."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
            if permission is not None and not allowed(request.user, permission):
                return refused(request, permission)
            try:
                return view(request, *args, **kwargs)
            except HuanqiongError as error:
                return state(request, status_of(error), said(error))
            except OperationalError as error:
                logging.getLogger(__name__).error("the records refused: %s", error)
                away = RecordsAwayError()
                return state(request, status_of(away), said(away))

        return inner

    return wrap


def refused(request: HttpRequest, permission: str) -> HttpResponse:
    """The page of a person who may not see it: what is missing and which roles have it."""
    from huanqiong.console.texts import lang

    book = role_book()
    zh = lang() == "zh"
    what = book.permissions[permission][0 if zh else 1]
    roles = [r.zh if zh else r.en for r in book.roles.values() if permission in r.permissions]
    text = _("This page needs the right “%(what)s”. Roles that have it: %(roles)s. Ask an administrator.") % {
        "what": what,
        "roles": ("、" if zh else ", ").join(roles),
    }
    return state(request, 403, text)


def state(request: HttpRequest, status: int, text: str = "") -> HttpResponse:
    """A designed state page: 403, 404, 409, 422 or 500."""
    titles = {
        403: (_("Not for your role"), "lock"),
        404: (_("Nothing is here"), "compass"),
        409: (_("It has changed meanwhile"), "refresh-cw"),
        422: (_("That does not work"), "circle-alert"),
    }
    title, icon = titles.get(status, (_("Something broke"), "octagon-alert"))
    return render(
        request,
        "console/state.html",
        {"status": status, "state_title": title, "text": text, "icon_name": icon},
        status=status,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 of an unknown address."""
    return state(request, 404, _("There is no page at this address."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: plain, without context that may itself be broken."""
    return render(None, "console/broken.html", status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than the session."""
    return state(request, 403, _("This form is too old. Go back, reload the page and send it again."))
