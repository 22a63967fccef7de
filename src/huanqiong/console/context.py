"""What every page knows: the store, the person and what they may do, the pages they may open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.console.house import described
from huanqiong.console.security import import_map
from huanqiong.desk.trust.access import permissions_of
from huanqiong.desk.trust.reads import roles_held
from huanqiong.desk.trust.roles import role_book

PAGES = (
    ("/", "radio-tower", gettext_noop("Watch floor"), "watch.view"),
    ("/alerts/", "bell", gettext_noop("Alerts"), "watch.view"),
    ("/duty/", "notebook-pen", gettext_noop("Duty log"), "watch.view"),
    ("/handover/", "handshake", gettext_noop("Handover"), "watch.view"),
    ("/escalations/", "bell-ring", gettext_noop("Escalation"), "watch.view"),
    ("/orders/", "send", gettext_noop("Orders"), "watch.view"),
    ("/boats/", "ship", gettext_noop("Boats"), "boats.view"),
    ("/station/", "anchor", gettext_noop("Boats out and in"), "boats.log"),
    ("/check/", "crosshair", gettext_noop("Whom to check"), "watch.view"),
    ("/zones/", "pentagon", gettext_noop("Zones"), "registry.view"),
    ("/standing/", "flag", gettext_noop("Standing alerts"), "watch.view"),
    ("/weather/", "siren", gettext_noop("Weather"), "registry.view"),
    ("/records/", "scale", gettext_noop("Records"), "watch.view"),
    ("/audit/", "shield-check", gettext_noop("Audit"), "audit.view"),
    ("/approvals/", "list-checks", gettext_noop("Approvals"), "approvals.ask"),
    ("/holds/", "archive", gettext_noop("Holds"), "retention.view"),
    ("/sealed/", "lock", gettext_noop("Sealed"), "records.unseal"),
    ("/accounts/", "users", gettext_noop("Accounts"), "users.view"),
)


def role_names(person: Any) -> list[str]:
    """The roles a person holds, in the page's language."""
    book = role_book().roles
    held = [book[r] for r in roles_held(person.pk) if r in book]
    return [r.en if texts.lang() == "en" else r.zh for r in held]


def name_of(person: Any) -> str:
    """What a person is called in the page's language."""
    first = person.name_en if texts.lang() == "en" else person.name_zh
    return first or person.name_zh or person.name_en or person.username


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of every template; computed once a request, and only where a template asks."""
    person = getattr(request, "user", None)
    inside = person is not None and person.is_authenticated
    # Whoever must enrol a second factor first may nothing until then.
    due = getattr(request, "hq_due", False)
    may = sorted(permissions_of(person)) if inside and not due else []
    store = described() if settings.STORE_NAME else None
    nav = [
        {"url": url, "icon": icon, "name": _(name), "current": request.path == url}
        for url, icon, name, permission in PAGES
        if permission in may
    ]
    who = {"name": name_of(person), "code": person.code, "role_names": role_names(person)} if inside else None
    return {
        "store": store,
        "person": who,
        "may": may,
        "nav": nav,
        "home": "/" if "watch.view" in may else nav[0]["url"] if nav else "/account/",
        "import_map": import_map(),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "page_language": get_language(),
        "boot": {
            "store": store if inside else None,
            "person": who,
            "may": may,
            "kinds": texts.kind_names() if inside else {},
            "found": texts.found_kinds(),
        },
    }
