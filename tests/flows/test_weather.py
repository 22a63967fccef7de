"""Who is in shelter: boats by what they say and by the register, the farthest out first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from huanqiong.core.geography import load_geography
from huanqiong.desk.registry.periods import PeriodRow, Shelter
from huanqiong.flows.weather import RUN_KN, sheltering, shelters_of

T0 = datetime(2026, 9, 5, tzinfo=UTC)
NM_DEG = 1 / 60


def period(*shelters: Shelter) -> PeriodRow:
    day = timedelta(days=1)
    return PeriodRow(1, "typhoon", "x", T0, T0 + day, "x", "x", T0, None, "", shelters)


def picture(*rows: tuple[int, float, float, float]) -> dict[str, np.ndarray]:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    names = ("mmsi", "lat", "lon", "sog")
    return {n: np.array(c, np.float64) for n, c in zip(names, columns, strict=True)} | {
        "t": np.full(len(rows), T0.timestamp())
    }


def test_boats_out_come_farthest_first_and_ships_are_counted_apart() -> None:
    port = Shelter("港", 20.0, 110.0, 1852.0)
    ships = picture(
        (1, 20.0, 110.0, 0.0),  # in harbour
        (2, 20.0 + 11 * NM_DEG, 110.0, np.nan),  # 10 nm from its edge
        (3, 20.0 + 31 * NM_DEG, 110.0, 10.0),
        (4, 20.0 + 91 * NM_DEG, 110.0, 12.0),  # a cargo ship
        (5, 20.0 + 5 * NM_DEG, 110.0, 1.0),  # of the register, says no type
    )
    stand = sheltering(ships, {1: 30, 2: 30, 3: 37, 4: 70, 5: None}, {5}, period(port))
    assert [o.mmsi for o in stand.out] == [3, 2, 5]
    assert (stand.sheltered, stand.others) == (1, 1)
    far, near, _slow = stand.out
    assert far.hours == pytest.approx(30 / 10, rel=0.01)
    assert near.hours == pytest.approx(10 / RUN_KN, rel=0.01)
    assert near.sog_kn is None
    assert {o.shelter for o in stand.out} == {"港"}


def test_nobody_at_sea_and_no_harbour_known() -> None:
    port = Shelter("港", 20.0, 110.0, 1852.0)
    assert sheltering(picture(), {}, set(), period(port)).out == []
    assert sheltering(picture((1, 20.0, 110.0, 0.0)), {1: 30}, set(), period()).out == []


def test_the_theatres_harbours_are_shelters_with_their_roads() -> None:
    geography = load_geography()
    found = shelters_of(geography)
    assert len(found) == len(geography.ports.rows)
    assert all(s.radius_m > p.radius_m for s, p in zip(found, geography.ports.rows, strict=True))
