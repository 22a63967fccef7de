"""Distress: tops the queue, sounds until acknowledged, is never held by a silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from huanqiong.core.errors import StateError, UsageError
from huanqiong.desk.registry.acts import ensure_vessels
from huanqiong.desk.trust.act import Act, Private, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.acts.frozen import freeze
from huanqiong.desk.watch.acts.handling import Shown, touch
from huanqiong.desk.watch.beacons import event_of, is_test
from huanqiong.desk.watch.found import Found, found
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.standing import locked_alert


def raise_distress(
    signals: Iterable[Mapping[str, Any]], *, by: Actor, request_id: str | None = None
) -> dict[str, Any]:
    """Raises or carries on distress alerts from signals {mmsi, t, lat, lon, signal, text?, nav_status?,
    msg_type?, raw?, test?}; `signal`: beacon, status_14, sar_aircraft, safety_text. lat, lon may be None.

    Signals of one number less than the policy's time apart are one alert; a real signal never joins a
    test's alert. Repeats change nothing. Returns {alerts: ids raised, changed: ids}.
    """
    rows = sorted(signals, key=lambda s: (s["t"], s["mmsi"]))
    out: dict[str, Any] = {"alerts": [], "changed": []}
    asked = [[s["mmsi"], s["t"], s["signal"]] for s in rows]
    with act("watch.distress", by=by, permission="watch.raise", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return dict(a.result)
        vessels = ensure_vessels({int(s["mmsi"]) for s in rows}, by=by)
        touched: dict[int, Alert] = {}
        for s in rows:
            _signal(a, s, vessels, touched, out)
        out["changed"] = sorted(touched.keys() - set(out["alerts"]))
        a.idle = not touched
        a.details, a.result = dict(out), out
        if touched:
            a.tell("distress", ids=sorted(touched))
            a.tell("alert", ids=sorted(touched))
    return out


def _signal(
    a: Act,
    s: Mapping[str, Any],
    vessels: Mapping[int, int],
    touched: dict[int, Alert],
    out: dict[str, Any],
) -> None:
    """A beacon judged false or closed that calls again is a new alert: nobody may sleep through it."""
    mmsi, test = int(s["mmsi"]), is_test(s)
    near = _near(mmsi, test, s["t"])
    under_way = [
        n for n in near if n.state in ("open", "claimed") or (n.state, n.judgement) == ("judged", "true")
    ]
    alert = under_way[0] if under_way else None
    placed = s.get("lat") is not None and s.get("lon") is not None
    at = (s["lat"], s["lon"]) if placed else (alert.lat, alert.lon) if alert else (None, None)
    f = found(event_of(s, *at))
    if Verdict.everything.filter(content_sha256=f.content_sha256, withdrawn_at=None).exists():
        return
    if alert is None:
        alert = Alert(
            distress=True,
            test=test,
            subject=f.subject,
            mmsi=mmsi,
            vessel_id=vessels.get(mmsi),
            kind="distress",
            kinds=["distress"],
            t0=f.t0,
            t1=f.t1,
            known_at=f.t1,
            lat=f.lat,
            lon=f.lon,
            severity=3,
            follows=near[0] if near else None,
            rank=watch_policy().rank("distress", 3, 1.0),
            tier=3 if test else 0,
            raised_at=a.at,
            changed_at=a.at,
        )
        alert.save()
        out["alerts"].append(alert.pk)
    newest = f.t1 >= alert.t1
    lead = _verdict(f, alert, a)
    alert.t0, alert.t1 = min(alert.t0, f.t0), max(alert.t1, f.t1)
    if newest:
        alert.lead, alert.lat, alert.lon = lead, f.lat, f.lon
    alert.changed_at = a.at
    alert.save()
    touched[alert.pk] = alert


def _near(mmsi: int, test: bool, t: datetime) -> list[Alert]:
    """Distress alerts of the same number and mode around a time, newest first."""
    gap = watch_policy().distress_gap
    rows = Alert.everything.select_for_update(of=("self",)).filter(
        kind="distress", distress=True, test=test, mmsi=mmsi, t1__gt=t - gap, t0__lt=t + gap
    )
    return list(rows.order_by("-t1", "-id"))


def _verdict(f: Found, alert: Alert, a: Act) -> Verdict:
    v = Verdict(**f.columns(), alert=alert, recorded_at=a.at)
    v.save()
    return v


def acknowledge_distress(
    alert_id: int, *, by: Actor, shown: Shown = None, request_id: str | None = None
) -> int:
    """Stops the sound: a named officer has it, apart from claiming and judging. Twice changes nothing."""
    subject = f"alert:{alert_id}"
    with act(
        "watch.acknowledge_distress",
        by=by,
        subject=subject,
        permission="watch.distress",
        request_id=request_id,
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        if not alert.distress:
            raise StateError(f"Alert {alert_id} is no distress. Claim it instead.")
        if alert.acknowledged_at is not None:
            a.idle = True
            return alert_id
        alert.acknowledged_at, alert.acknowledged_by = a.at, by
        freeze(a, alert, "distress", shown)
        touch(a, alert)
        a.tell("distress", ids=[alert_id])
    return alert_id


def declare_distress(alert_id: int, reason: str, *, by: Actor, request_id: str | None = None) -> int:
    """An officer takes a gap or drift for a possible distress: the alert tops the queue from now on."""
    if not reason.strip():
        raise UsageError("Declaring a possible distress needs a reason: say in a few words why.")
    with act(
        "watch.declare_distress",
        by=by,
        subject=f"alert:{alert_id}",
        permission="watch.distress",
        details={"reason": Private(reason)},
        asked=reason,
        request_id=request_id,
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        if alert.distress:
            raise StateError(f"Alert {alert_id} is a distress already.")
        if alert.state not in ("open", "claimed"):
            raise StateError(f"Alert {alert_id} is {alert.state}. Reopen it first.")
        alert.distress, alert.tier = True, 0
        touch(a, alert)
        a.tell("distress", ids=[alert_id])
    return alert_id
