"""Standing verdicts as an events table, for scoring and export."""

from __future__ import annotations

import json

import pyarrow as pa

from huanqiong.core.schema import EVENTS
from huanqiong.desk.watch.models import Verdict


def events_table() -> pa.Table:
    """The verdicts that stand (neither replaced nor withdrawn), with the schema `core.schema.EVENTS`.

    Distress, reports and what the log of sailings says are left out: they are no detector's kinds.
    """
    rows = [
        {
            **{name: getattr(v, name) for name in EVENTS.names},
            "other_subject": v.other_subject or None,
            "reasons": json.dumps(v.reasons, ensure_ascii=False, sort_keys=True),
        }
        for v in Verdict.objects.filter(replaced_by=None, withdrawn_at=None)
        .exclude(kind__in=("distress", "report"))
        .exclude(profile="shore")
        .order_by("t0", "kind", "subject", "pk")
    ]
    return pa.Table.from_pylist(rows, schema=EVENTS)
