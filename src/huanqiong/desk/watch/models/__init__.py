"""Tables of the watch desk."""

from huanqiong.desk.watch.models.alerts import (
    CAUSES,
    JUDGEMENTS,
    ORDER_STATES,
    OUTCOMES,
    STATES,
    Alert,
    Frozen,
    Judgement,
    Order,
    Outcome,
    Release,
    Silence,
    Verdict,
)
from huanqiong.desk.watch.models.duty import CALLS, HOWS, RELATIONS, DutyEntry

__all__ = [
    "CALLS",
    "CAUSES",
    "HOWS",
    "JUDGEMENTS",
    "ORDER_STATES",
    "OUTCOMES",
    "RELATIONS",
    "STATES",
    "Alert",
    "DutyEntry",
    "Frozen",
    "Judgement",
    "Order",
    "Outcome",
    "Release",
    "Silence",
    "Verdict",
]
