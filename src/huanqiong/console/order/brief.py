"""An order gathered for its page: what to do, about whom, where, why, what to mind, a chart, the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import house, rows, scene_words, texts
from huanqiong.console.order import chart, spoken
from huanqiong.console.order.cautions import cautions, marking
from huanqiong.console.order.fix import last_fix
from huanqiong.core.errors import MissingError
from huanqiong.core.place import bearing_deg, decimal, degree_minute, haversine_m
from huanqiong.core.time import SHANGHAI, parse_time
from huanqiong.core.units import NM_M
from huanqiong.desk.registry.access import access_vessel
from huanqiong.desk.registry.rows import VesselRow
from huanqiong.desk.trust.access import allowed, scope_of
from huanqiong.desk.watch.access import (
    access_alert,
    access_order,
    access_scene,
    access_together,
    access_vessel_alerts,
)
from huanqiong.desk.watch.rows import AlertRow, OrderRow
from huanqiong.flows.last_fix import LastFix

PRINTED = {
    "text": 420,
    "text_several": 300,
    "why": 170,
    "name": 60,
    "note": 120,
    "caution": 110,
    "reason": 96,
}
"""Half-widths (a Chinese character is two) of a text that fits its place on paper."""
REASONS, CAUTIONS, UNITS = 3, 4, 4
"""So many are printed; the rest is counted, and stands on the screen."""


def gathered(person: Any, order_id: int) -> dict[str, Any]:
    """Everything that the page of an order shows, in the page's language; MissingError for no such order."""
    now = house.clock().at
    o = access_order(person, order_id, now=now)
    alert = access_alert(person, o.alert_id).row
    fix = last_fix(o.mmsi, now) if o.mmsi is not None else None
    vessel = _vessel(person, o)
    others = access_vessel_alerts(person, o.mmsi) if o.mmsi is not None else []
    found = texts.why(alert.kind, alert.reasons)
    at = (fix.lat, fix.lon) if fix else (alert.lat, alert.lon)
    unit = texts.lang() == "en" and o.unit_en or o.unit_zh
    row = rows.order(o)
    return {
        "o": row | {"unit": unit, "outcome_name": outcome_name(o.result, o.cause)},
        "cut": {
            "text": shortened(o.text, PRINTED["text" if o.interception is None else "text_several"]),
            "note": shortened(o.note, PRINTED["note"]),
        },
        "marking": marking(),
        "now": now,
        "left": left(o, now),
        "vessel": vessel,
        "names": _names(vessel, o),
        "place": _place(o, fix, at, now),
        "kind": texts.kind_name(alert.kind),
        "why": {"full": found, "cut": shortened(found, PRINTED["why"])},
        "reasons": _listed(_beyond(found, alert.reasons), REASONS, PRINTED["reason"]),
        "record": alert.record,
        "alert": alert,
        "cautions": _listed(cautions(alert, others), CAUTIONS, PRINTED["caution"]),
        "meeting": _meeting(o),
        "together": _together(person, o, now),
        "scene": [scene_words.row(r) for r in access_scene(person, o.id)],
        "scene_names": scene_words.scene_names(),
        "chart": _chart(o, fix, at, unit, vessel),
        "spoken": _spoken(o, alert, at, vessel, now),
        "answers": scope_of(person, "watch.outcome").covers(unit=o.unit_code),
    }


def shortened(text: str, most: int) -> str:
    """One line of the text that is at most so many half-widths long, with a mark where it was cut."""
    line = " ".join(text.split())
    width = 0
    for n, c in enumerate(line):
        width += 2 if ord(c) > 0x2E7F else 1
        if width > most:
            return line[: max(0, n - 3)] + "…〔" + _("cut") + "〕"
    return line


