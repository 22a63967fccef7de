"""Desk rows as the JSON of the API: plain values, texts in the page's language, times ISO 8601 UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import hold_words, name_words, texts
from huanqiong.core.time import iso
from huanqiong.desk.registry.rows import DeviceRow, FoundVessel, StaticRow, UnitRow, VesselRow, ZoneRow
from huanqiong.desk.watch.rows import AlertDetail, AlertRow, OrderRow, VerdictRow


def _iso(t: datetime | None) -> str | None:
    return iso(t) if t else None


def alert(a: AlertRow, person: Any) -> dict[str, Any]:
    """One row of the queue."""
    name = texts.kind_name(a.kind)
    more = [texts.kind_name(k) for k in a.kinds if k != a.kind]
    return {
        "id": a.id,
        "state": a.state,
        "tier": a.tier,
        "severity": a.severity,
        "rank": round(a.rank, 3),
        "kind": a.kind,
        "kind_name": name,
        "kinds": list(a.kinds),
        "title": f"{name} + {more[0]}" if len(more) == 1 else f"{name} +{len(more)}" if more else name,
        "why": texts.why(a.kind, a.reasons),
        "where": texts.place(a.lat, a.lon),
        "t0": iso(a.t0),
        "t1": iso(a.t1),
        "known_at": iso(a.known_at),
        "raised_at": iso(a.raised_at),
        "lat": a.lat,
        "lon": a.lon,
        "mmsi": a.mmsi,
        "other_mmsi": a.other_mmsi,
        "vessel": a.vessel,
        "other_vessel": a.other_vessel,
        "record": {
            "judged": a.record.judged,
            "true": a.record.true,
            "false": a.record.false,
            "unclear": a.record.unclear,
        },
        "claimed_by": a.claimed_by,
        "claimed_at": _iso(a.claimed_at),
        "mine": bool(a.claimed_by_code) and a.claimed_by_code == person.code,
        "distress": a.distress,
        "acknowledged_at": _iso(a.acknowledged_at),
        "test": a.test,
        "possible_distress": a.possible_distress,
        "provisional": a.provisional,
        "changed_since": a.changed_since,
        "judgement": a.judgement,
        "order_state": a.order_state,
        "outcome": a.outcome,
        "standing": a.standing,
    }


def verdict(v: VerdictRow) -> dict[str, Any]:
    """A verdict with its reasons rendered."""
    first = v.raw[0] if v.raw else None
    return {
        "id": v.id,
        "key": v.key,
        "number": v.number,
        "kind": v.kind,
        "kind_name": texts.kind_name(v.kind),
        "severity": v.severity,
        "score": round(v.score, 3),
        "t0": iso(v.t0),
        "t1": iso(v.t1),
        "lat": v.lat,
        "lon": v.lon,
        "mmsi": v.mmsi,
        "other_mmsi": v.other_mmsi,
        "where": texts.place(v.lat, v.lon),
        "reasons": [texts.reason_row(r) for r in v.reasons],
        "profile": v.profile,
        "version": v.version,
        "provisional": v.provisional,
        "current": v.current,
        "alert": v.alert_id,
        "held": v.held_by is not None,
        "raw_count": len(v.raw),
        "raw_first": f"{str(first['sha256'])[:12]}… @ {first['offset']}" if first else "",
        "geography": v.geography[:16],
        "withdrawn_why": v.withdrawn_why,
    }


def order(o: OrderRow) -> dict[str, Any]:
    """An inspection order."""
    return {
        "id": o.id,
        "alert_id": o.alert_id,
        "kind": o.kind,
        "kind_name": texts.kind_name(o.kind),
        "vessel": o.vessel,
        "mmsi": o.mmsi,
        "unit": o.unit_en if texts.lang() == "en" else o.unit_zh,
        "unit_code": o.unit_code,
        "state": o.state,
        "text": o.text,
        "deadline": iso(o.deadline),
        "overdue": o.overdue,
        "by": o.by,
        "at": iso(o.at),
        "issued_at": _iso(o.issued_at),
        "acknowledged_at": _iso(o.acknowledged_at),
        "acknowledged_name": o.acknowledged_name,
        "acknowledged_by": o.acknowledged_by,
        "received_at": _iso(o.received_at),
        "result": o.result,
        "cause": o.cause,
        "note": o.note,
        "outcome_at": _iso(o.outcome_at),
        "outcome_by": o.outcome_by,
        "hold": hold_words.brief(o.hold),
        "outcome_said": o.outcome_name,
        "shared": o.shared,
        "interception": o.interception,
        "in_command": o.in_command,
        "commander": o.commander,
        "phone": o.phone,
        "agency": o.agency,
        "meeting": o.meeting,
    }


def alert_detail(d: AlertDetail, others: list[AlertRow], person: Any) -> dict[str, Any]:
    """All of one alert, and the vessel's other alerts."""
    return {
        "row": alert(d.row, person),
        "verdicts": [verdict(v) for v in d.verdicts],
        "judgements": [
            {
                "judgement": j.judgement,
                "reason": j.reason,
                "by": j.by,
                "at": iso(j.at),
                "set_aside_at": _iso(j.set_aside_at),
                "set_aside_why": j.set_aside_why,
            }
            for j in d.judgements
        ],
        "orders": [order(o) for o in d.orders],
        "silences": [
            {
                "id": s.id,
                "kind": s.kind,
                "kind_name": texts.kind_name(s.kind) if s.kind else _("every kind"),
                "since": iso(s.since),
                "until": iso(s.until),
                "reason": s.reason,
                "by": s.by,
                "at": iso(s.at),
                "lifted_at": _iso(s.lifted_at),
                "held": s.held,
            }
            for s in d.silences
        ],
        "frozen": [
            {"id": f.id, "moment": f.moment, "by": f.by, "at": iso(f.at), "sha256": f.sha256}
            for f in d.frozen
        ],
        "follows": d.follows,
        "followed_by": list(d.followed_by),
        "others": [alert(a, person) for a in others if a.id != d.row.id],
    }


