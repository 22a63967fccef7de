"""The duty log in words, and what a person typed as an entry."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.core.coordinates import parse_coordinates
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.time import iso, parse_typed
from huanqiong.desk.watch.duty import DutyRow, Words


def how_names() -> dict[str, str]:
    """How a report came."""
    return {
        "radio": _("radio"),
        "phone": _("telephone"),
        "visit": _("in person"),
        "seen": _("seen"),
        "other": _("another way"),
    }


def call_name(call: str) -> str:
    """What became of a call; "" for none."""
    return {"answered": _("answered"), "no_answer": _("no answer")}.get(call, "")


def words_of(
    *,
    what: str,
    when: str,
    how: str,
    who: str,
    also: Iterable[tuple[str, str]],
    where: str,
    call: str,
    channel: str,
    now: datetime,
    lat: float | None = None,
    lon: float | None = None,
) -> Words:
    """What was typed as an entry. `when`: "" is now, else as `parse_typed` reads it. A position in `where` is
    taken from it; else `lat`, `lon` are the place on the map it is about. InputError: no such time."""
    happened = parse_typed(when, now) if when.strip() else now
    with suppress(HuanqiongError):  # a place in words is kept as it was said
        lat, lon = parse_coordinates(where)
    return Words(what, happened, how, who, tuple(also), where, lat, lon, call, channel)


def row(e: DutyRow) -> dict[str, Any]:
    """An entry as JSON, and what templates show."""
    return {
        "id": e.id,
        "happened_at": iso(e.happened_at),
        "made_at": iso(e.made_at),
        "by": e.by,
        "how": e.how,
        "how_name": how_names()[e.how],
        "who": e.who,
        "also": [{"how": h, "how_name": how_names()[h], "who": w} for h, w in e.also],
        "what": e.what,
        "where": e.where,
        "place": texts.place(e.lat, e.lon) if e.lat is not None else "",
        "lat": e.lat,
        "lon": e.lon,
        "call": e.call,
        "call_name": call_name(e.call),
        "channel": e.channel,
        "alert": e.alert_id,
        "about": e.about,
        "relation": e.relation,
        "corrected_by": e.corrected_by,
        "added": list(e.added),
    }
