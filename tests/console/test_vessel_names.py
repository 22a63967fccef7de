"""Boat names through HTTP: any form finds the boat, pages say why, the home port is shown as a reading."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from huanqiong.console import name_words
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.rows import FoundVessel, VesselRow
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.lines.names.book import book

BOAT, OTHER, SAME_NUMBER = 412999001, 412999002, 412999003
FORMS = ["琼临渔11479", "临渔11479", "11479", "QIONGLINYU11479", "QIONG LIN YU 11479"]
SAID = [
    "same_name",
    "number_and_place",
    "number_and_kind",
    "number_and_province",
    "number_only",
    "alike",
    "beginning",
    "plain",
]
FORBID = ["place_differs", "province_differs", "province_guessed"]


@pytest.fixture
def fleet(signed_in: Callable[..., Client]) -> Callable[..., Client]:
    acts.register_vessel(mmsi=BOAT, name_zh="琼临渔11479", home_port="文昌清澜", by=OPERATOR)
    acts.register_vessel(mmsi=OTHER, name_zh="琼文昌渔11478", home_port="文昌", by=OPERATOR)
    return signed_in


@pytest.mark.parametrize("q", FORMS)
def test_any_form_finds_the_boat_and_says_why(fleet: Callable[..., Client], q: str) -> None:
    [found] = fleet("lin").get("/api/vessels", {"q": q}).json()
    assert found["mmsi"] == BOAT
    assert found["why"]
    page = fleet("lin").get("/search/", {"q": q}).content.decode()
    assert f"/vessels/{BOAT}/" in page
    assert found["why"] in page


def test_a_number_alone_lists_its_boats_as_guesses(fleet: Callable[..., Client]) -> None:
    acts.register_vessel(mmsi=SAME_NUMBER, name_zh="琼儋州11479", by=OPERATOR)
    rows = fleet("lin").get("/api/vessels", {"q": "11479"}).json()
    assert {r["mmsi"] for r in rows} == {BOAT, SAME_NUMBER}
    assert {(r["how"], r["why"]) for r in rows} == {("guess", "number only: 2 boats")}
    rows = fleet("lin", "zh-hans").get("/api/vessels", {"q": "11479"}).json()
    assert {r["why"] for r in rows} == {"仅编号一致：2 艘"}


def test_a_guess_is_shown_and_never_followed(fleet: Callable[..., Client]) -> None:
    client = fleet("lin")
    sure = client.get("/search/", {"q": "QIONGLINYU11479", "go": 1})
    assert (sure.status_code, sure["Location"]) == (302, f"/vessels/{BOAT}/")
    guess = client.get("/search/", {"q": "琼儋渔11479", "go": 1})
    assert guess.status_code == 200
    assert "another place (临高 / 儋州)" in guess.content.decode()


def test_the_home_port_of_a_name_is_shown_as_a_reading(fleet: Callable[..., Client]) -> None:
    page = fleet("lin").get(f"/vessels/{BOAT}/").content.decode()
    assert "文昌清澜" in page
    assert "Lingao" in page
    assert "a reading, not a fact" in page
    assert "not the register" in page
    home = fleet("lin").get(f"/api/vessels/{BOAT}").json()["home"]
    assert (home["places"], home["differs"], home["from_register"]) == (["Lingao"], True, True)
    agreed = fleet("lin").get(f"/vessels/{OTHER}/").content.decode()
    assert "a reading, not a fact" in agreed
    assert "not the register" not in agreed
    chinese = fleet("lin", "zh-hans").get(f"/vessels/{BOAT}/").content.decode()
    assert "与登记不符" in chinese


def test_an_open_name_shows_every_place(fleet: Callable[..., Client]) -> None:
    acts.register_vessel(mmsi=SAME_NUMBER, name_zh="琼海渔01234", by=OPERATOR)
    home = fleet("lin").get(f"/api/vessels/{SAME_NUMBER}").json()["home"]
    assert (home["text"], home["differs"]) == ("Qionghai or Haikou", None)


def test_every_reason_has_its_words_in_both_languages() -> None:
    row = VesselRow("v", None, "", "", "", "", "", "ship", "", "", None, None, None, None)
    for code in sorted({*SAID, *FORBID, *book().loss}):
        said = []
        for language in ("en", "zh-hans"):
            with translation.override(language):
                hit = FoundVessel(row, "name", "x", "guess", ((code, "<临 / 文> 100%"),), 2)
                said.append(name_words.why(hit))
        english, chinese = said
        assert english != chinese, code
        assert "%(" not in english + chinese, code
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese.replace("<临 / 文> 100%", "")), code
