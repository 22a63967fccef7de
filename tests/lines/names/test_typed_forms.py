"""The ways a name may be typed: characters, pinyin with and without its province, first letters."""

from __future__ import annotations

import pytest

from huanqiong.lines.names.fold import plain
from huanqiong.lines.names.typed import typed_forms


@pytest.mark.parametrize(
    "typed", ["琼临渔11479", "瓊臨漁１１４７９", "QIONG LIN YU 11479", "linyu11479", "qly11479", "LY 11479"]
)
def test_a_boat_is_typed_in_many_ways(typed: str) -> None:
    assert plain(typed) in typed_forms("琼临渔11479")


def test_a_proper_name_has_its_folded_form_and_nothing_has_none() -> None:
    assert typed_forms("演海丰 910") == ("演海丰910",)
    assert typed_forms(" - ") == ()
