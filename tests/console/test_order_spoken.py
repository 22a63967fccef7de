"""The order read aloud: never too long, every figure in it, parts in the order of the radio."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.console.order.spoken import EN, MOST, ZH, Order, Spoken, digits, size, spoken

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 02:00 on the 23rd in China
PLAIN: dict[str, Any] = {
    "number": 12, "unit": "海警 46012 艇", "what": "登临查验，核对船员", "vessel": "琼临渔11479",
    "mmsi": 412900005, "lat": 19.1, "lon": 108.2, "deadline": NOW + timedelta(minutes=150), "now": NOW,
}  # fmt: skip


def order(**more: Any) -> Order:
    return Order(**(PLAIN | more))


def heard(text: str, lang: str) -> str:
    """The figures that are heard, in their order."""
    if lang == "zh":
        return "".join(str(ZH.index(c)) for c in text if c in ZH)
    return "".join(str(EN.index(w)) for w in re.findall("[a-z]+", text.lower()) if w in EN)


def test_it_reads_as_it_is_said() -> None:
    assert spoken(order(), "zh").text == (
        "海警四六洞幺两艇，登临查验，核对船员。目标琼临渔幺幺四拐勾，识别码四幺两勾洞洞洞洞五。"
        "北纬幺勾度洞六分，东经幺洞八度幺两分。洞四三洞前完成。复诵编号幺两。"
    )
    english = spoken(order(unit="Coast Guard 46012", what="Board and inspect", vessel="HAI TONG 7"), "en")
    assert english.text == (
        "Coast Guard four six zero one two. Board and inspect. HAI TONG seven, MMSI four one two nine zero "
        "zero zero zero five. One nine zero six north, one zero eight one two east. "
        "By zero four three zero. Say again order one two."
    )
    assert english.cut == frozenset()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_another_day_is_said_and_what_is_not_known_too(lang: str) -> None:
    o = order(deadline=NOW + timedelta(days=1), vessel="", mmsi=None, lat=None, lon=None)
    parts = spoken(o, lang).parts
    assert heard(parts[4], lang) in ("240200", "020024")
    assert ("不明" if lang == "zh" else "not known") in parts[3]
    assert ("船名不明" if lang == "zh" else "unnamed") in parts[2]
    assert heard(spoken(order(lat=-19.9999, lon=-8.0), lang).parts[3], lang) == "200000800"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_long_instruction_is_cut_at_a_clause_and_says_so(lang: str) -> None:
    what = "登临查验，核对船员，检查冷藏舱，取样，拍照，询问来处去处" * 3
    what = what if lang == "zh" else "Board and inspect, check the crew, open the hold, " * 9
    said = spoken(order(what=what, vessel="HAI TONG 7"), lang)
    assert said.cut == {"what"}
    assert said.parts[1].endswith("，余见书面。" if lang == "zh" else ", rest written.")


TEXTS = st.text(max_size=200) | st.text("琼渔查验登临0123456789 ABcd，。,;.", max_size=80)
ORDERS = st.builds(
    Order,
    number=st.integers(1, 10**6),
    unit=TEXTS,
    what=TEXTS,
    vessel=TEXTS,
    mmsi=st.none() | st.integers(10**8, 10**9 - 1),
    lat=st.none() | st.floats(-90, 90),
    lon=st.floats(-180, 180),
    deadline=st.timedeltas(timedelta(0), timedelta(days=30)).map(lambda d: NOW + d),
    now=st.just(NOW),
)


def inside(said: Spoken, n: int, figures: str, lang: str) -> bool:
    return figures in heard(said.parts[n], lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(o=ORDERS)
def test_it_is_short_and_every_figure_stands_in_it(lang: str, o: Order) -> None:
    said = spoken(o, lang)
    assert size(said.text, lang) <= MOST[lang]
    assert len(said.parts) == 6
    assert not re.search(r"\d", said.text)
    assert heard(said.parts[5], lang) == str(o.number)
    at = o.deadline + timedelta(hours=8)
    assert inside(said, 4, f"{at:%H%M}", lang)
    if o.lat is not None:
        total = [round(abs(v) * 60) for v in (o.lat, o.lon)]
        assert heard(said.parts[3], lang) == (
            f"{total[0] // 60:02d}{total[0] % 60:02d}{total[1] // 60:03d}{total[1] % 60:02d}"
        )
    if o.mmsi is not None:
        assert inside(said, 2, str(o.mmsi), lang)
    for n, part, text in ((0, "unit", o.unit), (1, "what", o.what), (2, "vessel", o.vessel)):
        if part not in said.cut:
            assert heard(digits(text, lang), lang) in heard(said.parts[n], lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(text=st.text(max_size=60))
def test_no_figure_is_left_as_a_sign(lang: str, text: str) -> None:
    assert not any(c.isdecimal() for c in digits(text, lang))


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(o=ORDERS)
def test_half_a_name_is_never_said(lang: str, o: Order) -> None:
    said = spoken(o, lang)
    if "vessel" not in said.cut:
        assert (digits(o.vessel, lang) or ("船名不明" if lang == "zh" else "Vessel unnamed")) in said.parts[2]
    elif o.vessel:
        name = re.split("，识别码|, MMSI", said.parts[2].replace("目标", ""))[0].rstrip("。.")
        assert name in "船名见书面" or name in "name as written"
