"""Whom to check on a phone: the zone one is sent to, who is near, nothing beyond the screen's edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console
from page_waits import ready

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_i_am_sent_to_this_zone(
    open_as: Callable[..., Any], console: Console, language: str, width: int, height: int
) -> None:
    page = open_as("lin", language=language, width=width, height=height)
    page.goto(f"{console.url}/check/")
    everyone = page.locator(".check-list > li").count()
    assert everyone > 40
    page.select_option("[name=zone]", index=1)
    page.select_option("[name=unit]", "vms-qinglan")
    page.click(".check-ask button")
    page.wait_for_url("**unit=vms-qinglan**")
    near = page.locator(".check-list > li")
    assert 0 < near.count() < everyone
    first = near.first.inner_text()
    assert "412900012" in first
    assert ("inside" if language == "en" else "在区域内") in first
    box = near.first.bounding_box()
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".check-list > li a >> nth=0")
    page.wait_for_url("**/vessels/412900012/")
    ready(page)
