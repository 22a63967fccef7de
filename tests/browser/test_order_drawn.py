"""An order in a real browser: one sheet of paper whatever it says, a receipt that outlives the network."""

from __future__ import annotations

import re
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
    with page.expect_navigation():  # what the network brought is read again
        page.context.set_offline(False)
    ready(page)
    until(page, "document.body.innerText.includes('Wu Hai') && !document.querySelector('#unsent li')")
    assert page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('hq.unsent')).every(([, v]) => v === '[]')"
    )
    row = page.evaluate(f"fetch('/api/orders').then(r => r.json()).then(o => o.find(x => x.id === {order}))")
    assert (row["state"], row["acknowledged_name"]) == ("acknowledged", "Wu Hai")
