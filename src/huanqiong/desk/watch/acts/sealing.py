"""Sealing an alert whose inspection ended in a public-order decision: 治安管理处罚法 136.

A sealed alert, with its verdicts, orders and outcomes, is in no list, count, record of a detector, export or
search. It opens for one person once, on a ground that a second person granted; the log says so.
"""

from __future__ import annotations

from huanqiong.core.errors import MissingError, StateError
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.acts.sealing import lift_seal, open_seal, put_seal
from huanqiong.desk.trust.sealing import Ground
from huanqiong.desk.watch import reads
from huanqiong.desk.watch.models import Alert
from huanqiong.desk.watch.rows import AlertDetail
from huanqiong.desk.watch.standing import locked_alert, require


def seal_alert(alert_id: int, reason: str, *, by: Actor, request_id: str | None = None) -> int:
    """Seals a closed alert. StateError while it is not closed, or one of its orders has no outcome."""
    subject = f"alert:{alert_id}"
    with act(
        "record.seal", by=by, subject=subject, permission="records.seal", asked=reason, request_id=request_id
    ) as a:
        if a.repeated:
            return alert_id
        alert = locked_alert(alert_id)
        require(alert, "closed")
        orders = list(alert.orders.order_by("id"))
        if out := [o.pk for o in orders if o.state != "done"]:
            raise StateError(f"Order {out[0]} of alert {alert_id} has no outcome yet. Record it first.")
        told = alert.duty.order_by("id").values_list("pk", flat=True)
        put_seal(a, subject, [f"order:{o.pk}" for o in orders] + [f"duty:{pk}" for pk in told], reason)
        _set(a, alert, sealed=True)
    return alert_id


def open_sealed_alert(alert_id: int, ground: Ground, *, by: Actor, approval: int | None) -> AlertDetail:
    """All of a sealed alert, once, for who was granted it (`seal.open`). RefusedError else."""
    allow(by, "records.unseal")
    with act("record.open_sealed", by=by, subject=f"alert:{alert_id}", permission="records.unseal") as a:
        open_seal(a, f"alert:{alert_id}", ground, approval)
        return reads.alert_detail(alert_id, sealed=True)


def unseal_alert(alert_id: int, reason: str, *, by: Actor, approval: int | None) -> int:
    """Lifts a seal for good; another person granted it (`seal.lift`). The alert stands closed again."""
    with act("record.unseal", by=by, subject=f"alert:{alert_id}", permission="records.unseal") as a:
        lift_seal(a, f"alert:{alert_id}", reason, approval)
        alert = Alert.everything.select_for_update(of=("self",)).filter(pk=alert_id).first()
        if alert is None:
            raise MissingError(f"There is no alert {alert_id}. It may be of another store.")
        _set(a, alert, sealed=False)
    return alert_id


def _set(a: Act, alert: Alert, *, sealed: bool) -> None:
    alert.sealed_at = a.at if sealed else None
    alert.save(update_fields=["sealed_at"])
    a.tell("alert", ids=[alert.pk])
    a.tell("record", kind=alert.kind)
