"""The engine runs the sea line's archive kernel day by day as in one go, on the real set."""

from __future__ import annotations

from pathlib import Path

import pytest

from huanqiong.core.geography import load_geography
from huanqiong.core.profile import load_profile
from huanqiong.core.schema import EVENTS
from huanqiong.engine import run
from huanqiong.feed.files import read
from huanqiong.lake.positions import Lake
from huanqiong.lines.sea.kernels import Archive


@pytest.mark.real
def test_day_by_day_as_in_one_go(data_dir: Path, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for batch in read(data_dir / "ais" / "dk_kattegat_20251101_02_1min.parquet"):
        lake.append(batch.positions, source_id="file:kattegat")
    assert len(lake.days()) == 2
    profile, geography = load_profile("gfw"), load_geography("hainan")
    by_day = run(lambda: Archive(profile, geography, ordered=True), lake)
    one = Archive(profile, geography)
    one.feed(lake.read())
    whole = one.finish()
    assert by_day.schema.equals(EVENTS)
    assert by_day.num_rows > 50
    keys = [(name, "ascending") for name in ("t0", "t1", "kind", "subject", "reasons")]
    assert by_day.sort_by(keys).equals(whole.sort_by(keys))
