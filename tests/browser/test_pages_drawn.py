"""The other pages in a real browser: zones drawn, a vessel's plots, live search, the lost connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plant
import pytest
from live_console import Console
from page_waits import ready, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def click_map(page: Any, lon: float, lat: float) -> None:
    """Clicks the map at a place."""
    x, y = page.evaluate(
        "([lon, lat]) => { const m = document.getElementById('map').hqMap; const p = m.project([lon, lat]);"
        " const r = m.getCanvas().getBoundingClientRect(); return [p.x + r.x, p.y + r.y]; }",
        [lon, lat],
    )
    page.mouse.click(x, y)


def test_a_zone_is_drawn_named_and_asked_who_passed(open_as: Callable[..., Any], console: Console) -> None:
    page = open_as("zhou")
    page.goto(f"{console.url}/zones/")
    ready(page)
    page.keyboard.press("n")
    for corner in ((110.95, 19.25), (111.55, 19.25), (111.55, 19.85)):
        click_map(page, *corner)
    page.keyboard.press("Backspace")
    click_map(page, 111.5, 19.9)
    click_map(page, 110.95, 19.9)
    assert page.inner_text("#draw-say") == "4 corners"
    page.keyboard.press("Enter")
    page.fill("#draw-form [name=name]", "Wenchang ground")
    page.keyboard.press("Enter")
    page.wait_for_selector("#zone-list li:has-text('Wenchang ground')")
    page.wait_for_selector("#visits a")
    assert "琼昌渔" in page.inner_text("#visits")
    with page.expect_download() as download:
        page.click("#visit-csv")
    assert download.value.suggested_filename.startswith("DRILL-zone-")
    page.click("#zone-list li:has-text('Wenchang ground') button")
    page.click(".toast button:has-text('Undo')")
    page.wait_for_selector("#zone-list li:has-text('Wenchang ground')")


def test_an_outline_that_crosses_itself_is_named_at_once(
    open_as: Callable[..., Any], console: Console
) -> None:
    page = open_as("zhou", "zh-hans")
    page.goto(f"{console.url}/zones/")
    ready(page)
    page.click("#draw")
    for corner in ((108.3, 18.3), (108.9, 18.9), (108.9, 18.3), (108.3, 18.9)):
        click_map(page, *corner)
    assert "自相交" in page.inner_text("#draw-error")
    page.fill("#draw-form [name=name]", "x")
    page.click("#draw-form button.primary")
    until(page, "document.querySelector('#draw-error').innerText.includes('请移动')")


def test_times_are_written_one_way(open_as: Callable[..., Any], console: Console) -> None:
    page = open_as("zhou")
    page.goto(f"{console.url}/zones/")
    ready(page)
    page.click("#zone-list li >> nth=0")
    page.wait_for_selector("#visits a")
    field = "#visit-form [name=t0]"
    assert page.input_value(field) == "2026-11-22 03:00", "the plant's first hour, in China"
    page.fill(field, "2026-02-30 10:00")
    assert not page.eval_on_selector(field, "e => e.checkValidity()"), "there is no such day"
    assert "China time" in page.eval_on_selector(field, "e => e.validationMessage")
    page.fill(field, "２０２６/11/22 9：05")
    page.keyboard.press("Tab")
    assert page.input_value(field) == "2026-11-22 09:05"
    page.focus(field)
    page.eval_on_selector(field, "e => e.setSelectionRange(12, 12)")
    page.keyboard.press("ArrowUp")
    assert page.input_value(field) == "2026-11-22 10:05"
    page.fill("#visit-form [name=t1]", "2026-11-22 10:05")
    page.click("#visit-form button")
    until(page, "document.querySelector('#visits').innerText.includes('before the start')")


def test_a_silence_is_lifted_on_its_page(open_as: Callable[..., Any], console: Console) -> None:
    cookie = console.sign_in("lin")
    alert = next(a for a in console.get("/api/alerts?state=open", cookie) if a["kind"] == "loitering")
    body = {"hours": 8, "kind": alert["kind"], "reason": "survey work"}
    console.post(f"/api/alerts/{alert['id']}/silence", cookie, body)
    page = open_as("lin")
    page.goto(f"{console.url}/orders/")
    row = page.locator("tr:has-text('survey work')")
    assert alert["vessel"] in row.inner_text()
    row.locator("[data-lift]").click()
    page.wait_for_selector("text=Nothing is silenced.")


def test_the_vessel_page_draws_track_and_plots(open_as: Callable[..., Any], console: Console) -> None:
    page = open_as("lin")
    page.goto(f"{console.url}/vessels/{plant.ALERTED['gap']}/")
    ready(page)
    page.wait_for_selector("#plot canvas")
    until(page, "document.querySelector('#track-say').innerText.includes('positions')")
    assert "Silent 3.5 h" in page.inner_text("main")
    painted = (
        "(() => { const c = document.querySelector('#plot canvas'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; return d.some((v, i) => i % 4 === 3 && v > 0); })()"
    )
    assert page.evaluate(painted)
    page.click("[data-event]")
    page.wait_for_selector("[data-event][aria-selected=true]")


def test_search_suggests_while_typing(open_as: Callable[..., Any], console: Console) -> None:
    page = open_as("lin")
    page.goto(f"{console.url}/help/")
    page.wait_for_selector("#find")
    until(page, "document.querySelector('#clock b').innerText !== '--:--:--'")
    page.keyboard.press("/")
    page.keyboard.type("东渔3100")
    page.wait_for_selector("#find-list a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vessels/4129000*/")


def test_a_lost_connection_is_said(open_as: Callable[..., Any], console: Console) -> None:
    page = ready(open_as("fu"))
    page.evaluate("dispatchEvent(new Event('offline'))")
    assert page.is_visible("#offline")
    page.evaluate("dispatchEvent(new Event('online'))")
    assert not page.is_visible("#offline")


def test_distress_is_shown_on_every_page(open_as: Callable[..., Any], console: Console) -> None:
    page = open_as("lin")
    page.goto(f"{console.url}/records/")
    page.wait_for_selector("#alarm:not([hidden])")
    page.click("#alarm a")
    ready(page)
    page.wait_for_selector("#detail >> text=SART ACTIVE")
