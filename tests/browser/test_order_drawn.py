"""An order in a real browser: one sheet of paper whatever it says, a receipt that outlives the network."""

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
from huanqiong.desk.trust import reads
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
lin = reads.person("lin")
alert = next(a for a in access_queue(lin) if a.kind == "gap").id
print(acts.order(alert, "hp-46012", TEXT, datetime(2099, 1, 1, tzinfo=UTC), by=lin))
"""


def given(console: Console, text: str) -> int:
    return int(console.python(GIVE.replace("TEXT", repr(text))))


def told(page: Any, console: Console, order: int) -> Any:
    """What the server says of an order."""
    rows = page.context.request.get(f"{console.url}/api/orders").json()
    return next(x for x in rows if x["id"] == order)


@pytest.mark.parametrize("text", ["Look.", "前往核查，登临检查，注意随行船只。" * 60])
def test_it_prints_on_one_sheet(open_as: Callable[..., Any], console: Console, text: str) -> None:
    page = open_as("lin")
    page.goto(f"{console.url}/orders/{given(console, text)}/")
    ready(page)
    paper = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_a_receipt_waits_for_the_network(open_as: Callable[..., Any], console: Console) -> None:
    order = given(console, "Look.")
    page = open_as("lin")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{console.url}/orders/{order}/")
    ready(page)
    page.context.set_offline(True)
    page.fill("#received [name=name]", "Wu Hai")
    page.click("#received button")
    until(page, "document.querySelector('#unsent').innerText.includes('Not sent yet')")
    assert page.is_disabled("#received button")
    page.context.set_offline(False)
    # The page reads itself again, for the answer and for the news: the server is asked, another page looks.
    end = time.monotonic() + 30
    while (row := told(page, console, order))["state"] != "acknowledged":
        assert time.monotonic() < end, row
        page.wait_for_timeout(100)
    assert row["acknowledged_name"] == "Wu Hai"
    calm = page.context.new_page()
    calm.goto(f"{console.url}/orders/{order}/")
    ready(calm)
    assert "Wu Hai" in calm.inner_text("body")
    kept = "Object.entries(localStorage).filter(([k]) => k.startsWith('hq.unsent')).map(([, v]) => v)"
    assert calm.evaluate(kept) in ([], ["[]"])
