"""Accounts as pages show them: roles with their scope, second factors, sessions, in the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from huanqiong import data
from huanqiong.console import texts
from huanqiong.desk.registry.access import access_unit_names
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.reads import FactorRow, Look, PersonRow, SessionRow
from huanqiong.desk.trust.roles import Role, role_book

_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def role_name(role: Role) -> str:
    """A role's name in the page's language."""
    return role.en if texts.lang() == "en" else role.zh


def unit_names(person: Any) -> dict[str, str]:
    """{code: name} of the stations a role may be bound to."""
    en = texts.lang() == "en"
    return {code: (e if en else z) or code for code, z, e in access_unit_names(person)}


def grant_rows(p: PersonRow, person: Any) -> list[dict[str, Any]]:
    """The roles an account holds, with names of where."""
    book, names = role_book().roles, unit_names(person)
    return [
        {
            "g": g,
            "role": book.get(g.role),
            "name": role_name(book[g.role]) if g.role in book else g.role,
            "where": [names.get(u, u) for u in g.units] + list(g.areas),
        }
        for g in p.grants
    ]


def said_in(table: str, code: str) -> str:
    """A value's words of the audit log, which calls things as pages do; the code where there are none."""
    words = data.toml("audit/words.toml")["values"][table].get(code)
    return str(words[texts.lang()]) if words else code


def factor_rows(factors: Iterable[FactorRow]) -> list[dict[str, Any]]:
    """Second factors; `proof`: not the recovery codes."""
    out = []
    for f in factors:
        kind = said_in("factor", f.kind)
        said = f"{kind}: {f.name}" if f.name else kind
        out.append({"f": f, "said": said, "proof": f.kind != "recovery_codes"})
    return out


def session_rows(sessions: Iterable[SessionRow], here: str = "") -> list[dict[str, Any]]:
    """Sessions; `here`: the code of the one that asks."""
    return [
        {"s": s, "browser": browser(s.agent), "how": said_in("how", s.how), "here": s.code == here}
        for s in sessions
    ]


def browser(agent: str) -> str:
    """What a browser's own words mean: its name and system; "unknown" where they say neither."""
    found = [next((name for key, name in _BROWSERS if re.search(rf"\b{key}/", agent)), "")]
    found.append(next((name for key, name in _SYSTEMS if key in agent), ""))
    return " · ".join(x for x in found if x) or _("unknown browser")


def look_rows(looks: Sequence[Look]) -> list[dict[str, Any]]:
    """Who opened a record, for what."""
    n, names = 1 if texts.lang() == "en" else 0, purpose_book().purposes
    return [{"look": x, "purpose": names[x.purpose][n] if x.purpose in names else x.purpose} for x in looks]
