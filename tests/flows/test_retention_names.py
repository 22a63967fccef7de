"""When a vessel forgets a name it said, the keys of that name go too; those of the names that stay, stay."""

from __future__ import annotations

import pytest

from huanqiong.desk.registry import acts
from huanqiong.desk.registry.models import SearchTerm, StaticRecord
from huanqiong.desk.registry.names import NAME_KEY
from huanqiong.desk.registry.search import search
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.clock import now
from huanqiong.flows.retention.rows import _orphans

pytestmark = pytest.mark.django_db
A = 412000001


def keys_filed() -> set[str]:
    return set(SearchTerm.objects.filter(field=NAME_KEY).values_list("norm", flat=True))


def test_keys_go_with_their_name_and_not_with_another() -> None:
    for name in ("QIONGLINYU11479", "QIONGWENYU00007"):
        row = {"mmsi": A, "t": now(), "name": name, "callsign": "", "imo": None}
        acts.record_static([row], by=SYSTEM)
    acts.register_vessel(mmsi=A, name_zh="琼临渔11479", by=OPERATOR)
    assert "琼文昌#7" in keys_filed()
    gone = set(StaticRecord.objects.values_list("pk", flat=True))
    vessel = StaticRecord.objects.select_related("device").first()
    assert vessel is not None
    orphans = _orphans({vessel.device.vessel_id}, gone)
    SearchTerm.objects.filter(pk__in=orphans).delete()
    # What the register says still bears out the key that both names had.
    assert keys_filed() == {"=琼临渔11479", "琼临高#11479", "#11479"}
    assert set(SearchTerm.objects.filter(field="name").values_list("text", flat=True)) == set()
    assert [h.row.mmsi for h in search("QIONG LIN YU 11479")] == [A]
    assert search("QIONGWENYU00007") == []