def _beyond(line: str, reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reasons that the one line does not say already."""
    return [t for r in reasons if (t := texts.reason_text(dict(r))) not in line]


def _listed(texts_: list[str], most: int, wide: int) -> dict[str, Any]:
    """Lines as (whole, as printed), the latter None from `most` on; `more`: how many are not printed."""
    lines = [(t, shortened(t, wide) if n < most else None) for n, t in enumerate(texts_)]
    return {"lines": lines, "more": max(0, len(lines) - most)}


def _together(person: Any, o: OrderRow, now: datetime) -> dict[str, Any] | None:
    """The orders of its interception as rows, in command first; None: the unit goes alone."""
    if o.interception is None:
        return None
    found = access_together(person, o.id, now=now)
    told = [
        rows.order(x)
        | {"outcome_name": outcome_name(x.result, x.cause), "meets": _meeting(x), "mine": x.id == o.id}
        for x in found
    ]
    return {"rows": told, "more": max(0, len(told) - UNITS), "running": any(not x.result for x in found)}


def _meeting(o: OrderRow) -> dict[str, Any] | None:
    """Where and when the unit is to meet her, in words; None: none was chosen."""
    m = o.meeting
    if m is None:
        return None
    return {
        "t": m["t"],
        "dm": degree_minute(m["lat"], m["lon"]),
        "named": texts.place(m["lat"], m["lon"]),
        "nm": m["nm"],
        "ahead": m["how"] == "ahead",
        "counted_at": m["counted_at"],
        "fix_t": m["fix"]["t"],
    }


def outcome_name(result: str, cause: str) -> str:
    """How it ended, with the cause in words; "" while it runs."""
    results = {"hit": _("hit"), "no_hit": _("no hit"), "not_possible": _("not possible")}
    if cause:
        return (
            f"{results[result]}：{cause_names()[cause]}"
            if texts.lang() == "zh"
            else (f"{results[result]}: {cause_names()[cause]}")
        )
    return str(results.get(result, ""))


def cause_names() -> dict[str, str]:
    """Why an inspection was not possible."""
    return {
        "no_unit": _("no unit available"),
        "weather": _("weather"),
        "gone": _("vessel gone"),
        "other": _("other"),
    }


def left(o: OrderRow, now: datetime) -> dict[str, Any]:
    """How long is left by the store's clock; `over`: the deadline has passed."""
    s = (o.deadline - now).total_seconds()
    text = span(abs(s))
    return {"over": s <= 0, "text": (_("%s over") if s <= 0 else _("%s left")) % text}


def span(s: float) -> str:
    """Minutes, hours and minutes, or days and hours."""
    m = int(s // 60)
    if m < 60:
        return _("%s min") % m
    if m < 48 * 60:
        return _("%(h)s h %(m)s min") % {"h": m // 60, "m": m % 60}
    return _("%(d)s d %(h)s h") % {"d": m // 1440, "h": m % 1440 // 60}


def _vessel(person: Any, o: OrderRow) -> VesselRow | None:
    """The vessel's row; None where it is not known, or not for this person."""
    if o.mmsi is None or not allowed(person, "registry.view"):
        return None
    try:
        return access_vessel(person, o.mmsi).row
    except MissingError:
        return None


def _names(v: VesselRow | None, o: OrderRow) -> dict[str, Any]:
    """Her names in both scripts, what she says of herself, and where she is at home; "" = not known."""
    first = v.name_zh if v else o.vessel
    other = [n for n in ((v.name_en, v.said_name) if v else ()) if n and n != first]
    names = [n for n in dict.fromkeys([first, *other]) if n]
    return {
        "first": shortened(names[0], PRINTED["name"]) if names else "",
        "others": [shortened(n, PRINTED["name"]) for n in names[1:]],
        "type": texts.ship_type_name(v.said_type) if v else "",
        "length_m": v.said_length_m if v else None,
    }


def _place(
    o: OrderRow, fix: LastFix | None, at: tuple[float | None, float | None], now: datetime
) -> dict[str, Any] | None:
    """The position in words, both forms, its age, and as seen from the unit; None: no position is known."""
    lat, lon = at
    if lat is None or lon is None:
        return None
    told: dict[str, Any] = {
        "named": texts.place(lat, lon),
        "dm": degree_minute(lat, lon),
        "decimal": decimal(lat, lon),
        "fix": fix,
        "age": span((now - fix.at).total_seconds()) if fix else "",
        "at": fix.at if fix else None,
        "sog": f"{fix.sog_kn:.1f}" if fix and fix.sog_kn is not None else "",
        "cog": f"{round(fix.cog_deg) % 360:03d}" if fix and fix.cog_deg is not None else "",
        "from_unit": "",
    }
    if o.unit_lat is not None and o.unit_lon is not None:
        b = round(float(bearing_deg(o.unit_lat, o.unit_lon, lat, lon))) % 360
        nm = float(haversine_m(o.unit_lat, o.unit_lon, lat, lon)) / NM_M
        told["from_unit"] = f"{b:03d}° {nm:.1f} {'nm' if texts.lang() == 'en' else '海里'}"
    return told


def _chart(
    o: OrderRow,
    fix: LastFix | None,
    at: tuple[float | None, float | None],
    unit: str,
    v: VesselRow | None,
) -> Any:
    """The chart; "" where no position is known."""
    if at[0] is None or at[1] is None:
        return ""
    start = o.meeting["from"] if o.meeting else {"lat": o.unit_lat, "lon": o.unit_lon}
    has_unit = start["lat"] is not None and start["lon"] is not None
    return chart.draw(
        chart.Scene(
            (at[0], at[1]),
            shortened(v.name if v and v.name else o.vessel or str(o.mmsi or ""), 30),
            fix.track if fix else (),
            fix.cog_deg if fix else None,
            (start["lat"], start["lon"]) if has_unit else None,
            shortened(unit, 30),
            texts.lang(),
            (o.meeting["lat"], o.meeting["lon"]) if o.meeting else None,
            parse_time(o.meeting["t"]).astimezone(SHANGHAI).strftime("%H%M") if o.meeting else "",
        )
    )


def _spoken(
    o: OrderRow,
    alert: AlertRow,
    at: tuple[float | None, float | None],
    v: VesselRow | None,
    now: datetime,
) -> dict[str, Any]:
    """The words to read, in both languages, the page's first."""
    out = []
    for lang in ("zh", "en") if texts.lang() == "zh" else ("en", "zh"):
        zh = lang == "zh"
        name = o.vessel if zh or v is None else v.name_en or v.said_name or o.vessel
        unit = o.unit_zh if zh else o.unit_en or o.unit_zh
        said = spoken.spoken(
            spoken.Order(o.id, unit, o.text, name, o.mmsi, at[0], at[1], o.deadline, now), lang
        )
        out.append({"lang": "zh-Hans" if zh else "en", "parts": said.parts, "cut": bool(said.cut)})
    return {"first": out[0], "second": out[1]}
