"""Room for arrays: zeros that can be written, grown without loss, scratch that does not shrink."""

from __future__ import annotations

import numpy as np

from huanqiong.lines.sea.track.room import Scratch, grown, zeros


def test_large_and_small_zeros_are_zero_and_writable() -> None:
    for shape in ((3,), (400_000, 2), (0, 4)):
        a = zeros(shape, np.int64)
        assert a.shape == shape
        assert a.dtype == np.int64
        assert not a.any()
        a += 1
        assert a.sum() == a.size


def test_grown_keeps_what_was_there() -> None:
    a = np.arange(600_000.0).reshape(300_000, 2)
    b = grown(a, 300_001)
    assert len(b) == 1_200_000
    assert np.array_equal(b[:300_000], a)
    assert not b[300_000:].any()
    assert grown(b, 10) is b


def test_scratch_is_used_again() -> None:
    scratch = Scratch()
    rows = scratch("rows", 100, np.float64, 3)
    assert rows.shape == (100, 3)
    rows[:] = 7.0
    again = scratch("rows", 50, np.float64, 3)
    assert np.shares_memory(rows, again)
    assert len(scratch("rows", 5_000, np.float64, 3)) == 5_000
