"""Whatever arrives, in whatever cuts: alerts and verdicts agree, and a repeat changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from desk_events import event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.desk.watch.policy import watch_policy

KINDS = ("loitering", "open_gap", "gap", "port_visit", "encounter")

one = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 2),
    st.integers(0, 24),
    st.integers(1, 10),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from([20.0, 20.1, 21.0]),
    # kind, ship, start_h, hours, severity, provisional, lat
)


def row(base: int, what: tuple[Any, ...]) -> dict[str, Any]:
    kind, ship, start, hours, severity, provisional, lat = what
    other = base + (ship + 1) % 3 if kind == "encounter" else None
    return event(
        kind, base + ship, start, hours, other=other, severity=severity, provisional=provisional, lat=lat
    )


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_alerts_and_verdicts_agree(data: Any) -> None:
    base = data.draw(st.integers(10**8, 9 * 10**8))
    batches = [[row(base, w) for w in b] for b in data.draw(st.lists(st.lists(one, max_size=8), max_size=4))]
    for batch in batches:
        acts.raise_alerts(batch, by=SYSTEM)
    size = trust.log_end().waiting
    if batches:
        assert acts.raise_alerts(batches[-1], by=SYSTEM)["alerts"] == []

    ships = [base + n for n in range(3)]
    verdicts = list(Verdict.objects.filter(mmsi__in=ships).select_related("alert", "replaced_by"))
    current = [v for v in verdicts if v.replaced_by is None and v.withdrawn_at is None]
    for v in verdicts:
        if v.replaced_by is not None:
            assert v.replaced_by.number > v.number
            assert v.provisional or v.kind == "open_gap" or not v.replaced_by.provisional
        elif v.alert is None:
            assert v.kind == "port_visit" or v.severity == 0
    for alert in Alert.objects.filter(mmsi__in=ships).select_related("lead"):
        own = [v for v in current if v.alert_id == alert.pk]
        assert (alert.state == "withdrawn") == (not own)
        if own:
            assert alert.lead in own
            assert alert.severity == max(v.severity for v in own)
            ranks = {v.pk: watch_policy().rank(v.kind, v.severity, v.score) for v in own}
            assert ranks[alert.lead.pk] == max(ranks.values())
            assert (alert.t0, alert.t1) == (min(v.t0 for v in own), max(v.t1 for v in own))
            assert alert.kinds == sorted({v.kind for v in own})
            assert alert.provisional == all(v.provisional for v in own)
            subjects = {alert.subject, alert.other_subject or alert.subject}
            assert all({v.subject, v.other_subject or v.subject} <= subjects for v in own)
    assert trust.log_end().waiting == size
