"""Ships near one another at a slot: the pairs of brute force, at the antimeridian and the poles too."""

from __future__ import annotations

import numpy as np
import pytest

from huanqiong.core.sphere import haversine
from huanqiong.lines.sea.pairs import near_pairs

MAX_M = 500.0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("lat", "lon"), [(18.0, 109.5), (57.4, 180.0), (-0.001, -180.0), (89.97, 20.0)])
def test_the_pairs_are_those_of_brute_force(seed: int, lat: float, lon: float) -> None:
    r = np.random.default_rng(seed)
    n = 160
    y = np.clip(lat + r.uniform(-0.03, 0.03, n), -90, 90)
    wide = 180.0 if lat > 89 else 0.03
    x = (lon + r.uniform(-wide, wide, n) + 180.0) % 360.0 - 180.0
    ship = r.integers(0, 150, n).astype(np.int32)  # some ships have two points
    begin = np.array([0, n // 3, n // 3, n])  # three slots, the second empty
    i, j, d = near_pairs(begin, ship, y, x, MAX_M)
    found = sorted((min(a, b), max(a, b)) for a, b in zip(i.tolist(), j.tolist(), strict=True))
    brute = [
        (a, b)
        for a in range(n)
        for b in range(a + 1, n // 3 if a < n // 3 else n)
        if ship[a] != ship[b] and haversine(y[a], x[a], y[b], x[b]) <= MAX_M
    ]
    assert len(brute) > 0
    assert found == brute
    assert d.max() <= MAX_M
