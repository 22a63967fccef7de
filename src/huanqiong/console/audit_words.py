"""The audit log in words: what acts, records and details are called. The words are data/audit/words.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong import data
from huanqiong.console import texts
from huanqiong.console.templatetags.console import shown
from huanqiong.core.schema import KINDS
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.retention import retention_book
from huanqiong.desk.trust.roles import role_book

Names = Mapping[str, str]
"""Persons' names by their code, as far as the reader may know them."""
HASH_SHOWN = 10
LIST_SHOWN = 12


def _words(table: str) -> Mapping[str, Mapping[str, str]]:
    return data.toml("audit/words.toml")[table]


def act_name(act: str) -> str:
    """An act's name; acts without one are shown by their code."""
    words = _words("acts").get(act)
    return words[texts.lang()] if words else act


def subject_name(subject: str, names: Names) -> str:
    """A record's name: `alert:12` is alert 12, a person goes by name."""
    kind, _colon, key = subject.partition(":")
    words = _words("subjects").get(kind)
    if words is None:
        return subject
    return f"{words[texts.lang()]} {names.get(key, key)}".strip()


def actor_name(code: str, name: str) -> str:
    """A machine account by its name in the page's language, a person as they are called."""
    machine = role_book().machines.get(code)
    return name if machine is None else machine.en if texts.lang() == "en" else machine.zh


def details(found: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """An entry's details as (name, value) in words; empty ones stay out."""
    words = _words("details")
    out = []
    for key, value in found.items():
        if value in ("", None, [], {}):
            continue
        known = words.get(key)
        name = known[texts.lang()] if known else key
        out.append((name, _said(value, known.get("as", "text") if known else "text", names)))
    return out


def _said(value: Any, form: str, names: Names) -> str:
    """A value as its form says; what does not fit the form is shown as it is."""
    if isinstance(value, Mapping) and len(value) == 1 and set(value) <= {"sha256", "sm3"}:
        return _("withheld (#%s)") % next(iter(value.values()))[:8]
    if isinstance(value, list):
        form = "id" if form in ("number", "numbers") else form  # a list names records, a number counts them
        more = f" … ({len(value)})" if len(value) > LIST_SHOWN else ""
        comma = "、" if texts.lang() == "zh" else ", "
        return comma.join(_said(v, form, names) for v in value[:LIST_SHOWN] if v not in ("", None)) + more
    if isinstance(value, Mapping) and form != "by_class":
        return "; ".join(f"{k}: {v}" for k, v in details(value, names))
    return _FORMS.get(form, _plain)(value, form, names)


def _plain(value: Any, form: str, names: Names) -> str:
    listed = data.toml("audit/words.toml")["values"].get(form, {})
    words = listed.get(str(value).lower() if isinstance(value, bool) else str(value))
    return words[texts.lang()] if words else str(value)


def _number(value: Any, form: str, names: Names) -> str:
    return f"{value:,}" if isinstance(value, int) and form == "number" else str(value)


def _id(value: Any, form: str, names: Names) -> str:
    return f"№ {value}"


def _time(value: Any, form: str, names: Names) -> str:
    try:
        return shown(datetime.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _hash(value: Any, form: str, names: Names) -> str:
    return f"{str(value)[:HASH_SHOWN]}…" if len(str(value)) > HASH_SHOWN else str(value)


def _kind(value: Any, form: str, names: Names) -> str:
    return texts.kind_name(value) if value in (*KINDS, *texts.NO_DETECTORS) else _plain(value, form, names)


def _role(value: Any, form: str, names: Names) -> str:
    role = role_book().roles.get(value)
    return str(value) if role is None else role.en if texts.lang() == "en" else role.zh


def _by_class(value: Any, form: str, names: Names) -> str:
    return "; ".join(f"{class_name(code)}: {_number(n, 'number', names)}" for code, n in value.items())


def class_name(code: str) -> str:
    """What a class of records is called."""
    return _rule(code, "class", {})


def _rule(value: Any, form: str, names: Names) -> str:
    """A class of records to read or to keep, a purpose, or a two-person act, by its name."""
    book, n = purpose_book(), 1 if texts.lang() == "en" else 0
    if form == "purpose":
        return book.purposes[value][n] if value in book.purposes else str(value)
    classes = {**retention_book().classes, **book.classes}
    rule = (classes if form == "class" else book.approvals).get(value)
    return str(value) if rule is None else (rule.zh, rule.en)[n]


def _person(value: Any, form: str, names: Names) -> str:
    return names.get(value, str(value))


_FORMS: dict[str, Callable[[Any, str, Names], str]] = {
    "number": _number,
    "numbers": _number,
    "id": _id,
    "time": _time,
    "hash": _hash,
    "kind": _kind,
    "role": _role,
    "person": _person,
    "class": _rule,
    "by_class": _by_class,
    "purpose": _rule,
    "wish": _rule,
}
