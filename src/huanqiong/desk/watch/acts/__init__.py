"""Acts of the watch desk. Each is one transaction with its audit entry and outbox rows; `by` says who.

Outbox topics: alert {ids}, distress {ids}, duty {ids}, escalation {ids}, handover {id, person}, order {ids},
shift, silence {ids}, standing {ids}, record {kind}.
"""

from huanqiong.desk.watch.acts.boarding import correct_boarding, file_boarding
from huanqiong.desk.watch.acts.climbing import acknowledge_step, climb, note_call
from huanqiong.desk.watch.acts.distress import acknowledge_distress, declare_distress, raise_distress
from huanqiong.desk.watch.acts.duty import add_to_entry, correct_entry, start_alert, write_entry
from huanqiong.desk.watch.acts.evidence import export_evidence
from huanqiong.desk.watch.acts.handling import claim, close, judge, release, reopen
from huanqiong.desk.watch.acts.interceptions import intercept, join_interception, report_scene
from huanqiong.desk.watch.acts.orders import acknowledge_order, expire_orders, order, record_outcome
from huanqiong.desk.watch.acts.preserving import preserve_hits
from huanqiong.desk.watch.acts.raising import raise_alerts, withdraw_missing, withdraw_verdicts
from huanqiong.desk.watch.acts.sealing import open_sealed_alert, seal_alert, unseal_alert
from huanqiong.desk.watch.acts.shifts import (
    begin_shift,
    end_shift,
    give_handover,
    release_off_shift,
    take_handover,
    withdraw_handover,
)
from huanqiong.desk.watch.acts.silences import lift_silence, silence, silence_alert
from huanqiong.desk.watch.acts.standing import make_standing, review_standing, switch_off, switch_on

__all__ = [
    "correct_boarding",
    "file_boarding",
    "acknowledge_step",
    "climb",
    "note_call",
    "begin_shift",
    "end_shift",
    "give_handover",
    "release_off_shift",
    "take_handover",
    "withdraw_handover",
    "add_to_entry",
    "correct_entry",
    "start_alert",
    "write_entry",
    "acknowledge_distress",
    "acknowledge_order",
    "claim",
    "close",
    "declare_distress",
    "expire_orders",
    "export_evidence",
    "intercept",
    "join_interception",
    "judge",
    "lift_silence",
    "open_sealed_alert",
    "order",
    "preserve_hits",
    "raise_alerts",
    "raise_distress",
    "record_outcome",
    "release",
    "report_scene",
    "reopen",
    "seal_alert",
    "silence",
    "silence_alert",
    "unseal_alert",
    "make_standing",
    "review_standing",
    "switch_off",
    "switch_on",
    "withdraw_missing",
    "withdraw_verdicts",
]
