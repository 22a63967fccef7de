"""Questions about shifts: who is on duty, what a handover holds, whose alerts are nobody's any more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from huanqiong.desk.registry.periods import periods
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.reads import sealed_subjects
from huanqiong.desk.watch.duty import DutyQuery, duty_entries
from huanqiong.desk.watch.models import Alert, Handover, Shift
from huanqiong.desk.watch.reads import alert_rows, orders, silences


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on shift since `begun_at`, and how many alerts they hold."""

    code: str
    name: str
    begun_at: datetime
    held: int


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover. `shown`: what the page wrote by itself, as it was signed."""

    id: int
    giver: str
    giver_code: str
    taker: str
    taker_code: str
    note: str
    taker_note: str
    shown: dict[str, Any]
    sha256: str
    begun_at: datetime
    given_at: datetime
    clock_at: datetime
    taken_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def state(self) -> str:
        """Where it stands: waits, taken, withdrawn."""
        return "withdrawn" if self.withdrawn_at else "taken" if self.taken_at else "waits"


def on_duty() -> list[OnDuty]:
    """Everybody on shift, longest first."""
    rows = Shift.objects.filter(ended_at=None).select_related("person").order_by("begun_at")
    held: dict[int, int] = {}
    for person in Alert.objects.filter(state="claimed").values_list("claimed_by", flat=True):
        held[person] = held.get(person, 0) + 1
    return [OnDuty(s.person.code, s.person.display_name, s.begun_at, held.get(s.person_id, 0)) for s in rows]


def shift_of(person_pk: int | None) -> Shift | None:
    """The shift that runs; None: the person is not on duty."""
    return Shift.objects.filter(person_id=person_pk, ended_at=None).first()


def to_hand_over(person_pk: int, clock_at: datetime) -> dict[str, Any]:
    """What a handover page writes by itself: the person's claimed alerts, every order without an outcome,
    silences that stand, calls nobody answered, periods of weather that run and other entries since the shift
    began. Plain JSON values."""
    shift = shift_of(person_pk)
    since = shift.begun_at if shift is not None else None
    mine = Alert.objects.filter(state="claimed", claimed_by_id=person_pk).values_list("pk", flat=True)
    told = [e for e in duty_entries(DutyQuery(limit=500)) if since is None or e.made_at >= since]
    out = {
        "alerts": [
            {
                "id": a.id, "kind": a.kind, "severity": a.severity, "vessel": a.vessel, "mmsi": a.mmsi,
                "other_vessel": a.other_vessel, "other_mmsi": a.other_mmsi, "t1": a.t1,
                "lat": a.lat, "lon": a.lon, "claimed_at": a.claimed_at, "order_state": a.order_state,
                "distress": a.distress, "reasons": [dict(r) for r in a.reasons],
            }
            for a in alert_rows(mine)
        ],
        "orders": [
            {
                "id": o.id, "alert": o.alert_id, "kind": o.kind, "vessel": o.vessel, "mmsi": o.mmsi,
                "unit_zh": o.unit_zh, "unit_en": o.unit_en, "state": o.state, "deadline": o.deadline,
                "overdue": o.overdue, "text": o.text,
            }
            for o in orders(now=clock_at, limit=500)
            if not o.result
        ],
        "silences": [
            {
                "id": s.id, "mmsi": s.mmsi, "subject": s.subject, "kind": s.kind, "until": s.until,
                "reason": s.reason, "held": s.held,
            }
            for s in silences(at=clock_at)
        ],
        "calls": [_entry(e) for e in told if e.call == "no_answer" and e.corrected_by is None],
        "periods": [
            {
                "id": p.id, "kind": p.kind, "name": p.name, "since": p.begins_at, "until": p.until,
                "by": p.declared_by,
            }
            for p in periods(t0=clock_at, t1=clock_at)
            if p.runs(clock_at)
        ],
        "entries": len(told),
    }  # fmt: skip
    return dict(json.loads(canonical(out)))


def _entry(e: Any) -> dict[str, Any]:
    return {
        "id": e.id, "at": e.happened_at, "who": e.who, "channel": e.channel, "what": e.what,
        "alert": e.alert_id,
    }  # fmt: skip


def handovers(
    *, person_pk: int | None = None, waiting_for: int | None = None, limit: int = 50
) -> list[HandoverRow]:
    """Handovers, newest first; `waiting_for`: those that wait for this person's signature."""
    rows = Handover.objects.all()
    if person_pk is not None:
        rows = rows.filter(giver_id=person_pk) | rows.filter(taker_id=person_pk)
    if waiting_for is not None:
        rows = rows.filter(taker_id=waiting_for, taken_at=None, withdrawn_at=None)
    found = rows.select_related("giver", "taker").order_by("-id")[:limit]
    sealed = sealed_subjects()
    return [
        HandoverRow(
            id=h.pk,
            giver=h.giver.display_name,
            giver_code=h.giver.code,
            taker=h.taker.display_name,
            taker_code=h.taker.code,
            note=h.note,
            taker_note=h.taker_note,
            shown=_unsealed(json.loads(h.shown), sealed),
            sha256=h.sha256,
            begun_at=h.begun_at,
            given_at=h.given_at,
            clock_at=h.clock_at,
            taken_at=h.taken_at,
            withdrawn_at=h.withdrawn_at,
        )
        for h in found
    ]


def _unsealed(shown: dict[str, Any], sealed: frozenset[str]) -> dict[str, Any]:
    """What was signed, but for records that were sealed since: those are in no list."""
    kinds = {"alerts": "alert", "orders": "order", "calls": "duty"}
    return shown | {
        part: [x for x in shown[part] if f"{kind}:{x['id']}" not in sealed] for part, kind in kinds.items()
    }


def nobodys(at: datetime, after: timedelta) -> QuerySet[Alert]:
    """Claimed alerts whose holder has been off shift for so long at a real time: since the shift ended, or
    since the claim where there was none."""
    mine = Shift.objects.filter(person=OuterRef("claimed_by"))
    rows = Alert.objects.filter(state="claimed", claimed_at__lte=at - after)
    return rows.filter(~Exists(mine.filter(ended_at=None)), ~Exists(mine.filter(ended_at__gt=at - after)))
