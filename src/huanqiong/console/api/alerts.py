"""Alerts and what people do about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from huanqiong.console import duty_words, reach, rows, scene_words
from huanqiong.console.api.bounds import Code, Hours, Id, Mmsi, Moment, Name, Request, Shown, Text
from huanqiong.console.api.reach import sent
from huanqiong.console.house import at_of, clock, house
from huanqiong.core.errors import UsageError
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import (
    access_alert,
    access_counts,
    access_duty,
    access_queue,
    access_vessel_alerts,
)
from huanqiong.desk.watch.duty import DutyQuery
from huanqiong.desk.watch.rows import QueueQuery
from huanqiong.desk.watch.tasking import Part
from huanqiong.lake import bundle

router = Router()
STATES = ("open", "claimed", "judged", "closed", "withdrawn")


class Reason(Schema):
    reason: Text = ""


class Judgement(Schema):
    judgement: Code
    reason: Text
    request_id: Request | None = None


class Silence(Schema):
    hours: Hours
    kind: Code = ""
    reason: Text


class Order(Schema):
    deadline: datetime
    text: Text
    request_id: Request | None = None


class Single(Order):
    """`meeting`: as the page got it signed (`GET .../reach`), kept with the order; "": none."""

    unit: Code
    meeting: Shown = ""


class Sent(Schema):
    unit: Code
    commander: Name
    phone: Code
    in_command: bool = False
    meeting: Shown = ""


class Interception(Order):
    units: Annotated[list[Sent], Field(min_length=1, max_length=20)]


class Release(Schema):
    why: Text = ""


class Purpose(Schema):
    purpose: Text


def query_of(request: HttpRequest) -> QueueQuery:
    """The queue's filters from a query: state, kind, severity, mmsi, mine, at, since, limit, offset."""
    g = request.GET
    states = tuple(s for s in g.get("state", "open,claimed").split(",") if s)
    if unknown := set(states) - set(STATES):
        raise UsageError(f"state: {', '.join(sorted(unknown))} is none of {', '.join(STATES)}.")

    def whole(name: str, default: int) -> int:
        text = g.get(name, "")
        if text and not (text.isdecimal() and len(text) <= 15):
            raise UsageError(f"{name}: give a whole number.")
        return int(text) if text else default

    mmsi = whole("mmsi", 0)
    return QueueQuery(
        states=states,
        kinds=tuple(k for k in g.get("kind", "").split(",") if k),
        min_severity=whole("severity", 0),
        mmsi=mmsi or None,
        claimed_by=request.user.code if g.get("mine") else "",
        since=at_of(g["since"]) if g.get("since") else None,
        at=at_of(g["at"]) if g.get("at") else None,
        limit=min(whole("limit", 200), 1000),
        offset=whole("offset", 0),
    )


@router.get("/")
@router.get("")
def queue(request: HttpRequest) -> list[dict[str, Any]]:
    """Rows of the queue, distress first, then by tier and rank."""
    return [rows.alert(a, request.user) for a in access_queue(request.user, query_of(request))]


@router.get("/counts")
def counts(request: HttpRequest) -> dict[str, Any]:
    """How many alerts by state, kind, severity, and tier with severity ("tier:severity", tiers as shown)."""
    c = access_counts(request.user, query_of(request))
    return {
        "by_state": c.by_state,
        "by_kind": c.by_kind,
        "by_severity": c.by_severity,
        "by_tier": {f"{tier}:{severity}": n for (tier, severity), n in c.by_tier_severity.items()},
    }