def vessel(v: VesselRow) -> dict[str, Any]:
    """A vessel in a list."""
    return {
        "code": v.code,
        "mmsi": v.mmsi,
        "name": v.name,
        "callsign": v.said_callsign,
        "imo": v.said_imo,
        "type": v.said_type,
        "type_name": texts.ship_type_name(v.said_type),
        "length_m": v.said_length_m,
        "flag": v.flag,
        "home_port": v.home_port,
        "said_name": v.said_name,
        "said_at": _iso(v.said_at),
    }


def found(f: FoundVessel) -> dict[str, Any]:
    """A search result; `matched` says by what, where that is not the shown name or number; `why` in words.

    `how`: equal, read (only this boat's name reads so), guess, start or part; `reasons`: of a name read.
    """
    said = {f.row.name, str(f.row.mmsi), f.row.said_callsign}
    return vessel(f.row) | {
        "field": f.field,
        "matched": "" if f.text in said else f.text,
        "how": f.how,
        "why": name_words.why(f),
        "several": f.several,
        "reasons": [{"code": code, "value": value} for code, value in f.reasons],
    }


def static(s: StaticRow) -> dict[str, Any]:
    """One set of values a device sent."""
    return {
        "device": s.device,
        "name": s.name,
        "callsign": s.callsign,
        "imo": s.imo,
        "type": s.ship_type,
        "type_name": texts.ship_type_name(s.ship_type),
        "length_m": s.length_m,
        "beam_m": s.beam_m,
        "draught_m": s.draught_m,
        "destination": s.destination,
        "eta": s.eta,
        "first_seen": iso(s.first_seen),
        "last_seen": iso(s.last_seen),
    }


def device(d: DeviceRow) -> dict[str, Any]:
    """A device and when the vessel carried it."""
    return {"kind": d.kind, "ident": d.ident, "valid_from": _iso(d.valid_from), "valid_to": _iso(d.valid_to)}


def unit(u: UnitRow) -> dict[str, Any]:
    """Who can be sent."""
    return {
        "code": u.code,
        "name": u.name_en if texts.lang() == "en" else u.name_zh,
        "kind": u.kind,
        "lat": u.lat,
        "lon": u.lon,
    }


def zone(z: ZoneRow) -> dict[str, Any]:
    """A zone as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": z.id,
        "properties": {
            "id": z.id,
            "name": z.name,
            "colour": z.colour,
            "note": z.note,
            "by": z.created_by,
            "at": iso(z.created_at),
            "archived": z.archived_at is not None,
        },
        "geometry": z.geometry,
        "bbox": list(z.bbox),
    }
