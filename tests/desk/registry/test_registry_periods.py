"""Periods of weather: declared by an officer, moved, ended; what lies in shelter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.core.place import haversine_m
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.periods import Shelter, nearest, period, periods
from huanqiong.desk.trust.models import LogEntry

T0 = datetime(2026, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
PORT = Shelter("清澜", 19.55, 110.83, 4000.0)


def declared(by: Any, **more: Any) -> int:
    of = {
        "kind": "typhoon",
        "name": "摩羯",
        "begins_at": T0,
        "ends_at": T0 + 30 * HOUR,
        "source": "第11号通报",
    }
    of |= more
    return acts.declare_period(**of, shelters=[PORT], by=by)


@pytest.mark.django_db
def test_it_has_a_start_an_end_and_an_officer(supervisor: Any) -> None:
    made = declared(supervisor)
    p = period(made)
    assert (p.declared_by, p.shelters) == (supervisor.display_name, (PORT,))
    assert [p.runs(T0 + n * HOUR) for n in (-1, 0, 29, 30)] == [False, True, True, False]
    acts.move_period_end(made, T0 + 40 * HOUR, "第12号通报", by=supervisor)
    assert period(made).runs(T0 + 35 * HOUR)
    acts.end_period(made, T0 + 20 * HOUR, by=supervisor)
    p = period(made)
    assert (p.until, p.ended_by) == (T0 + 20 * HOUR, supervisor.display_name)
    assert not p.runs(T0 + 20 * HOUR)
    assert [e.act for e in LogEntry.objects.filter(subject=f"period:{made}").order_by("id")] == [
        "calendar.declare",
        "calendar.move_end",
        "calendar.end",
    ]
    with pytest.raises(StateError):
        acts.end_period(made, T0, by=supervisor)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"kind": "rain"}, {"name": " "}, {"source": ""}, {"ends_at": T0}, {"ends_at": T0 + timedelta(days=15)}],
)
def test_what_is_no_period_is_refused(supervisor: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        declared(supervisor, **wrong)
    assert periods() == []


@pytest.mark.django_db
def test_only_who_may_declares(officer: Any) -> None:
    with pytest.raises(RefusedError):
        declared(officer)


@pytest.mark.django_db
def test_periods_are_found_by_the_time_they_touch(supervisor: Any) -> None:
    made = declared(supervisor)
    assert [p.id for p in periods(t0=T0 + 29 * HOUR, t1=T0 + 99 * HOUR)] == [made]
    assert periods(t0=T0 + 30 * HOUR) == []
    assert periods(t1=T0 - HOUR) == []


@pytest.mark.django_db
def test_a_place_is_in_shelter_within_its_radius(supervisor: Any) -> None:
    p = period(declared(supervisor))
    assert p.shelter_of(19.55, 110.83) == PORT
    assert p.shelter_of(19.55 + 3990 / 111195, 110.83) == PORT
    assert p.shelter_of(19.55 + 4010 / 111195, 110.83) is None
    assert p.shelter_of(None, None) is None


@given(
    st.lists(st.tuples(st.floats(17, 22), st.floats(107, 112), st.floats(0, 9000)), min_size=1, max_size=9),
    st.lists(st.tuples(st.floats(17, 22), st.floats(107, 112)), max_size=9),
)
def test_the_nearest_is_the_one_whose_edge_is_nearest(
    harbours: list[tuple[float, float, float]], places: list[tuple[float, float]]
) -> None:
    rows = [Shelter(str(n), *h) for n, h in enumerate(harbours)]
    at, dist = nearest(rows, [p[0] for p in places], [p[1] for p in places])
    for n, (lat, lon) in enumerate(places):
        slow = [float(haversine_m(lat, lon, s.lat, s.lon)) - s.radius_m for s in rows]
        assert np.isclose(dist[n], min(slow))
        assert np.isclose(slow[int(at[n])], min(slow))
