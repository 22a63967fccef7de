"""A clerk's morning in a real browser: out and in, without a network, and nothing lost or doubled."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready, until
from shore_plant import plant_shore

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ENTRIES = """
import django, json
django.setup()
from huanqiong.desk.registry.models import SailingEntry
rows = SailingEntry.objects.order_by("at", "id").select_related("by")
print(json.dumps([[e.kind, e.name, e.crew, e.by.username, e.void] for e in rows]))
"""
END = """
import sys, django
django.setup()
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
acts.end_all_sessions(sys.argv[1], by=OPERATOR)
"""
FORGET = """
import django
django.setup()
from huanqiong.desk.registry.models import SailingEntry
SailingEntry.objects.all().delete()
"""
SENT = "document.querySelector('#sent').innerText"


@pytest.fixture(scope="module")
def shore(console: Console) -> Console:
    plant_shore(console)
    return console


@pytest.fixture(autouse=True)
def empty_log(shore: Console) -> None:
    shore.python(FORGET)


def logged(shore: Console) -> list[list[Any]]:
    return json.loads(shore.python(ENTRIES))


def arrive(shore: Console, n: int) -> list[list[Any]]:
    """The log when it holds n entries."""
    end = time.monotonic() + 60
    while len(rows := logged(shore)) != n:
        assert time.monotonic() < end, rows
        time.sleep(0.2)
    return rows


def at_station(page: Any, shore: Console) -> Any:
    """The page with its station chosen, kept on the device."""
    page.goto(f"{shore.url}/station/")
    ready(page)
    if page.is_visible("#choose"):
        page.select_option("#choose", "vms-tanmen")
    page.wait_for_selector(".hit")
    until(page, "document.querySelector('#kept').textContent.startsWith('Opens without a network.')")
    return page


def leaves(page: Any, number: str, *crew: str) -> None:
    page.fill("#q", number)
    page.press("#q", "Enter")
    for name in crew:
        page.fill(".crew-add", name)
        page.press(".crew-add", "Enter")
    page.click("#leaving button[type=submit]")


def returns(page: Any, number: str) -> None:
    page.click(f"#out li[data-boat$='{number}'] .back")


def test_a_morning_without_a_network_arrives_once(open_as: Callable[..., Any], shore: Console) -> None:
    page = open_as("mei", width=390, height=844)
    at_station(page, shore)
    leaves(page, "90001", "李大海", "王二")
    leaves(page, "90002")
    arrive(shore, 2)
    page.context.set_offline(True)
    page.reload()
    ready(page)
    leaves(page, "qqhy90003", "符三")
    leaves(page, "90004")
    leaves(page, "琼琼海渔88888")
    returns(page, "90001")
    returns(page, "90002")
    until(page, f"{SENT} === '5 not sent yet'")
    page.reload()
    ready(page)
    until(page, f"{SENT} === '5 not sent yet'")
    out = page.locator("#out li b").all_inner_texts()
    assert out == ["琼琼海渔90003", "琼琼海渔90004", "琼琼海渔88888"]
    # Her crew of this morning stands ready on the device, before anything was sent.
    page.fill("#q", "90001")
    page.press("#q", "Enter")
    assert page.locator("#leaving .person").all_inner_texts() == ["李大海", "王二"]
    page.click("#leaving header button")
    assert len(logged(shore)) == 2
    page.context.set_offline(False)
    rows = arrive(shore, 7)
    until(page, f"{SENT} === 'all sent'")
    assert sorted(name[-5:] for kind, name, *_ in rows if kind == "departure") == [
        "88888", "90001", "90002", "90003", "90004",
    ]  # fmt: skip
    assert sorted(name[-5:] for kind, name, *_ in rows if kind == "return") == ["90001", "90002"]
    assert next(crew for kind, name, crew, *_ in rows if name.endswith("90003")) == ["符三"]
    page.wait_for_timeout(6000)  # longer than the page waits before it sends again
    assert len(logged(shore)) == 7


def test_two_devices_log_one_return_and_both_are_kept(open_as: Callable[..., Any], shore: Console) -> None:
    mei, bo = open_as("mei", width=390, height=844), open_as("bo")
    at_station(mei, shore)
    leaves(mei, "90005")
    arrive(shore, 1)
    at_station(bo, shore)
    mei.context.set_offline(True)
    returns(mei, "90005")
    returns(bo, "90005")
    arrive(shore, 2)
    mei.context.set_offline(False)
    rows = arrive(shore, 3)
    assert sorted(r[3] for r in rows if r[0] == "return") == ["bo", "mei"]
    until(mei, "document.querySelector('#done').innerText.includes('logged twice: both are kept')")


def test_a_session_that_ended_loses_nothing(open_as: Callable[..., Any], shore: Console) -> None:
    page = open_as("mei", width=390, height=844)
    at_station(page, shore)
    page.context.set_offline(True)
    leaves(page, "90006")
    shore.python(END, "mei")
    page.context.set_offline(False)
    page.wait_for_selector("text=Sign in to send")
    assert page.url.endswith("/station/")
    leaves(page, "90007")
    until(page, f"{SENT} === '2 not sent yet'")
    assert logged(shore) == []
    page.goto(shore.login_url("mei"))
    ready(page)
    arrive(shore, 2)
    until(page, f"{SENT} === 'all sent'")


def test_a_mistake_is_taken_back_before_and_after_it_was_sent(
    open_as: Callable[..., Any], shore: Console
) -> None:
    page = open_as("mei")
    at_station(page, shore)
    leaves(page, "90008")
    arrive(shore, 1)
    until(page, f"{SENT} === 'all sent'")
    page.click("#done li button")
    rows = arrive(shore, 2)
    assert [r[4] for r in rows] == [False, True]
    until(page, "document.querySelectorAll('#out .trip').length === 0")
    page.context.set_offline(True)
    leaves(page, "90009")
    page.click("#done li button")
    until(page, "document.querySelectorAll('#out .trip').length === 0")
    page.context.set_offline(False)
    until(page, f"{SENT} === 'all sent'")
    assert len(logged(shore)) == 2


def test_signing_out_clears_the_device_but_for_what_was_not_sent(
    open_as: Callable[..., Any], shore: Console
) -> None:
    page = open_as("mei", width=390, height=844)
    at_station(page, shore)
    page.context.set_offline(True)
    leaves(page, "90010")
    page.context.route("**/api/shore/sailings", lambda route: route.abort("internetdisconnected"))
    page.context.set_offline(False)
    page.click("#where")
    page.click("#leave button")
    page.wait_for_url("**/sign-in/**")
    kept = "async () => [Object.keys(localStorage).filter((k) => k.startsWith('hq.station')), "
    kept += "await caches.keys()]"
    assert page.evaluate(kept) == [[], []]
    assert "90010" in page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('hq.unsent')).join()"
    )
    page.context.unroute("**/api/shore/sailings")
    page.goto(shore.login_url("mei"))
    ready(page)
    arrive(shore, 1)
    at_station(page, shore)


def test_the_worker_keeps_the_page_and_nothing_of_the_records(
    open_as: Callable[..., Any], shore: Console
) -> None:
    page = open_as("mei", width=390, height=844)
    at_station(page, shore)
    paths = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (n) => "
        "(await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname)))).flat()"
    )
    assert "/station/" in paths
    assert all(p == "/station/" or p.startswith(("/static/", "/jsi18n/")) for p in paths)
    page.context.set_offline(True)
    page.goto(f"{shore.url}/station/")
    ready(page)
    assert page.locator(".hit").count() == 8


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_it_fits_its_screen(
    open_as: Callable[..., Any], shore: Console, language: str, width: int, height: int
) -> None:
    page = open_as("mei", language=language, width=width, height=height)
    page.goto(f"{shore.url}/station/")
    ready(page)
    page.select_option("#choose", "vms-tanmen")
    page.wait_for_selector(".hit")
    leaves(page, "90011", "欧阳建国大海", "符二")
    page.wait_for_selector("#out .trip")
    page.fill("#q", "90012")
    page.press("#q", "Enter")
    page.wait_for_selector("#leaving .huge")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        "[...document.querySelectorAll('.station button, .station .choice span')].filter((b) => "
        "b.offsetParent && (b.scrollWidth > b.clientWidth + 1)).map((b) => b.innerText)"
    )
    assert small == []
