"""Anchorages appear where twenty ships lay still for more than twelve hours, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.anchorage import anchorages_from_traffic

from worlds import MIN, T0, sail, table  # isort: skip


@pytest.mark.parametrize(("ships", "hours", "expected"), [(20, 13, 1), (19, 13, 0), (20, 12, 0)])
def test_twenty_ships_make_an_anchorage(ships: int, hours: int, expected: int) -> None:
    rows = []
    for k in range(ships):
        rest = sail(412_000_000 + k, T0, 20.05 + 2e-5 * k, 110.2, 0.0, 0.0, hours * 60, step=10)
        away = sail(412_000_000 + k, T0 + (hours * 60 + 5) * MIN, 20.08, 110.2, 10.0, 0.0, 60, step=10)
        rows += rest + away
    found = anchorages_from_traffic(table(rows), load_profile("gfw"))
    assert len(found.cell) == expected
    if expected:
        assert (int(found.ships[0]), int(found.rests[0])) == (20, 20)
        assert found.lat[0] == pytest.approx(20.0502, abs=1e-4)
