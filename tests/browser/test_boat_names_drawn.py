"""A boat searched by its name in a real browser: what is suggested, why, and the home port that is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BOATS = """
import django
django.setup()
from huanqiong.desk.registry import acts
from huanqiong.desk.trust.actor import OPERATOR
for mmsi, name, home in ((412998001, "琼临渔911479", "文昌清澜"), (412998002, "琼儋州911479", "儋州白马井")):
    acts.register_vessel(mmsi=mmsi, name_zh=name, home_port=home, by=OPERATOR)
"""


def suggested(page: Any, q: str) -> list[str]:
    page.fill("#find", "")
    page.evaluate("document.querySelector('#find-list').replaceChildren()")
    page.locator("#find").press_sequentially(q)
    until(page, "document.querySelectorAll('#find-list a').length > 0")
    return [str(text) for text in page.locator("#find-list a").all_inner_texts()]


def test_a_boat_is_suggested_by_any_form_with_why(open_as: Callable[..., Any], console: Console) -> None:
    console.python(BOATS)
    page = open_as("lin")
    page.goto(f"{console.url}/help/")
    until(page, "document.querySelector('#clock b').innerText !== '--:--:--'")
    [pinyin] = suggested(page, "QIONG LIN YU 911479")
    assert "琼临渔911479" in pinyin
    assert "number and place (临高)" in pinyin
    number = suggested(page, "911479")
    assert len(number) == 2
    assert all("guess" in row and "number only: 2 boats" in row for row in number)
    [other] = suggested(page, "琼临渔911479")
    assert "same name" in other
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vessels/412998001/")
    ready(page)
    assert "Lingao" in page.inner_text("#home-read")
    assert "not the register" in page.inner_text("#home-read")


def test_the_search_page_marks_guesses_in_chinese(open_as: Callable[..., Any], console: Console) -> None:
    console.python(BOATS)
    page = open_as("lin", "zh-hans")
    page.goto(f"{console.url}/search/?q=911479")
    rows = page.locator("main tbody tr").all_inner_texts()
    assert len(rows) == 2
    assert all("推测" in row and "仅编号一致：2 艘" in row for row in rows)
    page.goto(f"{console.url}/search/?q=临渔911479&go=1")
    page.wait_for_url("**/vessels/412998001/")
