"""A boarding record on a phone: all that lacks at once, typed without a network, filed when it is back."""

from __future__ import annotations

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
from huanqiong.desk.trust import reads
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
lin = reads.person("lin")
alert = next(a for a in access_queue(lin) if a.kind == "gap").id
print(acts.order(alert, "hp-46012", "Board", datetime(2026, 11, 23, tzinfo=UTC), by=lin))
"""
TYPED = {
    "began": "0130", "ended": "0215", "agency": "海警", "flag": "cn", "aboard": "3", "papers": "complete",
    "searched": "hold", "found": "12 packets", "for_crew": "the master opened it", "recording": "REC-7",
    "present": "the master", "clock_offset_s": "-0.8", "clock_at": "0100",
}  # fmt: skip


def filed(page: Any, console: Console, order: int) -> list[Any]:
    """What the server has."""
    return list(page.context.request.get(f"{console.url}/api/orders/{order}/boarding").json())


def test_a_hit_typed_without_a_network_is_filed_once_it_is_back(
    open_as: Callable[..., Any], console: Console
) -> None:
    order = int(console.python(GIVE))
    page = open_as("lin", width=390, height=844)
    page.goto(f"{console.url}/orders/{order}/")
    ready(page)
    page.click("#outcome label:has([value=hit])")
    page.click("#outcome button")
    page.wait_for_url("**/boarding/?result=hit")
    ready(page)
    page.click("#file")
    said = page.inner_text("#missing")
    for part in (
        "Two officers",
        "Legal basis",
        "What speaks for the crew",
        "Number of the recording",
        "Agency",
    ):
        assert part in said, part
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.set_offline(True)
    for name, value in TYPED.items():
        page.fill(f"#boarding [name={name}]", value)
    page.click("#her-fix")
    page.click("[data-basis]")
    for n, (name, badge) in enumerate((("Wang Hai", "B1001"), ("Li Lan", "B1002"))):
        page.fill(f".officer:nth-child({n + 1}) [data-part=name]", name)
        page.fill(f".officer:nth-child({n + 1}) [data-part=badge]", badge)
    page.click("#file")
    until(page, "document.querySelector('#unsent').innerText.includes('Not sent yet')")
    assert page.is_disabled("#file")
    page.context.set_offline(False)
    end = time.monotonic() + 40
    while not (rows := filed(page, console, order)):
        assert time.monotonic() < end
        page.wait_for_timeout(200)
    [row] = rows
    assert (row["result"], row["flag"], [o["badge"] for o in row["officers"]]) == (
        "hit",
        "CN",
        ["B1001", "B1002"],
    )
    assert row["clock_offset_s"] == -0.8
    assert row["waters"]["why"] == "no_layer"
    calm = page.context.new_page()
    calm.goto(f"{console.url}/orders/{order}/boarding/")
    ready(calm)
    assert "the master opened it" in calm.inner_text(".record-sheet")
    kept = "Object.keys(localStorage).filter((k) => k.startsWith('hq.draft')).length"
    until(calm, f"{kept} === 0")


def test_a_draft_outlives_a_reload(open_as: Callable[..., Any], console: Console) -> None:
    order = int(console.python(GIVE))
    page = open_as("lin", width=390, height=844)
    page.goto(f"{console.url}/orders/{order}/boarding/?result=no_hit")
    ready(page)
    page.fill("#boarding [name=searched]", "engine room")
    page.fill(".officer [data-part=name]", "Wang Hai")
    again = page.context.new_page()
    again.goto(f"{console.url}/orders/{order}/boarding/")
    ready(again)
    assert again.input_value("#boarding [name=searched]") == "engine room"
    assert again.input_value(".officer [data-part=name] >> nth=0") == "Wang Hai"
    assert again.is_checked("[name=result][value=no_hit]")
