"""Freezing what a person saw: the alert and its verdicts as stored, and what the caller shows beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import huanqiong
from huanqiong.desk.trust.act import Act
from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.watch.models import Alert, Frozen
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.reads import verdict_row


def freeze(a: Act, alert: Alert, moment: str, shown: Mapping[str, Any] | None) -> None:
    """Keeps what stood on the screen; its hash goes into the act's audit entry.

    `shown` is what the caller showed beside the alert: raw rows with file hash and byte offset, policy and
    geography fingerprints.
    """
    if a.by.pk is None:
        return
    verdicts = [verdict_row(v) for v in alert.verdicts.select_related().order_by("id")]
    text = canonical(
        {
            "alert": {
                "id": alert.pk,
                "kind": alert.kind,
                "severity": alert.severity,
                "subject": alert.subject,
                "other_subject": alert.other_subject,
                "t0": alert.t0,
                "t1": alert.t1,
                "lat": alert.lat,
                "lon": alert.lon,
            },
            "verdicts": [asdict(v) for v in verdicts],
            "shown": shown or {},
            "code": huanqiong.__version__,
            "watch_policy": watch_policy().version,
        }
    )
    row = Frozen(alert=alert, moment=moment, by=a.by, at=a.at, shown=text, sha256=sha256_hex(text))
    row.save()
    a.details["frozen_sha256"] = row.sha256
