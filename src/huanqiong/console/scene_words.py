"""Reports from the scene in words, and what a unit typed as one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.core.coordinates import parse_coordinates
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.time import iso
from huanqiong.desk.watch.tasking import Scene, SceneRow


def scene_names() -> dict[str, str]:
    """What a unit reports, in the order of its buttons."""
    return {
        "sighted": _("sighted"),
        "alongside": _("alongside"),
        "boarded": _("boarded"),
        "lost": _("lost her"),
        "weather": _("bad weather"),
        "other": _("other"),
    }


def scene_of(what: str, words: str, happened_at: datetime, where: str) -> Scene:
    """What was typed as a report; a position in `where` is taken from it, words are kept as they are."""
    lat = lon = None
    with suppress(HuanqiongError):
        lat, lon = parse_coordinates(where)
    return Scene(what, happened_at, words, where, lat, lon)


def row(r: SceneRow) -> dict[str, Any]:
    """A report as JSON, and what templates show."""
    return {
        "id": r.id,
        "order": r.order_id,
        "unit": r.unit_en if texts.lang() == "en" else r.unit_zh,
        "what": r.what,
        "what_name": scene_names()[r.what],
        "words": r.words,
        "happened_at": iso(r.happened_at),
        "made_at": iso(r.made_at),
        "where": r.where,
        "place": texts.place(r.lat, r.lon) if r.lat is not None else "",
        "lat": r.lat,
        "lon": r.lon,
        "by": r.by,
        "corrects": r.corrects,
        "corrected_by": r.corrected_by,
    }
