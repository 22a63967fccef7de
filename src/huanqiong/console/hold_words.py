"""Legal holds in words: what one covers, where it stands, and what a request about one would do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console.hold_form import wish_in
from huanqiong.console.templatetags.console import shown
from huanqiong.core.box import Box
from huanqiong.core.errors import UsageError
from huanqiong.core.place import decimal
from huanqiong.desk.trust.reads import HoldRow


def kind(code: str) -> str:
    """What a kind of subject is called where one is chosen."""
    words = {
        "alert": _("an alert, by its number"),
        "device": _("a device, by MMSI or terminal number"),
        "vessel": _("a vessel, by its code in the register"),
        "person": _("an account, by its code"),
    }
    return words[code]


def subject(text: str) -> str:
    """Whose records a hold's subject names; "" where it names waters only."""
    kind, _colon, name = text.partition(":")
    words = {
        "alert": _("alert %s"),
        "vessel": _("vessel %s"),
        "device": _("device %s"),
        "person": _("account %s"),
    }
    return words[kind] % name if kind in words else text


def subject_url(text: str) -> str:
    """The page of a hold's subject; "" where it has none."""
    kind, _colon, name = text.partition(":")
    if kind == "alert":
        return f"/?alert={name}"
    if kind == "device" and name.isdecimal() and len(name) == 9:
        return f"/vessels/{name}/"
    return f"/accounts/{name}/" if kind == "person" else ""


def waters(box: Box) -> str:
    """A box by its south-west and north-east corners."""
    west, south, east, north = box
    return _("%(a)s to %(b)s") % {"a": decimal(south, west, 4), "b": decimal(north, east, 4)}


def period(since: datetime | None, until: datetime | None) -> str:
    """The time a hold covers; open ends are said."""
    if since is None and until is None:
        return _("whatever the time")
    if until is None:
        return _("from %s on") % shown(since)
    if since is None:
        return _("until %s") % shown(until)
    return _("%(a)s to %(b)s") % {"a": shown(since), "b": shown(until)}


def covers(of: str, since: datetime | None, until: datetime | None, box: Box | None) -> str:
    """What must stay, as one sentence: the subject's records, or everything in some waters, or both."""
    whom = _("all records of %s") % subject(of) if of else ""
    where = _("everything in the waters %s") % waters(box) if box else ""
    what = _("%(a)s, and %(b)s") % {"a": whom, "b": where} if whom and where else whom or where
    return _("%(what)s; %(when)s") % {"what": what, "when": period(since, until)}


def of_hold(h: HoldRow) -> str:
    """What a hold covers; of a sealed record nothing is said."""
    return _("a sealed record") if h.sealed else covers(h.subject, h.since, h.until, h.box)


def asked(scope: dict[str, Any]) -> str:
    """What a request for `hold.set` would hold, from its scope; "" where the scope is no hold's."""
    try:
        return covers(*wish_in(scope))
    except UsageError:
        return ""


def standing(h: HoldRow) -> str:
    """Where a hold stands."""
    match h.state:
        case "proposed":
            return _("proposed, lapses on %s unless two people confirm it") % shown(h.provisional_until)
        case "lapsed":
            return _("lapsed, nobody confirmed it by %s") % shown(h.provisional_until)
        case "lifted":
            return _("lifted")
    return _("stands")


def brief(h: HoldRow | None) -> dict[str, Any] | None:
    """What an order's hit proposed, for whoever sees the order: the hold's number and where it stands."""
    if h is None:
        return None
    words = _("Everything around this hit is to be kept. Hold %(id)s: %(standing)s.")
    return {"id": h.id, "state": h.state, "text": words % {"id": h.id, "standing": standing(h)}}
