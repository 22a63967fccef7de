"""The watch floor in a real browser: keyboard, map, timeline, stream."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from live_console import Console
from page_waits import ready, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def rows(page: Any) -> list[str]:
    return page.eval_on_selector_all("#queue-list .q", "els => els.map(e => e.innerText)")


def test_one_time_login_opens_the_floor_once(open_as: Callable[..., Any], console: Console) -> None:
    url = console.login_url("lin")
    page = open_as("nobody")
    page.context.clear_cookies()
    page.goto(url)
    assert page.url == f"{console.url}/"
    page.wait_for_selector("#queue-list .q")
    page.goto("about:blank")  # or the floor, signed out, goes elsewhere itself at the same moment
    page.context.clear_cookies()
    page.goto(url)
    page.wait_for_selector("[role=alert]")
    assert "一次性登录链接" in page.inner_text("[role=alert]")


def test_keyboard_from_the_queue_to_a_judgement(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin"))
    texts = rows(page)
    assert texts[0].startswith("Distress")
    assert len(texts) == 7
    page.keyboard.press("a")
    page.wait_for_selector("#queue-list .q.sounding", state="detached")
    for _ in texts:
        page.keyboard.press("j")
        if "Fast near coast" in page.inner_text("#queue-list .q[aria-selected=true]"):
            break
    page.wait_for_selector("#detail .why-list li")
    assert "31.5 kn" in page.inner_text("#detail")
    page.keyboard.press("t")
    page.wait_for_selector(".toast.bad")  # nobody judges what they do not hold
    page.keyboard.press("c")
    page.wait_for_selector("#detail button[data-key=t]")
    page.wait_for_selector("#queue-list .q[aria-selected=true] .chips >> text=claimed by you")
    fits = "(e) => e.scrollWidth <= e.clientWidth"
    assert page.eval_on_selector("#queue-list .q[aria-selected=true] .kind span", fits), "chips hide no kind"
    page.keyboard.press("t")
    page.wait_for_selector("dialog[open] textarea")
    page.keyboard.press("Control+Enter")
    assert page.query_selector("dialog[open]"), "a judgement without a reason is not sent"
    page.keyboard.type("seen on radar, running without lights")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    until(page, "!document.querySelector('#queue-list').innerText.includes('Fast near coast')")
    page.wait_for_selector("#detail button[data-key=x]")
    assert "judged true" in page.inner_text("#detail")
    page.keyboard.press("x")
    until(page, "document.querySelector('#detail').innerText.includes('closed')")


def test_an_order_goes_out_with_a_deadline(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin", "zh-hans"))
    page.click("#queue-list .q:has-text('海上会遇')")
    page.wait_for_selector("#detail button[data-key=o]")
    page.keyboard.press("o")
    page.wait_for_selector("dialog[open] select[name=unit]")
    assert "海警 46012 艇" in page.inner_text("dialog select[name=unit]")
    page.click("dialog button:has-text('+4 h')")
    assert page.input_value("dialog [name=deadline]") == "2026-11-23 07:00", (
        "China time, whatever the browser's"
    )
    page.click("dialog button[type=submit]")
    page.wait_for_selector("#detail >> text=海警 46012 艇")
    page.goto(page.url.split("/?")[0].rstrip("/") + "/orders/")
    assert "海警 46012 艇" in page.inner_text("main")


def test_selection_is_shared_by_row_map_and_address(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("fu"))
    page.click("#queue-list .q:has-text('Silence') >> nth=0")
    page.wait_for_selector("#detail .why-list li")
    spots = "document.getElementById('map').hqMap.getSource('spots').serialize().data.features.length"
    until(page, f"{spots} >= 1")
    shown = "document.getElementById('map').hqMap.getSource('tracks').serialize().data.features"
    until(page, f"{shown}.some(f => f.properties.gap && f.properties.main)")
    assert "not act on them" in page.inner_text("#detail"), "an analyst reads"
    middle = (
        "(() => { const b = document.getElementById('map-box').getBoundingClientRect();"
        " const s = document.getElementById('map').hqMap.getSource('spots').serialize().data.features;"
        " return s.length > 0 && s.some(f => { const p = document.getElementById('map').hqMap"
        ".project(f.geometry.coordinates); return p.x > 40 && p.y > 40 && p.x < b.width - 40"
        " && p.y < b.height - 40; }); })()"
    )
    until(page, middle)
    page.keyboard.press("Escape")
    page.wait_for_selector("#detail", state="hidden")


def test_a_dragged_map_shows_a_sheet_and_at_rest_its_own_pixels(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("fu"))
    layer = "document.getElementById('map').hqMap.getLayer('vessels').implementation"
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + 300, box["y"] + 250
    until(page, f"{layer}.sheet.box !== null && !{layer}.stale")
    drawn = page.evaluate(f"{layer}.sheet.view")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(x + 8 * step, y + 3 * step)
    until(page, f"{layer}.view().join() !== '{drawn}'")
    assert page.evaluate(f"{layer}.sheet.view") == drawn, "a short drag draws no vessel anew"
    assert page.evaluate(f"{layer}.sheet.covers({layer}.view(), {layer}.map.getZoom())")
    page.mouse.up()
    until(page, f"{layer}.sheet.fits({layer}.view(), {layer}.map.getZoom())")


def test_the_timeline_scrubs_the_map_and_the_queue(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("fu"))
    clock = page.inner_text("#clock b")
    box = page.locator("#time-box").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.52, box["y"] + 60)
    until(page, f"document.querySelector('#clock b').innerText !== '{clock}'")
    until(page, "document.querySelectorAll('#queue-list .q').length < 6")
    assert page.eval_on_selector("#clock", "e => e.classList.contains('replay')")
    at = page.get_attribute("#time-box", "aria-valuenow")
    page.focus("#time-box")
    page.keyboard.press("ArrowRight")
    assert int(page.get_attribute("#time-box", "aria-valuenow")) > int(at)
    page.click("#play")
    until(page, f"Number(document.querySelector('#time-box').getAttribute('aria-valuenow')) > {at} + 600")
    page.click("#play")
    page.keyboard.press("0")
    until(page, f"document.querySelector('#clock b').innerText === '{clock}'")


def test_an_alert_raised_elsewhere_appears_without_reload(
    open_as: Callable[..., Any], console: Console
) -> None:
    page = ready(open_as("fu"))
    page.evaluate("window.sameDocument = true")
    before = len(rows(page))
    event = plant.event(
        "loitering", 412900020, 22.0, 3.0, 19.5, 111.3, 2, plant.reasons(("loiter_hours", 3.3, 1.0, "h", "t"))
    )
    event["t0"], event["t1"] = event["t0"].isoformat(), event["t1"].isoformat()
    console.raise_alerts(event)
    until(page, f"document.querySelectorAll('#queue-list .q').length === {before + 1}")
    assert page.evaluate("window.sameDocument")
    assert any("Slow for 3.3 h" in text for text in rows(page))


def test_theme_and_language_stay(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("fu"))
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("[data-theme-switch]")
    assert page.get_attribute("html", "data-theme") == "light"
    page.click(".bar button:has-text('中文')")
    ready(page)
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.get_attribute("html", "data-theme") == "light"
    assert "待办" in page.inner_text(".queue")


@pytest.mark.parametrize(("width", "height"), [(1024, 640), (1366, 768), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_is_cut_off(open_as: Callable[..., Any], width: int, height: int, language: str) -> None:
    page = open_as("all", language, width, height)
    for path in ("/", "/alerts/", "/orders/", "/zones/", "/audit/", "/help/"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide"
        person = page.locator(".bar button[popovertarget=person-menu]").bounding_box()
        assert person["x"] + person["width"] <= width


def test_of_many_alerts_the_first_tier_shows_and_the_others_are_folded(
    open_as: Callable[..., Any], console: Console
) -> None:
    why = plant.reasons(("near_coast_speed", 31.0, 25.0, "kn", "t"))
    many = [
        plant.event("fast_near_coast", 412950000 + n, 20.0 + n / 100, 0.5, 19.5, 111.3, 3, why)
        for n in range(30)
    ]
    console.raise_alerts(*many)
    page = ready(open_as("fu"))
    heads = page.eval_on_selector_all("#queue-list .q-group", "els => els.map(e => e.innerText)")
    assert any(h.startswith("First") and h.endswith("20") for h in heads)
    assert len([t for t in rows(page) if not t.startswith("Distress")]) == 20
    second = page.locator("#queue-list .q-group button:has-text('Second tier')")
    assert second.get_attribute("aria-expanded") == "false"
    for _ in range(25):
        page.keyboard.press("j")  # stays within what is shown
    assert page.locator("#queue-list .q[aria-selected=true]").count() == 1
    second.click()
    until(page, "document.querySelectorAll('#queue-list .q').length > 30")


def test_day_of_the_plant() -> None:
    assert timedelta(hours=24) == plant.T1 - plant.T0
