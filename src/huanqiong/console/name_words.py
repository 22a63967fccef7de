"""Why a search found a vessel, and what a boat's name implies, in the words of the page's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from huanqiong.console import texts
from huanqiong.desk.registry.rows import FoundVessel, ImpliedHome, ImpliedPlace

_REASONS: dict[str, Any] = {
    "same_name": gettext_lazy("same name but for spacing, script or O/0"),
    "number_and_place": gettext_lazy("number and place (%(value)s)"),
    "number_and_kind": gettext_lazy("number and kind"),
    "number_and_province": gettext_lazy("number and province (%(value)s)"),
    "alike": gettext_lazy("nearly the same letters"),
    "beginning": gettext_lazy("one name is the beginning of the other"),
    "plain": gettext_lazy("compared letter by letter"),
    "province_guessed": gettext_lazy("province not said"),
    "place_form": gettext_lazy("place written in two ways (%(value)s)"),
    "kind_unsaid": gettext_lazy("kind not said on both sides"),
    "kind_open": gettext_lazy("kind left open (%(value)s)"),
    "zeros": gettext_lazy("leading zeros left out"),
    "letters": gettext_lazy("O/0 or I/1 exchanged"),
    "joined": gettext_lazy("digits stood apart"),
    "ambiguous": gettext_lazy("the name may mean %(value)s"),
    "spelling": gettext_lazy("one letter off"),
    "tail": gettext_lazy("more follows the number (%(value)s)"),
    "place_unsaid": gettext_lazy("place not said"),
    "place_unread": gettext_lazy("place not known (%(value)s)"),
    "kind_differs": gettext_lazy("another kind (%(value)s)"),
    "cut": gettext_lazy("number cut after 20 letters"),
    "place_differs": gettext_lazy("same number, another place (%(value)s)"),
    "province_differs": gettext_lazy("same number, another province (%(value)s)"),
}
_HOW: dict[str, Callable[[], str]] = {
    "start": lambda: _("begins so"),
    "part": lambda: _("a part of it"),
}


def why(f: FoundVessel) -> str:
    """One line: what agrees, then what lessens it."""
    if f.how == "equal":
        return _("same name") if f.field in ("name", "name_zh") else _("same number or sign")
    if not f.reasons:
        return _HOW[f.how]()
    words = [_reason(code, value, f.several) for code, value in f.reasons]
    if f.several > 1 and f.reasons[0][0] != "number_only":
        words.append(
            ngettext("%(n)s boat agrees as far", "%(n)s boats agree as far", f.several) % {"n": f.several}
        )
    return "; ".join(words) if texts.lang() == "en" else "；".join(words)


def _reason(code: str, value: str, several: int) -> str:
    if code == "number_only":
        return ngettext("number only: %(n)s boat", "number only: %(n)s boats", several) % {"n": several}
    text = str(_REASONS[code])
    return text % {"value": value} if "%(value)s" in text else text


def home(h: ImpliedHome | None) -> dict[str, Any] | None:
    """The home port read from the name; None where the name implies none."""
    if h is None:
        return None
    return {
        "name": h.name,
        "from_register": h.from_register,
        "places": [_place(p) for p in h.places],
        "text": _(" or ").join(_place(p) for p in h.places),
        "differs": h.differs,
    }


def _place(p: ImpliedPlace) -> str:
    return p.en if texts.lang() == "en" else p.zh
