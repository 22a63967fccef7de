"""From an alert to the boats of two agencies in a real browser: regions, ranking, orders, scene, sheet."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

GIVE = """
import django
from datetime import UTC, datetime
django.setup()
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue, access_orders
from huanqiong.desk.watch.tasking import Part
lin = reads.person("lin")
met = {"how": "meets", "t": "2026-11-22T22:10:00Z", "lat": 19.5, "lon": 108.4, "nm": 41.2, "counted_at":
       "2026-11-22T18:59:00Z", "from": {"lat": 19.1, "lon": 108.6}, "fix": {"t": "2026-11-22T18:56:00Z"}}
parts = []
for n in range(7):
    zh, en = f"缉私联合行动第{n}大队海上机动中队", f"High-speed boat {n} of the joint anti-smuggling squadron"
    agency = "某某海关缉私局联合行动指挥部办公室"
    registry.add_unit(f"u{n}", zh, en, "patrol_boat", agency=agency, by=OPERATOR)
    parts.append(Part(f"u{n}", "欧阳指挥员姓名较长者", "0898-00000000-1234", n == 0, met))
alert = next(a for a in access_queue(lin) if a.kind == "encounter").id
text = "前往核查，登临检查，注意随行船只。" * 60
acts.intercept(alert, parts, text, datetime(2099, 1, 1, tzinfo=UTC), by=lin)
print(min(o.id for o in access_orders(lin) if o.unit_code.startswith("u")))
"""
SHARES = (
    "[...new Set(document.querySelector('#map').hqMap.querySourceFeatures('reach')"
    ".map(f => f.properties.share))].sort().join()"
)


def choose(page: Any, text: str) -> None:
    """The alert of the queue that says so, by the keyboard."""
    for _ in range(9):
        page.keyboard.press("j")
        page.wait_for_timeout(100)
        if text in page.inner_text("#queue-list .q[aria-selected=true]"):
            return
    raise AssertionError(text)


def orders(page: Any, console: Console) -> list[dict[str, Any]]:
    """What the server says of all orders."""
    found: list[dict[str, Any]] = page.context.request.get(f"{console.url}/api/orders").json()
    return found


def eventually(page: Any, ask: Callable[[], Any]) -> Any:
    """What `ask` answers once it is something."""
    end = time.monotonic() + 30
    while not (found := ask()):
        assert time.monotonic() < end, ask
        page.wait_for_timeout(100)
    return found


def test_where_she_can_be_is_drawn_hour_by_hour(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin"))
    choose(page, "Silence")
    page.wait_for_selector("#detail .why-list li")
    page.keyboard.press("w")
    page.wait_for_selector("#detail .reach-unit", timeout=90_000)
    until(page, f"{SHARES} === '50,80,95'")
    areas = []
    for hours in (1, 3, 6, 12):
        page.click(f"#reach-bar [data-hours='{hours}']")
        assert page.get_attribute(f"#reach-bar [data-hours='{hours}']", "aria-pressed") == "true"
        told = page.inner_text("#reach-bar .reach-key")
        areas.append(float(re.findall(r"95 %\s*([\d,.]+) km", told)[0].replace(",", "")))
    assert areas == sorted(areas)
    assert areas[0] < areas[-1]
    units = page.eval_on_selector_all("#detail .reach-unit", "els => els.map(e => e.innerText)")
    assert "Customs 3301" in units[0]
    assert re.search(r"in \d+ min, at \d\d:\d\d", units[0])
    assert "cannot meet within 12 h" in units[-1]
    page.click("#detail .reach-units li:nth-child(2) .reach-unit")
    assert "Coast Guard" in page.inner_text("#detail .reach-units li[aria-current]")
    page.keyboard.press("w")
    until(page, f"{SHARES} === ''")
    assert page.is_hidden("#reach-bar")


def test_on_a_phone_the_panel_steps_aside_for_the_map(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin", width=390, height=844))
    choose(page, "Silence")
    page.click("#detail button[data-key=w]")
    page.click("#detail .reach button:has-text('Look at the map')", timeout=90_000)
    page.wait_for_selector("#detail", state="hidden")
    until(page, f"{SHARES} === '50,80,95'")
    page.click("#reach-bar button:has-text('Units')")
    page.wait_for_selector("#detail .reach-unit")


def test_a_clue_needs_no_alert(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin"))
    page.keyboard.press("w")
    page.fill("dialog [name=where]", "nowhere")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast.bad")
    page.fill("dialog [name=where]", "19.5 111.2")
    page.fill("dialog [name=sog]", "12")
    page.fill("dialog [name=cog]", "45")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#detail .reach-unit", timeout=90_000)
    assert "Coast Guard" in page.inner_text("#detail .reach-units li:first-child")
    page.click("#detail header button")
    page.wait_for_selector("#detail", state="hidden")


def test_two_agencies_are_sent_and_the_meeting_is_kept(open_as: Callable[..., Any], console: Console) -> None:
    page = ready(open_as("lin"))
    choose(page, "Fast near coast")
    page.wait_for_selector("#detail .why-list li")
    page.keyboard.press("o")
    until(page, "document.querySelector('.sent-unit .meets')?.innerText.includes('min, at')", timeout_s=90)
    first = page.inner_text(".sent-unit .meets")
    page.click("dialog button:has-text('Another unit')")
    chosen = page.eval_on_selector_all(".sent-unit select", "els => els.map(e => e.value)")
    assert len(set(chosen)) == 2, "a second row takes the next unit"
    page.keyboard.press("Control+Enter")
    assert page.query_selector("dialog[open]"), "without commanders nobody is sent"
    for i, name in enumerate(("Wang Hai", "Li Guan")):
        row = page.locator(".sent-unit").nth(i)
        row.locator("[name=commander]").fill(name)
        row.locator("[name=phone]").fill(f"1380000000{i}")
    page.locator(".sent-unit").nth(1).locator("[name=in_command]").check()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog.orders", state="detached")
    sent = [o for o in orders(page, console) if o["kind"] == "fast_near_coast"]
    assert {o["commander"]: o["in_command"] for o in sent} == {"Wang Hai": False, "Li Guan": True}
    assert len({o["interception"] for o in sent}) == 1
    kept = next(o for o in sent if o["unit_code"] == chosen[0])["meeting"]
    assert f"{kept['nm']:g} nm" in first
    link = page.wait_for_selector(f"#detail a[href='/orders/{sent[0]['id']}/']")
    assert sent[0]["unit"] in link.inner_text()
    page.click("#detail button:has-text('Another unit')")
    page.wait_for_selector("dialog.orders .sent-unit")
    left = page.eval_on_selector_all(".sent-unit option", "els => els.map(e => e.value)")
    assert not set(left) & set(chosen), "who is on the way is not offered again"
    page.fill(".sent-unit [name=commander]", "Zhao Gang")
    page.fill(".sent-unit [name=phone]", "1")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog.orders", state="detached")
    tied = {o["interception"] for o in orders(page, console) if o["commander"]}
    assert tied == {sent[0]["interception"]}
    calm = page.context.new_page()
    calm.goto(f"{console.url}/orders/{sent[0]['id']}/")
    ready(calm)
    together = calm.inner_text("#together")
    assert "Wang Hai" in together
    assert "Li Guan" in together
    assert "Zhao Gang" in together
    assert calm.is_visible(".order-chart .meet")


def test_a_report_from_the_scene_waits_for_the_network(open_as: Callable[..., Any], console: Console) -> None:
    order = int(console.python(GIVE))
    page = open_as("lin", width=390, height=844)
    page.goto(f"{console.url}/orders/{order}/")
    ready(page)
    size = page.eval_on_selector("#report button[value=sighted]", "e => e.getBoundingClientRect().height")
    assert size >= 48, "a thumb in a seaway"
    page.context.set_offline(True)
    page.click("#report button[value=sighted]")
    until(page, "document.querySelector('#unsent').innerText.includes('Not sent yet')")
    page.click("#report button[value=other]")  # no words: it asks for them
    assert page.is_visible("#report [name=words]")
    page.context.set_offline(False)
    alert = next(o for o in orders(page, console) if o["id"] == order)["alert_id"]

    def scene() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = page.context.request.get(f"{console.url}/api/alerts/{alert}").json()[
            "scene"
        ]
        return found

    (told,) = eventually(page, scene)
    assert (told["what"], told["order"]) == ("sighted", order)
    calm = page.context.new_page()
    calm.goto(f"{console.url}/orders/{order}/")
    ready(calm)
    assert "sighted" in calm.inner_text("#scene")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_longest_interception_is_one_sheet_with_nothing_hidden(
    open_as: Callable[..., Any], console: Console, language: str
) -> None:
    probe = open_as("lin", language)
    found = [o["id"] for o in orders(probe, console) if o["unit_code"].startswith("u")]
    order = found[0] if found else int(console.python(GIVE))
    page = open_as("lin", language)
    page.goto(f"{console.url}/orders/{order}/")
    ready(page)
    paper = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1047})  # A4 within its margins, in CSS pixels
    hides = "(e) => ['hidden', 'clip', 'scroll', 'auto'].includes(getComputedStyle(e).overflowY)"
    assert not page.eval_on_selector("#sheet", hides)
    assert ("more on the screen: 3" if language == "en" else "屏幕上另有 3 项") in page.inner_text(
        "#together"
    )
