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
from huanqiong.desk.watch.models.boarding import Boarding
from huanqiong.desk.watch.models.chain import Escalation
from huanqiong.desk.watch.models.duty import CALLS, HOWS, RELATIONS, DutyEntry
from huanqiong.desk.watch.models.interceptions import SCENES, Interception, SceneReport
from huanqiong.desk.watch.models.shifts import ENDS, Handover, Shift
from huanqiong.desk.watch.models.standing import Standing

__all__ = [
    "CALLS",
    "CAUSES",
    "ENDS",
    "HOWS",
    "JUDGEMENTS",
    "ORDER_STATES",
    "OUTCOMES",
    "RELATIONS",
    "SCENES",
    "STATES",
    "Alert",
    "Boarding",
    "DutyEntry",
    "Escalation",
    "Frozen",
    "Handover",
    "Interception",
    "Judgement",
    "Order",
    "Outcome",
    "Release",
    "SceneReport",
    "Shift",
    "Silence",
    "Standing",
    "Verdict",
]
