"""Boats, stations and sailings in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console.texts import lang
from huanqiong.core.time import iso
from huanqiong.desk.registry.shore_rows import KnownBoat, StationCopy
from huanqiong.desk.registry.shore_rules import shore_rules
from huanqiong.desk.registry.trips import EntryRow, Trip


def purpose_names() -> dict[str, str]:
    """What a boat sails for."""
    return {
        "fishing": _("fishing"),
        "transport": _("transport"),
        "passengers": _("passengers"),
        "repair": _("repair or trial"),
        "other": _("another purpose"),
    }


def station_kind_names() -> dict[str, str]:
    """Kinds of stations."""
    return {
        "vessel_station": _("vessel-management station"),
        "checkpoint": _("checkpoint"),
        "port": _("port"),
    }


def conflict_names() -> dict[str, str]:
    """What entries of a trip disagree in."""
    return {
        "no_return": _("sailed again; nobody logged her return"),
        "no_departure": _("returned; nobody logged that she left"),
        "out_twice": _("her departure was logged twice: both are kept"),
        "back_twice": _("her return was logged twice: both are kept"),
    }


def station_name(zh: str, en: str) -> str:
    """A station's name in the page's language."""
    return (en if lang() == "en" else zh) or zh or en


def _t(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def entry(e: EntryRow) -> dict[str, Any]:
    """One entry; `crew` only where it was read with people."""
    return {
        "id": e.id, "kind": e.kind, "at": iso(e.at), "t": _t(e.at), "due_t": _t(e.due_at), "by": e.by,
        "made_at": iso(e.made_at), "crew": list(e.crew) if e.crew is not None else None, "crew_n": e.crew_n,
        "purpose": e.purpose, "note": e.note, "station": e.station, "request_id": e.request_id,
        "skew_s": e.skew_s, "sets_right": e.about,
    }  # fmt: skip


def trip(t: Trip, now: datetime) -> dict[str, Any]:
    """One trip; `state`: out, overdue, back, or lost where she sailed again without a return."""
    late = t.overdue_since(shore_rules())
    state = "back" if t.back else "lost"
    if t.is_out:
        state = "overdue" if late is not None and late <= now else "out"
    return {
        "boat": t.first.boat, "name": t.first.name, "plain": t.first.plain, "station": t.first.station,
        "left_t": _t(t.left_at), "due_t": _t(t.due_at), "overdue_t": _t(late),
        "returned_t": _t(t.returned_at),
        "left_at": t.left_at, "due_at": t.due_at, "returned_at": t.returned_at,
        "state": state, "conflicts": list(t.conflicts), "crew_n": t.out[-1].crew_n if t.out else 0,
        "purpose": t.out[-1].purpose if t.out else "", "note": t.first.note,
        "out": [entry(e) for e in t.out], "back": [entry(e) for e in t.back],
    }  # fmt: skip


def described(trips: Iterable[Trip], now: datetime) -> list[dict[str, Any]]:
    """Trips for a page, with what they are at odds in, and what they were for, in words."""
    odds, purposes = conflict_names(), purpose_names()
    rows = [trip(t, now) for t in trips]
    for row in rows:
        row["odds"] = [odds[c] for c in row["conflicts"]]
        row["purpose_name"] = purposes.get(row["purpose"], "")
    return rows


def known_boat(b: KnownBoat) -> dict[str, Any]:
    """A boat as a clerk's device keeps her."""
    return {
        "code": b.code, "name": b.name, "township": b.township, "typed": list(b.typed), "crew": list(b.crew),
        "purpose": b.purpose, "away_h": b.away_h, "sailed_t": _t(b.sailed_at),
    }  # fmt: skip


def copy(c: StationCopy, now: datetime) -> dict[str, Any]:
    """What a clerk's device keeps of a station, in seconds since 1970 for the device to count with."""
    trips = [trip(t, now) for t in c.trips]
    for row in trips:
        for column in ("left_at", "due_at", "returned_at"):
            del row[column]
    return {
        "station": {"code": c.station.code, "name_zh": c.station.name_zh, "name_en": c.station.name_en},
        "boats": [known_boat(b) for b in c.boats],
        "trips": trips,
    }
