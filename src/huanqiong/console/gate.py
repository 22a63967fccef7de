"""The gate of every request: the session still runs, and a second factor that a role needs is there.

A browser's cookie alone opens nothing: the session's row in the records decides, so ending the row ends the
session wherever the cookie is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from huanqiong.console.house import house
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import factor_due
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.acts.sessions import SEEN_EVERY
from huanqiong.desk.trust.clock import now
from huanqiong.desk.trust.reads import SessionRow
from huanqiong.desk.trust.roles import role_book

BACKEND = "django.contrib.auth.backends.ModelBackend"
KEY = "hq_session"
"""Where the browser's session names its row."""
ENDED = "hq_ended"
"""Why the one before ended, for the sign-in page to say."""
OPEN = ("/account/", "/sign-in/", "/sign-out/", "/login/", "/language/", "/jsi18n/", "/healthz", "/readyz")
"""What opens to whoever must enrol a second factor first."""


def kind() -> str:
    """The kind of the open store; "" without one, which is as strict as a live one."""
    return house().store.kind if settings.STORE_NAME else ""


def limits() -> dict[str, int]:
    """The rules of sessions in the open store."""
    return role_book().limits(kind())


def begun(sender: object, request: HttpRequest, user: Any, **more: object) -> None:
    """Begins the session's row when somebody is logged in."""
    request.session[KEY] = acts.begin_session(
        by=user,
        how=getattr(request, "hq_how", "unknown"),
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.META.get("HTTP_USER_AGENT", ""),
    )


def enter(request: HttpRequest, person: Any, how: str) -> None:
    """Lets a person in; `how`: password, one_time or passkey, and after a + the second factor."""
    leave(request)
    request.hq_how = how  # type: ignore[attr-defined]
    login(request, person, backend=BACKEND)


def leave(request: HttpRequest, why: str = "sign_out") -> None:
    """Ends the browser's session, where it has one."""
    code = request.session.get(KEY, "")
    if request.user.is_authenticated and reads.session(code) is not None:
        acts.end_session(code, by=request.user, why=why)
    logout(request)


def session_of(request: HttpRequest) -> SessionRow | None:
    """The session of a signed-in request; None of any other."""
    return getattr(request, "hq_session", None)


def fresh(request: HttpRequest) -> bool:
    """Whether the person signed in so lately that factors and passwords may change."""
    row = session_of(request)
    minutes = role_book().sign_in["fresh_min"]
    return row is not None and abs((now() - row.begun_at).total_seconds()) < 60 * minutes


class GateMiddleware:
    """Looks at the session of every request that brings one. Stands after Django's authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            row = reads.session(request.session.get(KEY, ""))
            if why := _over(row, request.user.pk):
                logout(request)
                request.session[ENDED] = why
            else:
                request.hq_session = row  # type: ignore[attr-defined]
                if row is not None and now() - row.seen_at >= SEEN_EVERY:
                    acts.seen(row.code, by=request.user)
                if refusal := _led(request):
                    return refusal
        return self.get_response(request)


def _over(row: SessionRow | None, person_pk: int) -> str:
    """Why this session runs no more; "" where it does."""
    if row is None or row.person_id != person_pk:
        return "unknown"
    if row.ended_at is not None:
        return row.ended_why or "hand"
    why = row.lapsed(limits())
    if why:
        acts.lapse_session(row.code, why, by=SYSTEM)
    return why


def _led(request: HttpRequest) -> HttpResponse | None:
    """The way to enrolment for whoever's role needs a factor they have not; None for all others."""
    request.hq_due = factor_due(request.user, kind())  # type: ignore[attr-defined]
    if not request.hq_due or request.path.startswith(OPEN):  # type: ignore[attr-defined]
        return None
    if request.path.startswith("/api/"):
        return JsonResponse({"message": _("Your role needs a second factor: enrol one first.")}, status=403)
    return HttpResponseRedirect("/account/")
