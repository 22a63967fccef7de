"""Comparing two names: what agrees, what forbids, and that no order of the two matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.lines.names.book import book
from huanqiong.lines.names.keys import keys
from huanqiong.lines.names.match import compare

BOAT = "琼临渔11479"


@pytest.mark.parametrize(
    ("text", "first", "least"),
    [
        (BOAT, "same_name", 1.0),
        ("瓊臨漁 １１４７９", "same_name", 1.0),
        ("QIONGLINYU11479", "number_and_place", 0.95),
        ("QIONG LIN YU 11479@@", "number_and_place", 0.95),
        ("临渔11479", "number_and_place", 0.8),
        ("琼临高11479", "number_and_place", 0.9),
        ("琼渔11479", "number_and_kind", 0.6),
        ("11479", "number_only", 0.5),
        ("YU 11479", "number_and_kind", 0.6),
    ],
)
def test_forms_of_one_boat_agree_and_say_in_what(text: str, first: str, least: float) -> None:
    m = compare(BOAT, text)
    assert m.reasons[0][0] == first
    assert least <= m.score <= 1.0
    assert set(keys(BOAT)) & set(keys(text))


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (BOAT, "琼临渔11478", "number_differs"),
        (BOAT, "QIONGLINYU1147", "number_differs"),
        (BOAT, "琼文昌渔11479", "place_differs"),
        (BOAT, "QIONGLINGYU11479", "place_differs"),
        (BOAT, "浙临渔11479", "province_differs"),
        ("琼陵渔11479", "琼临渔11479", "place_differs"),
        ("演海风918", "演海风919", "plain"),
        ("STAR", "OTHER", "plain"),
        ("", "", "plain"),
    ],
)
def test_what_forbids_is_said_and_leaves_next_to_nothing(a: str, b: str, why: str) -> None:
    m = compare(a, b)
    assert m.score <= book().match["differs"]
    assert why in dict(m.reasons)


def test_a_name_without_a_kind_is_a_fishing_boats_and_of_no_other_for_sure() -> None:
    assert dict(compare("琼临高11198", "琼临渔11198").reasons)["kind_unsaid"] == "渔"
    assert dict(compare("琼临高11198", "琼临渔运11198").reasons)["kind_open"] == "渔运"
    assert compare("琼临高11198", "琼临渔11198").score > compare("琼临高11198", "琼临渔运11198").score


def test_the_same_sound_in_two_characters_is_two_places() -> None:
    # 廉 and 连 are both LIAN: in pinyin they stay open, in characters they differ.
    assert compare("粤廉渔12345", "LIANYU12345").score > 0.8
    assert compare("闽连渔12345", "LIANYU12345").score > 0.8
    assert compare("粤廉渔12345", "闽连渔12345").score <= book().match["differs"]


def test_an_ambiguous_name_agrees_with_each_and_says_so() -> None:
    for boat in ("琼琼海渔01234", "琼海口渔01234"):
        m = compare(boat, "QIONGHAIYU01234")
        assert dict(m.reasons)["ambiguous"] == "琼海, 海口"
        assert 0.8 < m.score < compare(boat, boat).score


def test_a_cut_name_agrees_with_what_it_may_go_on_to() -> None:
    m = compare("QIONG DONG FANG YU 1", "琼东方渔12345")
    assert "cut" in dict(m.reasons)
    assert compare("QIONG DONG FANG YU 1", "琼东方渔22345").score == 0.0
    assert set(keys("琼东方渔12345")) & set(keys("QIONG DONG FANG YU 1"))


def test_proper_names_are_compared_letter_by_letter() -> None:
    assert compare("YAN HAI FENG 918", "YANHA1FENG-918").reasons[0][0] == "same_name"
    assert compare("YAN HAI FENG 918", "YAN HAI FENC 918").reasons[0][0] == "alike"
    assert compare("STAR OF THE SOUTHERN SEA 8", "STAR OF THE SOUTHERN").reasons[0][0] == "beginning"
    assert set(keys("STAR OF THE SOUTHERN SEA 8")) & set(keys("STAR OF THE SOUTHERN"))


def some_name() -> st.SearchStrategy[str]:
    b = book()
    parts = st.tuples(
        st.sampled_from(["", *(p.write for p in b.provinces[:3]), *(p.pinyin for p in b.provinces[:3])]),
        st.sampled_from(["", "汇来", *(x for f in b.forms[:20] for x in (f.write, f.pinyin))]),
        st.sampled_from(["", "渔", "YU", "渔运", "YUYUN", "货"]),
        st.sampled_from(["", "11479", "01147", "1147", "8", "11 479"]),
        st.sampled_from(["", "@@", "-3", "号"]),
    )
    return st.one_of(parts.map(lambda p: " ".join(p)), parts.map("".join), st.text(max_size=25))


@given(some_name(), some_name())
def test_a_comparison_is_bounded_symmetric_and_has_a_reason(a: str, b: str) -> None:
    m = compare(a, b)
    assert m == compare(b, a)
    assert 0.0 <= m.score <= 1.0
    assert m.reasons


@given(some_name())
def test_a_name_agrees_with_itself_and_with_nothing_better(a: str) -> None:
    if any(c.isalnum() for c in a):
        assert compare(a, a).score == 1.0


@given(some_name(), some_name())
def test_names_that_agree_share_a_key(a: str, b: str) -> None:
    m = compare(a, b)
    code = m.reasons[0][0]
    if code in ("same_name", "number_and_place", "number_and_kind", "number_only") and "cut" not in dict(
        m.reasons
    ):
        assert set(keys(a)) & set(keys(b)), (a, b, m)
