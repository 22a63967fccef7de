"""The bar of every page in a real browser: pages that do not fit are one click away, never cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "folds"), [(1280, True), (2560, False)])
def test_pages_that_do_not_fit_are_in_the_menu(open_as: Callable[..., Any], width: int, folds: bool) -> None:
    page = open_as("all", "en", width, 800)
    page.wait_for_function("document.querySelector('.nav a')")
    more = page.locator(".bar .more")
    names = page.locator(".nav a").all_text_contents()
    folded = page.locator(".nav a.folded").count()
    assert more.is_visible() == folds
    assert bool(folded) == folds
    for link in page.locator(".nav a:not(.folded)").all():
        box, bar = link.bounding_box(), page.locator(".nav").bounding_box()
        assert box["x"] + box["width"] <= bar["x"] + bar["width"] + 1
    if not folds:
        return
    more.click()
    assert page.locator("#page-menu a").all_text_contents() == names
    last = page.locator("#page-menu a").last
    target = last.get_attribute("href")
    last.click()
    page.wait_for_url(f"**{target}")
    assert page.locator(".bar .more.here").is_visible()
    assert page.locator("#page-menu [aria-current=page]").get_attribute("href") == target
