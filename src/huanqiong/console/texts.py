"""Records in words: kinds, reasons, places and measures in the page's language."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huanqiong import data
from huanqiong.console.house import house
from huanqiong.core import reasons as reason_texts
from huanqiong.core.geography import load_geography
from huanqiong.core.schema import KINDS
from huanqiong.core.units import NM_M
from huanqiong.core.verdict import Reason


def lang() -> str:
    """zh or en, as core speaks of languages."""
    return "en" if get_language() == "en" else "zh"


def kind_name(kind: str, language: str | None = None) -> str:
    """What a kind is called."""
    return reason_texts.kind_name(kind, language or lang())


NO_DETECTORS = ("distress", "report", "overdue", "log_against_track")
"""Kinds that no detector finds: signals, what people tell, what the log of sailings says."""


@cache
def _meanings() -> dict[str, dict[str, str]]:
    return dict(data.toml("reasons/meanings.toml")["meanings"])


def kind_text(kind: str) -> str:
    """What a kind means, in a sentence; "" for a kind that no detector of this version finds."""
    return str(_meanings().get(kind, {}).get(lang(), ""))


def found_kinds() -> list[str]:
    """The kinds that this version can find, distress first."""
    return [k for k in (*NO_DETECTORS, *KINDS) if k in _meanings()]


def kind_names() -> dict[str, str]:
    """Every kind's name, distress first."""
    return {k: kind_name(k) for k in (*NO_DETECTORS, *KINDS)}


def reason_of(row: dict[str, Any]) -> Reason:
    """A stored reason as core's."""
    return Reason(row["code"], row.get("value"), row.get("limit"), row.get("unit"), row.get("source"))


def reason_text(row: dict[str, Any], language: str | None = None) -> str:
    """A reason as a sentence; what a signal or a person says follows in its own words."""
    said = reason_texts.render(reason_of(row), language or lang())
    if row["code"].startswith(("distress_", "report_")) and row.get("value"):
        return f"{said}：{row['value']}" if (language or lang()) == "zh" else f"{said}: {row['value']}"
    return said


def why(kind: str, reasons: Any) -> str:
    """The kind's reasons in one line."""
    rows = list(reasons)
    if kind in NO_DETECTORS or not rows:
        return ("，" if lang() == "zh" else "; ").join(reason_text(r) for r in rows)
    return reason_texts.headline([reason_of(r) for r in rows], lang(), kind) or reason_text(rows[0])


@lru_cache(maxsize=20_000)
def _place(theatre: str, lat: float, lon: float, language: str) -> str:
    geography = load_geography(theatre)
    text = geography.describe(lat, lon, language)
    if geography.places.nearest(lat, lon) is None or "°" not in text or "′" not in text and "'" not in text:
        return text
    # No named place is near: the nearest port of the world says more than degrees alone.
    port, dist_m = geography.nearest_port(lat, lon)
    if dist_m > 300_000:
        return text
    from huanqiong.core.place import bearing_deg

    bearing = round(float(bearing_deg(port.lat, port.lon, lat, lon))) % 360
    nm = dist_m / NM_M
    if language == "zh":
        return f"{port.name(language)} {bearing:03d}° {nm:.1f} 海里"
    return f"{bearing:03d}° {nm:.1f} nm from {port.name(language)}"


def place(lat: float | None, lon: float | None) -> str:
    """A place as bearing and distance from a named point."""
    if lat is None or lon is None:
        return _("place unknown")
    return _place(house().store.theatre, round(lat, 4), round(lon, 4), lang())


def _trim(value: float, digits: int = 1) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure(value: Any, unit: str | None) -> str:
    """A measured value with its unit as people say it: 12240 s is 3.4 h, 4200 m is 2.3 nm."""
    if value is None:
        return ""
    if isinstance(value, str | bool):
        return str(value)
    v = float(value)
    match unit:
        case "s" if abs(v) >= 5400:
            return _("%s h") % _trim(v / 3600)
        case "s" if abs(v) >= 120:
            return _("%s min") % _trim(v / 60, 0)
        case "s":
            return _("%s s") % _trim(v, 0)
        case "m" if abs(v) >= 1852:
            return _("%s nm") % _trim(v / NM_M)
        case "m":
            return _("%s m") % _trim(v, 0)
        case "h":
            return _("%s h") % _trim(v)
        case "min":
            return _("%s min") % _trim(v, 0)
        case "nm":
            return _("%s nm") % _trim(v)
        case "kn":
            return _("%s kn") % _trim(v)
        case "deg":
            return f"{_trim(v, 0)}°"
        case "count" | None | "":
            return _trim(v)
    return f"{_trim(v)} {unit}"


def reason_row(row: dict[str, Any]) -> dict[str, Any]:
    """A reason for the page: its sentence in both languages, measures, and how it stands to its limit."""
    value, limit = row.get("value"), row.get("limit")
    number = isinstance(value, int | float) and isinstance(limit, int | float) and limit > 0
    return {
        "code": row["code"],
        "text": reason_text(row),
        "text_zh": reason_text(row, "zh"),
        "text_en": reason_text(row, "en"),
        "measured": measure(value, row.get("unit")),
        "limit": measure(limit, row.get("unit")),
        "ratio": round(value / limit, 3) if number else None,
        "source": row.get("source") or "",
    }


def ship_type_name(code: int | None) -> str:
    """An AIS ship type in words. Source: ITU-R M.1371-5, table 53."""
    if not code:
        return ""
    single = {
        30: _("Fishing"),
        31: _("Towing"),
        32: _("Towing, long"),
        33: _("Dredging or underwater work"),
        34: _("Diving"),
        35: _("Military"),
        36: _("Sailing"),
        37: _("Pleasure"),
        50: _("Pilot"),
        51: _("Search and rescue"),
        52: _("Tug"),
        53: _("Port tender"),
        54: _("Anti-pollution"),
        55: _("Law enforcement"),
        58: _("Medical transport"),
    }
    tens = {
        2: _("Wing in ground"),
        4: _("High-speed craft"),
        6: _("Passenger"),
        7: _("Cargo"),
        8: _("Tanker"),
        9: _("Other"),
    }
    return single.get(code) or tens.get(code // 10, _("Type %s") % code)
