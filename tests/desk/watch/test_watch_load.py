"""The load of a watch: alerts by half day, officers by their shifts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_events import event

from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.load import loads
from huanqiong.desk.watch.models import Shift

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 0, tzinfo=UTC)  # 08:00 in China: a watch begins


def raised(minutes: float, severity: int, mmsi: int, set_to: Callable[[datetime], None]) -> None:
    t = MORNING + timedelta(minutes=minutes)
    set_to(t)
    acts.raise_alerts([event(mmsi=mmsi, severity=severity, t0=t - timedelta(hours=1), t1=t)], by=SYSTEM)


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda t: monkeypatch.setattr("huanqiong.desk.trust.act.now", lambda: t)


def test_alerts_and_officers_fall_into_their_watches(
    officer: Any, supervisor: Any, set_to: Callable[[datetime], None]
) -> None:
    raised(-30, 3, 412000001, set_to)
    raised(5, 3, 412000002, set_to)
    raised(300, 3, 412000003, set_to)
    raised(700, 1, 412000004, set_to)
    hour = timedelta(hours=1)
    for person, begun, ended in (
        (officer, MORNING - 3 * hour, MORNING + 2 * hour),  # of both watches
        (supervisor, MORNING + 11 * hour, None),
    ):
        Shift(person=person, begun_at=begun, ended_at=ended).save()
    day, night = loads(MORNING + 12 * hour - timedelta(minutes=1), live=True)
    assert (day.begins, day.first, day.rest, day.officers) == (MORNING, 2, 1, 1)  # 59 minutes are no watch
    assert (night.first, night.rest, night.officers, night.per_officer) == (1, 0, 1, 1.0)
    now, day, _night = loads(MORNING + 13 * hour, live=True)
    assert (now.first, now.officers, now.per_officer) == (0, 1, 0.0)
    assert (day.officers, day.first_per_officer, day.per_officer) == (2, 1.0, 1.5)


def test_where_the_clock_stands_behaviour_counts_and_no_officers(
    officer: Any, set_to: Callable[[datetime], None]
) -> None:
    raised(5, 3, 412000002, set_to)
    Shift(person=officer, begun_at=MORNING).save()
    (only,) = loads(MORNING + timedelta(hours=3), live=False)
    assert (only.first, only.officers, only.per_officer) == (1, 0, None)


def test_nothing_was_raised() -> None:
    assert loads(MORNING, live=True) == []
