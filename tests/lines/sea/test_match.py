"""The short cut of matching never promises more than the dead reckoning gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.track import state as st
from huanqiong.lines.sea.track.match import match, surely
from huanqiong.lines.sea.track.tracker import rules_of


@pytest.mark.parametrize("profile", ["gfw", "hainan"])
def test_what_is_sure_is_what_matching_finds(profile: str) -> None:
    rules = rules_of(load_profile(profile))
    r = np.random.default_rng(7)
    sure = 0
    for _ in range(4_000):
        pf, pi = np.zeros(st.SEG_F), np.zeros(st.SEG_I, dtype=np.int64)
        y, x, t = r.uniform(-89, 89), r.uniform(-180, 180), 1_700_000_000_000_000
        pi[st.S_HEAD], pi[st.S_N] = st.LOOK - 1, st.LOOK
        for k in range(st.LOOK):  # oldest first
            o = st.RING + k * st.RING_W
            t += int(r.integers(2, 1_500)) * 1_000_000
            y, x = y + r.normal(0, 0.004), x + r.normal(0, 0.004)
            pi[st.S_T + k] = t
            pf[o], pf[o + st.R_LON], pf[o + st.R_V] = y, x, r.uniform(0, 20)
            pf[o + st.R_C], pf[o + st.R_COSY] = r.uniform(0, 360), math.cos(math.radians(y))
            pf[o + st.R_METRIC] = r.uniform(0, 4)
        t += int(r.exponential(300) * 1_000_000)
        lat, lon = y + r.normal(0, 0.003), x + r.normal(0, 0.003)
        cy = math.cos(math.radians(lat))
        v, c = r.uniform(0, 20), r.uniform(0, 360)
        newest = pf[st.RING + pi[st.S_HEAD] * st.RING_W :][: st.RING_W]
        known = abs(newest[st.R_METRIC])
        y0, x0, v0, c0, cy0 = (newest[k] for k in (st.R_LAT, st.R_LON, st.R_V, st.R_C, st.R_COSY))
        gap = t - pi[st.S_T + pi[st.S_HEAD]]
        low = surely(gap, y0, x0, v0, c0, cy0, known, lat, lon, v, c, cy, rules)
        metric, drop = match(pf, pi, t, lat, lon, v, c, cy, rules)
        if low > 0.0:
            sure += 1
            assert drop == 0
            assert metric >= low
    assert sure > 400
