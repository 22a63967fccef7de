"""The map of what may be near hides nothing that is."""

from __future__ import annotations

import numpy as np

from huanqiong.core.geography.geography import load_geography
from huanqiong.lines.sea.mask import COAST, blank, cell_at, mark_coast


def test_the_mask_hides_no_coast() -> None:
    coast = load_geography("hainan").coast
    mask = blank()
    mark_coast(mask, coast.arrays(), 3_704.0, int(COAST))
    r = np.random.default_rng(5)
    lat, lon = r.uniform(17.5, 20.6, 4000), r.uniform(108, 111.5, 4000)
    hidden = np.array([mask[cell_at(y, x)] & COAST == 0 for y, x in zip(lat, lon, strict=True)])
    assert hidden.any()
    assert not coast.within(lat[hidden], lon[hidden], 3_704.0).any()
