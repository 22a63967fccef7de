"""Reasons read as sentences in both languages; every code the kernels give has its text."""

from __future__ import annotations

import re
from pathlib import Path

from huanqiong.core.reasons import headline, kind_name, render
from huanqiong.core.schema import KINDS
from huanqiong.core.verdict import Reason

GAP = [
    Reason("silence", 3.4, 6.0, "h", "pipe-gaps"),
    Reason("positions_before", 96),
    Reason("gap_speed", 2.0, None, "kn"),
    Reason("offshore", 41.2, None, "nm"),
]


def test_a_gap_reads_as_the_duty_officer_expects() -> None:
    assert headline(GAP, "zh", "gap") == "静默 3.4 小时，此前 12 小时内 96 个点，离岸 41 海里"
    assert headline(GAP, "en", "gap") == "Silent 3.4 h; 96 positions in the 12 h before; 41 nm off shore"


def test_limits_and_missing_values_are_said() -> None:
    assert render(GAP[0], "en", limits=True) == "Silent 3.4 h (limit 6.0 h)"
    assert render(Reason("offshore", None), "zh") == "离岸 不详 海里"
    assert "离岸" not in headline([*GAP[:2], Reason("offshore", None)], "zh-hans", "gap")


def test_words_and_percent() -> None:
    assert render(Reason("port_moves", "entry,stop,exit"), "zh") == "动作：进港、停泊、出港"
    assert render(Reason("reception", 0.875), "en").startswith("other ships nearby were heard in 88%")


def test_an_unknown_code_is_shown_not_dropped() -> None:
    assert render(Reason("newcomer", 7, None, "m"), "zh") == "newcomer 7 m"


def test_every_kind_has_a_name_in_both_languages() -> None:
    for kind in KINDS:
        assert kind_name(kind, "zh") != kind
        assert kind_name(kind, "en") != kind


def test_every_code_the_kernels_write_has_a_text() -> None:
    source = Path(__file__).parents[2] / "src/huanqiong/lines/sea/assemble.py"
    codes = set(re.findall(r'Part\(\s*"([a-z_]+)"', source.read_text(encoding="utf-8")))
    assert len(codes) > 15
    for code in codes:
        assert render(Reason(code, 1), "zh") != f"{code} 1"
