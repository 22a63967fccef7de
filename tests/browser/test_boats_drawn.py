"""The register's pages in a real browser: they fit, and lead from the list to the boat and her people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready
from shore_plant import plant_shore

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def shore(console: Console) -> Console:
    plant_shore(console)
    return console


def test_from_the_list_to_a_boat_and_her_owner(open_as: Callable[..., Any], shore: Console) -> None:
    page = open_as("lin")
    page.goto(f"{shore.url}/stations/")
    page.click("a[href='/boats/?station=vms-tanmen']")
    assert page.locator("main tbody tr").count() == 12
    page.fill("main [name=q]", "90001")
    page.click("main form.filters button")
    page.click("tbody a")
    page.wait_for_selector("text=423001")
    assert "船主1" not in page.inner_text("main")
    page.click("text=Owner and crews")
    page.click("text=Handling an alert on duty")
    page.click("main form button:has-text('Open')")
    page.wait_for_selector("text=船主1")


@pytest.mark.parametrize("path", ["/boats/", "/stations/", "/boats/?q=90001"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_pages_fit(open_as: Callable[..., Any], shore: Console, path: str, width: int, height: int) -> None:
    page = open_as("mei", width=width, height=height)
    page.goto(f"{shore.url}{path}")
    page.wait_for_selector("main tbody tr")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= width
    if path.endswith("90001"):
        page.click("tbody a")
        page.wait_for_selector("text=423001")
        assert page.evaluate("document.querySelector('main').scrollWidth") <= width


def test_a_clerk_begins_at_the_station(open_as: Callable[..., Any], shore: Console) -> None:
    page = open_as("mei", width=390, height=844)
    ready(page)
    assert page.url == f"{shore.url}/station/"
