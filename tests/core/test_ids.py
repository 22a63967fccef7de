"""What an MMSI claims to be, and ids that the same parts always give."""

from __future__ import annotations

import pytest

from huanqiong.core.ids import holder, stable_id


@pytest.mark.parametrize(
    ("mmsi", "kind"),
    [
        (413_000_001, "ship"),
        (2_190_001, "coast_station"),
        (41_300_001, "group"),
        (111_413_001, "aircraft"),
        (994_131_001, "aid"),
        (984_131_001, "auxiliary"),
        (849_912_345, "handheld"),
        (970_010_001, "distress"),
        (972_010_001, "distress"),
        (974_010_001, "distress"),
        (100_900_000, "unknown"),
        (1_073_741_823, "unknown"),
        (-1, "unknown"),
    ],
)
def test_holder(mmsi: int, kind: str) -> None:
    assert holder(mmsi) == kind


def test_stable_ids_depend_on_every_part_and_their_borders() -> None:
    assert stable_id("e", "a", "bc") == stable_id("e", "a", "bc")
    assert len({stable_id("e", "a", "bc"), stable_id("e", "ab", "c"), stable_id("f", "a", "bc")}) == 3
