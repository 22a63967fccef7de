"""Holds in a real browser: waters drawn on the chart are asked for; what is held stands on the chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready, until
from test_pages_drawn import click_map

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PROPOSE = """
import django
from datetime import UTC, datetime
django.setup()
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import SYSTEM
t = lambda d: datetime(2026, 11, d, tzinfo=UTC)
print(acts.propose_hold("order:7", "alert:1", "查获 A hit (order:7)", by=SYSTEM,
    since=t(20), until=t(23), box=(110.2, 18.2, 111.0, 18.9)))
"""
HIT = """
import django
from datetime import UTC, datetime
django.setup()
from huanqiong.desk.trust import reads
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
lin = reads.person("lin")
alert = next(a for a in access_queue(lin) if a.kind == "gap").id
order = acts.order(alert, "hp-46012", "look", datetime(2099, 1, 1, tzinfo=UTC), by=lin)
acts.record_outcome(order, "hit", by=lin)
print(alert, next(h.id for h in reads.holds() if h.cause == f"order:{order}"))
"""
WISH = "document.getElementById('map').hqMap.getSource('wish').serialize().data.features"


def test_a_box_is_drawn_typed_and_asked_for(open_as: Callable[..., Any], console: Console) -> None:
    hold = console.python(PROPOSE)
    page = open_as("zhou")
    page.goto(f"{console.url}/holds/#hold-{hold}")
    ready(page)
    assert "all records of alert 1, and everything in the waters" in page.inner_text(f"#hold-{hold}")
    held = page.evaluate(WISH.replace("wish", "held"))
    assert held[0]["geometry"]["coordinates"][0][0] == [110.2, 18.2]
    page.click("#draw")
    click_map(page, 110.4, 18.3)
    click_map(page, 110.8, 18.7)
    assert page.get_attribute("#draw", "aria-pressed") == "false"
    assert page.input_value("#ask [name=corner_a]").startswith("18.30")
    assert page.input_value("#ask [name=corner_b]").endswith("E")
    page.fill("#ask [name=corner_b]", "18.9000N 110.9000E")
    until(page, f"Math.abs({WISH}[0].geometry.coordinates[0][2][1] - 18.9) < 1e-6")
    page.fill("#ask [name=since]", "2026-11-20 08:00")
    page.fill("#ask [name=until]", "2026-11-21 08:00")
    page.fill("#ask [name=reason]", "a case")
    page.click("#ask button.primary")
    page.wait_for_selector("#asked")
    assert "18.9000N 110.9000E" in page.inner_text("#asked")


def test_it_can_be_drawn_with_the_keyboard_and_fits_a_phone(
    open_as: Callable[..., Any], console: Console
) -> None:
    page = open_as("zhou", "zh-hans", width=390, height=844)
    page.goto(f"{console.url}/holds/")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing too wide"
    page.click("#draw")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
    page.keyboard.press("Space")
    until(page, "document.querySelector('#ask [name=corner_b]').value !== ''")
    assert page.input_value("#ask [name=corner_a]") != page.input_value("#ask [name=corner_b]")
    page.click("#draw")
    page.keyboard.press("Escape")
    assert page.get_attribute("#draw", "aria-pressed") == "false"


def test_beside_a_hit_stands_what_is_to_be_kept(open_as: Callable[..., Any], console: Console) -> None:
    alert, hold = console.python(HIT).split()
    page = open_as("zhou")
    page.goto(f"{console.url}/?alert={alert}")
    link = page.wait_for_selector(f"#detail a[href='/holds/#hold-{hold}']")
    assert f"Hold {hold}: proposed, lapses on" in page.inner_text("#detail")
    link.click()
    ready(page)
    assert page.url.endswith(f"/holds/#hold-{hold}")
    duty = open_as("lin", "zh-hans")
    duty.goto(f"{console.url}/?alert={alert}")
    duty.wait_for_selector(f"#detail :text('第 {hold} 号保全')")
    assert not duty.query_selector("#detail a[href^='/holds/']"), "who may not see holds is told and not led"
