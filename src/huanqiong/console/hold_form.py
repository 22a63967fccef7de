"""The form that asks for a hold, read: whose records, which waters, what time. Times are China's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from huanqiong.core.box import Box
from huanqiong.core.coordinates import parse_coordinates
from huanqiong.core.errors import InputError, UsageError
from huanqiong.core.time import SHANGHAI, parse_time
from huanqiong.desk.trust.retention import hold_scope

KINDS: Final = ("alert", "device", "vessel", "person")
_TIMES: Final = ("since", "until")
_SIDES: Final = ("west", "south", "east", "north")
FIELDS: Final = ("kind", "name", "corner_a", "corner_b", "since", "until", "reason")


class Wish(NamedTuple):
    """What a hold is to cover."""

    subject: str
    since: datetime | None
    until: datetime | None
    box: Box | None

    @property
    def scope(self) -> dict[str, Any]:
        """What a request for it names."""
        return hold_scope(*self)


def wish_of(form: Mapping[str, str]) -> Wish:
    """The wish in a filled form; UsageError or InputError names the field that says nothing."""
    kind, name = form.get("kind", ""), re.sub(r"^(№|#)\s*", "", form.get("name", "").strip())
    if kind not in ("", *KINDS):
        raise UsageError(_("Say whose records: of an alert, a device, a vessel or an account."))
    if bool(kind) != bool(name):
        raise UsageError(_("Say whose records, and give the number or code; or neither, for waters only."))
    corners = [form.get(f"corner_{c}", "").strip() for c in "ab"]
    if any(corners) and not all(corners):
        raise UsageError(_("A box of waters has two corners."))
    return Wish(
        f"{kind}:{name}" if kind else "",
        _time(form.get("since", "")),
        _time(form.get("until", "")),
        _box(*corners) if all(corners) else None,
    )


def _time(text: str) -> datetime | None:
    return parse_time(text.strip().replace("/", "-"), zone=SHANGHAI) if text.strip() else None


def _box(a: str, b: str) -> Box:
    (lat_a, lon_a), (lat_b, lon_b) = parse_coordinates(a), parse_coordinates(b)
    if lat_a == lat_b or lon_a == lon_b:
        raise InputError(_("The two corners lie on one line: they span no waters."))
    return min(lon_a, lon_b), min(lat_a, lat_b), max(lon_a, lon_b), max(lat_a, lat_b)


def wish_in(scope: Mapping[str, Any]) -> Wish:
    """The wish that a request's scope names; UsageError: it is no hold's."""
    try:
        since, until = (None if scope[k] is None else datetime.fromisoformat(scope[k]) for k in _TIMES)
        box = None if scope["box"] is None else tuple(float(scope["box"][side]) for side in _SIDES)
        return Wish(str(scope["subject"]), since, until, box)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError):
        raise UsageError(_("The request does not say what to hold. Ask again.")) from None
