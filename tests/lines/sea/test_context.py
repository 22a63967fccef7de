"""What others contribute to a ship's verdicts is counts: with them its own rows give the same events."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from worlds import busy_sea

from huanqiong.core.geography import load_geography
from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.context import Asking, add_others, counted, others
from huanqiong.lines.sea.kernels import Archive
from huanqiong.lines.sea.reception import Reception

KINDS = ("gap", "open_gap")


def run(rows: pa.Table, reception: Reception | None, as_of: int | None = None) -> tuple[Archive, pa.Table]:
    archive = Archive(load_profile("hainan"), load_geography(), kinds=KINDS)
    if reception is not None:
        archive.kernels.reception = reception
    archive.feed(rows)
    return archive, archive.finish(as_of)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_own_rows_and_counts_of_others_give_the_ships_events(seed: int) -> None:
    sea = busy_sea(seed, ships=20)
    whole, events = run(sea, None)
    assert whole.kernels.reception is not None
    found = 0
    for subject in pc.unique(events.column("subject")).to_pylist():
        own = sea.filter(pc.equal(sea.column("mmsi"), int(subject.removeprefix("mmsi:"))))
        asking = Asking(load_profile("hainan"))
        run(own, asking, whole.kernels.tracker.last_t)
        heard = others(whole.kernels.reception, asking)
        assert set(zip(*(c.tolist() for c in heard[:3]), strict=True)) <= asking.asked
        told = Reception(load_profile("hainan"))
        add_others(told, heard)
        assert list(counted(told).values()) == [n for n in counted(told).values() if n > 0]
        assert sum(counted(told).values()) == int(heard.ships.sum())
        _, again = run(own, told, whole.kernels.tracker.last_t)
        assert again.equals(events.filter(pc.equal(events.column("subject"), subject)))
        found += again.num_rows
    assert found == events.num_rows > 0
