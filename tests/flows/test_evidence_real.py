"""Evidence from real days: raw sentences with their time lines, Parquet rows, alerts of every kind met."""

from __future__ import annotations

from pathlib import Path

import pytest

from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch.models import Alert
from huanqiong.flows import sea_archive
from huanqiong.flows.evidence.export import export
from huanqiong.flows.evidence.verify import verify
from huanqiong.lake import bundle
from huanqiong.lake.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.real, pytest.mark.timeout(600)]
FILES = (
    "nmea_dk_20131112_dma.txt.gz",
    "nmea_dk_drift_538004030.txt.gz",
    "dk_kattegat_20251101_02_1min.parquet",
)


def test_real_alerts_leave_the_store_and_hold(store: Store, data_dir: Path, tmp_path: Path) -> None:
    files = [data_dir / "ais" / name for name in FILES]
    for _ in sea_archive.load(store, files):
        pass
    sea_archive.detect(store)
    seen: set[str] = set()
    for alert in Alert.objects.order_by("-rank"):
        kinds = set(alert.kinds) | {f"day {alert.t0.date()}"}
        if kinds <= seen:
            continue
        seen |= kinds
        done = export(store, alert.pk, by=OPERATOR, purpose="test")
        assert (done.why, done.not_read) == ({}, 0), (alert.pk, alert.kinds)
        assert done.reproduced == done.verdicts > 0
        file = tmp_path / "real.zip"
        bundle.write(file, done.members)
        checks = list(verify(file, raw=files))
        assert [c for c in checks if c.state == "fail"] == []
        raw = next(c for c in checks if c.name == "raw bytes")
        assert raw.state == "ok", raw.text
        assert [c.state for c in checks if c.name == "original"].count("ok") >= 1
    assert len(seen) > 5, seen
