"""An alert or an order as it stands while an act is under way: locked, in an allowed state."""

from __future__ import annotations

from huanqiong.core.errors import MissingError, StateError
from huanqiong.desk.watch.models import Alert, Order


def locked_alert(alert_id: int) -> Alert:
    """The alert, locked until the act ends; MissingError where there is none."""
    alert = Alert.objects.select_for_update(of=("self",)).filter(pk=alert_id).first()
    if alert is None:
        raise MissingError(f"There is no alert {alert_id}. It may be of another store.")
    return alert


def locked_order(order_id: int) -> Order:
    """The order with its unit, locked until the act ends; MissingError where there is none."""
    row = Order.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=order_id).first()
    if row is None:
        raise MissingError(f"There is no order {order_id}. It may be of another store.")
    return row


def require(alert: Alert, *states: str) -> None:
    """StateError unless the alert stands in one of these states."""
    if alert.state not in states:
        raise StateError(f"Alert {alert.pk} is {alert.state}; this needs {' or '.join(states)}. Reload it.")


def detector(alert: Alert) -> str:
    """Kind, profile and version of the leading verdict: whose record the outcome counts in."""
    lead = alert.lead
    return f"{lead.kind} {lead.profile} {lead.version}" if lead is not None else alert.kind


def cause_of(order_id: int) -> str:
    """How the hold that an order's hit proposes names it."""
    return f"order:{order_id}"