@router.get("/{alert_id}")
def one(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    """All of one alert."""
    return _detail(request, alert_id)


def _detail(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    d = access_alert(request.user, alert_id)
    others = access_vessel_alerts(request.user, d.row.mmsi, limit=9) if d.row.mmsi else []
    told = access_duty(request.user, DutyQuery(alert=alert_id))
    return rows.alert_detail(d, others, request.user) | {
        "duty": [duty_words.row(e) for e in told],
        "scene": [scene_words.row(r) for r in d.scene],
    }


def shown(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    """What stood on the person's screen, for the frozen record: the alert as this API renders it."""
    d = access_alert(request.user, alert_id)
    raw = [{"verdict": v.id, "rows": list(v.raw)} for v in d.verdicts if v.current]
    return {
        "at": clock().at,
        "queue_row": rows.alert(d.row, request.user),
        "reasons": [rows.verdict(v) for v in d.verdicts if v.current],
        "raw": raw,
        "policy": sorted({v.policy for v in d.verdicts}),
        "geography": sorted({v.geography for v in d.verdicts}),
    }


@router.post("/{alert_id}/claim")
def claim(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    """Makes it the person's own and freezes what was shown."""
    acts.claim(alert_id, by=request.user, shown=shown(request, alert_id))
    return _detail(request, alert_id)


@router.post("/{alert_id}/release")
def release(request: HttpRequest, alert_id: Id, body: Release) -> dict[str, Any]:
    """Gives it back to the queue."""
    acts.release(alert_id, by=request.user, why=body.why)
    return _detail(request, alert_id)


@router.post("/{alert_id}/judge")
def judge(request: HttpRequest, alert_id: Id, body: Judgement) -> dict[str, Any]:
    """True, false or unclear, with a reason."""
    acts.judge(
        alert_id,
        body.judgement,
        body.reason,
        by=request.user,
        shown=shown(request, alert_id),
        request_id=body.request_id,
    )
    return _detail(request, alert_id)


@router.post("/{alert_id}/close")
def close(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    """Closes a judged alert."""
    acts.close(alert_id, by=request.user)
    return _detail(request, alert_id)


@router.post("/{alert_id}/reopen")
def reopen(request: HttpRequest, alert_id: Id, body: Reason) -> dict[str, Any]:
    """Opens it again, with a reason."""
    acts.reopen(alert_id, body.reason, by=request.user)
    return _detail(request, alert_id)


@router.post("/{alert_id}/seal")
def seal(request: HttpRequest, alert_id: Id, body: Reason) -> dict[str, int]:
    """Seals a closed alert: from now on it is in no list, and nothing here answers about it."""
    acts.seal_alert(alert_id, body.reason, by=request.user)
    return {"sealed": alert_id}


@router.post("/{alert_id}/silence")
def silence(request: HttpRequest, alert_id: Id, body: Silence) -> dict[str, Any]:
    """Silences the vessel for some hours from the store's now."""
    d = access_alert(request.user, alert_id)
    until = max(clock().at, d.row.t1) + timedelta(hours=body.hours)
    acts.silence_alert(alert_id, until, body.reason, by=request.user, every_kind=not body.kind)
    return _detail(request, alert_id)


@router.get("/{alert_id}/reach")
def where_can_she_be(
    request: HttpRequest, alert_id: Id, at: Moment | None = None, mmsi: Mmsi | None = None
) -> HttpResponse:
    """Where its vessel (`mmsi`: which of a pair) can be from the last fix up to `at`, and who meets her."""
    return sent(request, reach.of_alert(request.user, alert_id, at_of(at), mmsi), f"alert:{alert_id}")


@router.post("/{alert_id}/intercept")
def intercept(request: HttpRequest, alert_id: Id, body: Interception) -> dict[str, Any]:
    """Orders several units, each under a named commander, one in command of the scene."""
    of = f"alert:{alert_id}"
    acts.intercept(
        alert_id,
        [
            Part(u.unit, u.commander, u.phone, u.in_command, reach.chosen(u.meeting, of, u.unit))
            for u in body.units
        ],
        body.text,
        body.deadline,
        by=request.user,
        now=clock().at,
        shown=shown(request, alert_id),
        request_id=body.request_id,
    )
    return _detail(request, alert_id)


@router.post("/{alert_id}/order")
def order(request: HttpRequest, alert_id: Id, body: Single) -> dict[str, Any]:
    """Orders a unit to inspect by a deadline in the store's time."""
    acts.order(
        alert_id,
        body.unit,
        body.text,
        body.deadline,
        by=request.user,
        now=clock().at,
        shown=shown(request, alert_id),
        meeting=reach.chosen(body.meeting, f"alert:{alert_id}", body.unit),
        request_id=body.request_id,
    )
    return _detail(request, alert_id)


@router.post("/{alert_id}/acknowledge")
def acknowledge(request: HttpRequest, alert_id: Id) -> dict[str, Any]:
    """Stops the sound of a distress: a named officer has it."""
    acts.acknowledge_distress(alert_id, by=request.user, shown=shown(request, alert_id))
    return _detail(request, alert_id)


@router.post("/{alert_id}/distress")
def declare(request: HttpRequest, alert_id: Id, body: Reason) -> dict[str, Any]:
    """Takes a gap or drift for a possible distress."""
    acts.declare_distress(alert_id, body.reason, by=request.user)
    return _detail(request, alert_id)


@router.post("/{alert_id}/evidence")
def evidence(request: HttpRequest, alert_id: Id, body: Purpose) -> HttpResponse:
    """All that the alert rests on, as one signed file to download; an act with its purpose in the log."""
    from huanqiong.flows.evidence.export import export  # compiles kernels: only where it is used

    store = house().store
    done = export(store, alert_id, by=request.user, purpose=body.purpose)
    response = HttpResponse(b"".join(bundle.encode(done.members)), content_type="application/zip")
    name = f"{'DRILL-' if store.is_drill else ''}evidence-{store.name}-{alert_id}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Verdicts"] = f"{done.reproduced}/{done.verdicts}"
    return response
