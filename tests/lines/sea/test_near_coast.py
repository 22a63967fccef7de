"""The short cut to the coast gives what the geography gives."""

from __future__ import annotations

import numpy as np
from numba import njit

from huanqiong.core.geography.geography import load_geography
from huanqiong.lines.sea.mask import COAST, blank, cell_at, mark_coast
from huanqiong.lines.sea.near_coast import coast_nearer_m


@njit
def _all(c, lat, lon, reach):  # type: ignore[no-untyped-def]
    out = np.empty(len(lat))
    for i in range(len(lat)):
        out[i] = coast_nearer_m(c, lat[i], lon[i], reach)
    return out


def test_the_coast_by_cells_is_the_coast() -> None:
    coast = load_geography("hainan").coast
    r = np.random.default_rng(4)
    lat = np.concatenate([r.uniform(17.9, 20.4, 3000), r.uniform(54, 60, 3000), r.uniform(-80, 84, 2000)])
    lon = np.concatenate([r.uniform(108.3, 111.3, 3000), r.uniform(8, 14, 3000), r.uniform(-180, 180, 2000)])
    for reach in (300.0, 2_300.0, 5_704.0):
        got, want = _all(coast.arrays(), lat, lon, reach), coast.distance_m(lat, lon, reach)
        assert (np.isfinite(want) == np.isfinite(got)).all()
        near = np.isfinite(want)
        assert near.sum() > 20
        np.testing.assert_allclose(got[near], want[near], rtol=1e-9, atol=1e-6)


def test_the_mask_hides_no_coast() -> None:
    coast = load_geography("hainan").coast
    mask = blank()
    mark_coast(mask, coast.arrays(), 3_704.0, int(COAST))
    r = np.random.default_rng(5)
    lat, lon = r.uniform(17.5, 20.6, 4000), r.uniform(108, 111.5, 4000)
    hidden = np.array([mask[cell_at(y, x)] & COAST == 0 for y, x in zip(lat, lon, strict=True)])
    assert hidden.any()
    assert not coast.within(lat[hidden], lon[hidden], 3_704.0).any()
