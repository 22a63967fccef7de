"""Ways by water, held against a plain search over the same cells and against the map."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.geography import load_geography
from huanqiong.core.place import haversine_m
from huanqiong.lines.sea.reach.grid import Grid, grid_around
from huanqiong.lines.sea.reach.travel import _MOVES, _ways, field


def slow(free: np.ndarray, grid: Grid) -> dict[tuple[int, int], float]:
    """Dijkstra as the books have it, started from the cells in sight, over sets and dictionaries."""
    lats, lons, half = grid.lats(), grid.lons(), grid.half
    open_ = {(int(r), int(c)) for r, c in zip(*np.nonzero(free), strict=True)}

    def away(a: tuple[int, int], b: tuple[int, int]) -> float:
        return float(haversine_m(lats[a[0]], lons[a[1]], lats[b[0]], lons[b[1]]))

    def rounded(x: float) -> int:
        return int(np.floor(abs(x) + 0.5) * np.sign(x))

    best: dict[tuple[int, int], float] = {}
    for r, c in open_:
        n = max(abs(r - half), abs(c - half))
        line = (
            [(half + rounded((r - half) * k / n), half + rounded((c - half) * k / n)) for k in range(n + 1)]
            if n
            else []
        )
        slips = any(
            {(a[0], b[1]), (b[0], a[1])}.isdisjoint(open_) for a, b in zip(line, line[1:], strict=False)
        )
        if set(line) <= open_ and not slips:
            best[r, c] = away((half, half), (r, c))
    seen = set(best)
    heap = [(d, p) for p, d in best.items()]
    heapq.heapify(heap)
    while heap:
        d, p = heapq.heappop(heap)
        if d > best[p]:
            continue
        for dr, dc in _MOVES.tolist():
            q = (p[0] + dr, p[1] + dc)
            if abs(dr) == 2:
                between = {(p[0] + dr // 2, p[1]), (p[0] + dr // 2, q[1])}
            elif abs(dc) == 2:
                between = {(p[0], p[1] + dc // 2), (q[0], p[1] + dc // 2)}
            else:
                between = {(q[0], p[1]), (p[0], q[1])} if dr and dc else set()
            if q in open_ and q not in seen and between <= open_ and d + away(p, q) < best.get(q, np.inf):
                best[q] = d + away(p, q)
                heapq.heappush(heap, (best[q], q))
    return best


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 0.5), lat=st.floats(-60, 60))
def test_ways_equal_the_slow_search(seed: int, share: float, lat: float) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_around(lat, 30.0, 40_000.0, 9)
    free = rng.random((grid.side, grid.side)) >= share
    free[grid.half, grid.half] = True
    to = lambda dr: grid.lats() + dr * grid.dlat  # noqa: E731
    steps = np.stack([haversine_m(grid.lats(), 0.0, to(dr), dc * grid.dlon) for dr, dc in _MOVES.tolist()], 1)
    got, _ = _ways(free, grid.half, grid.lats(), grid.lons(), steps, np.inf, _MOVES)
    want = slow(free, grid)
    assert {(int(r), int(c)) for r, c in zip(*np.nonzero(np.isfinite(got)), strict=True)} == set(want)
    for (r, c), d in want.items():
        assert got[r, c] == pytest.approx(d, abs=0.01)


def test_nobody_slips_through_a_wall_of_corners() -> None:
    grid = grid_around(0.0, 30.0, 40_000.0, 9)
    free = np.ones((grid.side, grid.side), dtype=np.bool_)
    for k in range(grid.side):
        free[k, min(max(2 * grid.half + 4 - k, 0), grid.side - 1)] = False  # a diagonal, shore to shore
    to = grid.lats()[:, None] + _MOVES[:, 0] * grid.dlat
    steps = haversine_m(grid.lats()[:, None], 0.0, to, _MOVES[:, 1] * grid.dlon)
    got, _ = _ways(free, grid.half, grid.lats(), grid.lons(), steps, np.inf, _MOVES)
    rows, cols = np.nonzero(np.isfinite(got))
    assert (rows + cols < 2 * grid.half + 4).all()


def test_round_the_island_is_farther_than_across() -> None:
    """From Sanya to Haikou by sea: some 165 nm by the east coast, 115 nm through the mountains."""
    coast = load_geography().coast
    ways = field(grid_around(18.20, 109.45, 600_000.0, 150), coast, 600_000.0)
    there = ways.at(20.12, 110.30)
    direct = float(haversine_m(18.20, 109.45, 20.12, 110.30))
    assert direct / 1852 == pytest.approx(125, abs=8)
    assert 1.35 < there / direct < 1.75
    assert ways.at(19.2, 109.8) == float("inf")  # in the mountains
    assert ways.at(18.0, 109.45) == pytest.approx(float(haversine_m(18.20, 109.45, 18.0, 109.45)))


def test_the_strait_is_open_and_the_neck_of_leizhou_is_not() -> None:
    coast = load_geography().coast
    ways = field(grid_around(20.15, 110.6, 300_000.0, 150), coast, 300_000.0)
    west = ways.at(20.15, 109.7)
    assert west == pytest.approx(float(haversine_m(20.15, 110.6, 20.15, 109.7)), rel=0.05)
    east = field(grid_around(20.9, 110.6, 400_000.0, 150), coast, 400_000.0)
    assert east.at(20.9, 109.5) > 1.8 * float(haversine_m(20.9, 110.6, 20.9, 109.5))
