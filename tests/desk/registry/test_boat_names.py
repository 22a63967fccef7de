"""A boat is found by any form of its name, in either script; the register decides which boat it is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from desk_events import at
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.desk.registry import acts, names, reads
from huanqiong.desk.registry.access import access_vessel
from huanqiong.desk.registry.models import SearchTerm
from huanqiong.desk.registry.names import NAME_KEY, NAMES, filed_book, implied_home, read_hits
from huanqiong.desk.registry.search import search
from huanqiong.desk.trust import reads as trust
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.lines.names.book import book
from huanqiong.lines.names.match import compare

pytestmark = pytest.mark.django_db
A, B, C = 412000001, 412000002, 412000003
FORMS = ["琼临渔11479", "临渔11479", "11479", "QIONGLINYU11479", "QIONG LIN YU 11479"]


def said(mmsi: int, name: str) -> dict[str, Any]:
    return {"mmsi": mmsi, "t": at(0), "name": name, "callsign": "", "imo": None}


def registered(*named: tuple[int, str]) -> None:
    for mmsi, name in named:
        acts.register_vessel(mmsi=mmsi, name_zh=name, by=OPERATOR)


@pytest.mark.parametrize("q", FORMS)
@pytest.mark.parametrize("filed", ["register", "air"])
def test_any_of_five_forms_finds_the_boat_whatever_was_filed(q: str, filed: str) -> None:
    if filed == "register":
        registered((A, "琼临渔11479"), (B, "琼文昌渔11478"))
    else:
        acts.record_static([said(A, "QIONGLINYU11479"), said(B, "QIONGWENYU11478")], by=SYSTEM)
    [hit] = search(q)
    assert hit.row.mmsi == A


@pytest.mark.parametrize(
    ("q", "how", "first"),
    [
        ("琼临渔11479", "equal", ""),
        ("QIONG LIN YU 11479", "read", "number_and_place"),
        ("瓊臨漁11479", "read", "same_name"),
        ("QI0NGL1NYU11479@@", "read", "number_and_place"),
        ("琼临高11479", "read", "number_and_place"),
        ("QOINGLINYU11479", "guess", "number_and_place"),
        ("11479", "guess", "number_only"),
    ],
)
def test_a_hit_says_how_it_was_found(q: str, how: str, first: str) -> None:
    registered((A, "琼临渔11479"))
    [hit] = search(q)
    assert (hit.how, hit.reasons[0][0] if hit.reasons else "") == (how, first)


def test_a_number_alone_lists_every_boat_of_that_number() -> None:
    registered((A, "琼临渔11479"), (B, "琼儋州11479"), (C, "粤雷渔11479"), (C + 1, "琼临渔11480"))
    hits = search("11479")
    assert {h.row.mmsi for h in hits} == {A, B, C}
    assert {(h.how, h.several) for h in hits} == {("guess", 3)}


def test_exact_comes_before_read_and_read_before_guessed() -> None:
    registered((C, "琼临渔11479"), (B, "琼临渔运11479"))
    acts.record_static([said(A, "QIONGLINYU11479")], by=SYSTEM)
    hits = search("QIONGLINYU11479")
    assert [(h.row.mmsi, h.how) for h in hits] == [(A, "equal"), (C, "read"), (B, "guess")]


def test_what_a_name_leaves_open_the_register_decides() -> None:
    registered((A, "琼琼海渔01234"))
    [hit] = search("QIONGHAIYU01234")
    assert (hit.row.mmsi, hit.how) == (A, "read")
    registered((B, "琼海口渔01234"))
    hits = search("琼海渔01234")
    assert {h.row.mmsi for h in hits} == {A, B}
    registered((C, "琼临渔01234"))
    assert C not in {h.row.mmsi for h in search("琼海渔01234")}


def test_another_place_of_that_number_is_shown_only_where_nothing_else_is_found() -> None:
    registered((A, "琼临渔11479"))
    [hit] = search("琼文昌渔11479")
    assert (hit.row.mmsi, hit.how, hit.reasons[0][0]) == (A, "guess", "place_differs")
    registered((B, "琼文昌渔11479"))
    assert [h.row.mmsi for h in search("QIONGWENCHANGYU11479")] == [B]


def test_a_boat_of_another_kind_is_only_a_guess() -> None:
    registered((A, "桂东兴01376"))
    assert [h.how for h in search("GUI DONG XING YU 01376")] == ["read"]
    assert [h.how for h in search("GUIDONGXINGYUGONG01376")] == ["guess"]
    registered((B, "桂东兴渔供01377"), (C, "桂东兴渔01377"))
    assert [(h.row.mmsi, h.how) for h in search("桂东兴01377")] == [(C, "guess"), (B, "guess")]


def test_a_name_that_ais_cut_finds_what_it_may_go_on_to() -> None:
    registered((A, "琼东方渔12345"), (B, "琼东方渔22345"))
    [hit] = search("QIONG DONG FANG YU 1")
    assert (hit.row.mmsi, hit.how) == (A, "guess")


def test_proper_names_bear_confused_letters_too() -> None:
    acts.record_static([said(A, "YAN HAI FENG 918"), said(B, "YAN HAI FENG 919")], by=SYSTEM)
    [hit] = search("YAN HA1 FENG 918")
    assert (hit.row.mmsi, hit.how) == (A, "read")


def test_names_filed_before_are_filed_again_once_a_book(monkeypatch: pytest.MonkeyPatch) -> None:
    registered((A, "琼临渔11479"))
    SearchTerm.objects.filter(field=NAME_KEY).delete()  # as a store of an older version has it
    assert search("QIONGLINYU11479") == []
    assert acts.file_names(by=SYSTEM) == 3
    assert filed_book() == book().mark
    assert [h.row.mmsi for h in search("QIONGLINYU11479")] == [A]
    size = trust.log_end().waiting
    assert acts.file_names(by=SYSTEM) == 0
    assert trust.log_end().waiting == size

    SearchTerm(vessel_id=SearchTerm.objects.first().vessel_id, field=NAME_KEY, text="x", norm="x").save()  # type: ignore[union-attr]
    later = type(book())(**{k: getattr(book(), k) for k in book().__slots__} | {"mark": "another"})
    monkeypatch.setattr(acts.names, "book", lambda: later)
    assert acts.file_names(by=SYSTEM) == 1  # the key that no name bears out is gone
    assert not SearchTerm.objects.filter(norm="x").exists()
    assert filed_book() == "another"


def test_an_empty_store_writes_nothing_about_names() -> None:
    size = trust.log_end().waiting
    assert acts.file_names(by=SYSTEM) == 0
    assert trust.log_end().waiting == size


def test_keys_hold_no_names_and_are_no_part_of_the_text_index() -> None:
    registered((A, "琼临渔11479"))
    assert set(SearchTerm.objects.filter(field=NAME_KEY).values_list("norm", flat=True)) == {
        "=琼临渔11479",
        "琼临高#11479",
        "#11479",
    }
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM registry_termindex WHERE norm MATCH '\"11479\"'")
            assert cursor.fetchone() == (1,)
        SearchTerm.objects.filter(field=NAME_KEY).delete()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO registry_termindex(registry_termindex) VALUES ('integrity-check')")


@pytest.mark.parametrize(
    ("name", "home_port", "places", "differs"),
    [
        ("琼临渔11479", "临高新盈", ["临高"], False),
        ("琼临渔11479", "新盈港", ["临高"], False),
        ("琼临渔11479", "Lingao", ["临高"], False),
        ("琼临渔11479", "文昌清澜", ["临高"], True),
        ("琼临渔11479", "", ["临高"], None),
        ("琼临渔11479", "somewhere", ["临高"], None),
        ("琼海渔01234", "琼海潭门", ["琼海", "海口"], False),
        ("海鸥八号", "海口", None, None),
        ("QOINGLINYU11479", "", None, None),
    ],
)
def test_the_home_port_of_a_name_is_a_reading(
    officer: Any, name: str, home_port: str, places: list[str] | None, differs: bool | None
) -> None:
    acts.register_vessel(mmsi=A, name_zh=name, home_port=home_port, by=OPERATOR)
    home = access_vessel(officer, A).home
    if places is None:
        assert home is None
        return
    assert home is not None
    assert ([p.zh for p in home.places], home.differs, home.from_register) == (places, differs, True)
    assert reads.vessel(A).row.home_port == home_port  # the register stays as it is


def test_the_home_port_is_read_from_the_air_where_there_is_no_register() -> None:
    acts.record_static([said(A, "QIONGLINYU11479")], by=SYSTEM)
    home = implied_home(reads.vessel(A).row)
    assert home is not None
    assert (home.from_register, [p.en for p in home.places]) == (False, ["Lingao"])


# --- against a plain reference: every name of the register compared with what is searched ---

PLACES = ["琼临", "琼临高", "琼文昌", "琼琼海", "琼海口", "琼海", "琼儋", "粤雷", "粤湛", "浙临", "粤汇来"]
LATIN = ["QIONGLIN", "QIONG LIN GAO ", "LIN", "QIONG HAI ", "QIONGQIONGHAI", "YUE LEI ", "YUEHUILAI", ""]
KINDS = ["渔", "渔运", ""]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(KINDS), st.integers(10001, 10004)), max_size=12
    ),
    st.sampled_from(PLACES + LATIN),
    st.sampled_from([*KINDS, "YU", "YUYUN"]),
    st.sampled_from(["10001", "10002", "1O002", "10003@@", "10004-2", "1000"]),
)
def test_hits_are_those_of_comparing_every_name(
    boats: list[tuple[str, str, int]], place: str, kind: str, number: str
) -> None:
    SearchTerm.objects.all().delete()
    codes = [acts.register_vessel(name_zh=f"{p}{k}{n}", by=OPERATOR) for p, k, n in boats]
    q = f"{place}{kind}{number}"
    want: dict[str, float] = {}
    for code, (p, k, n) in zip(codes, boats, strict=True):
        match = compare(q, f"{p}{k}{n}")
        # A name that was cut is found only where AIS would have cut it there.
        if match.score > book().match["differs"] and "cut" not in dict(match.reasons):
            want[code] = match.score
    hits, elsewhere = read_hits(q)
    got = [h.row.code for _, h in hits if "cut" not in dict(h.reasons)]
    assert set(got) == set(want)
    assert [want[c] for c in got] == sorted(want.values(), reverse=True)
    assert all(h.reasons for _, h in [*hits, *elsewhere])


def test_a_common_number_hides_no_boat_of_the_place_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MOST", 3)
    rng = random.Random(4)
    for place in rng.sample(["文昌", "儋州", "三亚", "万宁", "陵水", "昌江", "乐东"], 7):
        registered((A + ord(place[0]), f"琼{place}渔00008"))
    registered((A, "琼临渔00008"))
    assert search("QIONG LIN YU 8")[0].row.mmsi == A
    assert search("QIONG LIN YU 00008")[0].row.mmsi == A
    assert SearchTerm.objects.filter(field__in=NAMES).count() == 8
