"""A hit proposes to preserve its whole context: its alert and vessels, and what lay around them, what
exonerates included. The proposal is made with the outcome, in one transaction: none waits for the job.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from huanqiong.core.box import box_around
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.retention import retention_book
from huanqiong.desk.watch.models import Order, Outcome, Verdict
from huanqiong.desk.watch.standing import cause_of

_SAILING = "查获：保全该船整个航次 A hit: the whole sailing of the vessel"
_WHY = "查获：保全全部背景，包括有利材料 A hit: its whole context, what exonerates included"


def propose_context(order: Order, *, by: Actor) -> int | None:
    """The hold that a hit of this order proposes; its id, None where it was proposed before."""
    book, alert, cause = retention_book(), order.alert, cause_of(order.pk)
    found = [alert, *Verdict._base_manager.filter(alert=alert)]  # sealed ones too
    return acts.propose_hold(
        cause,
        f"alert:{alert.pk}",
        f"{_WHY} ({cause})",
        by=by,
        since=min(x.t0 for x in found) - book.context_before,
        until=max(x.t1 for x in found) + book.context_after,
        box=box_around([(x.lat, x.lon) for x in found], book.around_m),
    )


def propose_sailing(order: Order, began: datetime, ended: datetime, days: int, *, by: Actor) -> int | None:
    """The hold on the whole sailing that a boarding ended: everything of the vessel from her last port
    call before it, or from so many days before where none is known, wherever she was. None: no vessel is
    known."""
    alert = order.alert
    subject = f"vessel:{alert.vessel.code}" if alert.vessel else f"device:{alert.mmsi}" if alert.mmsi else ""
    if not subject:
        return None
    calls = Verdict._base_manager.filter(
        kind="port_visit", subject=alert.subject, t1__lte=began, replaced_by=None, withdrawn_at=None
    )
    last = calls.order_by("-t1").first()
    since = last.t0 if last is not None else began - timedelta(days=days)
    until = ended + retention_book().context_after
    cause = f"{cause_of(order.pk)}:sailing"
    return acts.propose_hold(
        cause, subject, f"{_SAILING} ({cause_of(order.pk)})", by=by, since=since, until=until, box=None
    )


def preserve_hits(*, by: Actor) -> list[int]:
    """Proposes for every hit that proposed none: of records from before hits did so. Ids of the holds."""
    allow(by, "retention.apply")
    known = reads.proposed_causes()
    hits = Outcome._base_manager.filter(result="hit").select_related("order__alert").order_by("id")
    made = (propose_context(o.order, by=by) for o in hits if cause_of(o.order_id) not in known)
    return [hold for hold in made if hold is not None]
