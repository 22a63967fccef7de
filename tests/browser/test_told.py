"""Escalation in a browser: whoever is told sees it on every page, answers, and it is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from live_console import Console

pytestmark = pytest.mark.browser

# The planted alerts waited an hour: the clock of the act says so.
CLIMB = """
import sys, django
from datetime import timedelta
django.setup()
from huanqiong.desk.trust import act, reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.clock import now
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.chain import bundled_chain
here = reads.person("zhou")
acts.begin_shift(by=here)
late = now() + timedelta(hours=1)
act.now = lambda: late
print(len(acts.climb(bundled_chain(), {here.pk: 1}, by=SYSTEM)))
"""


@pytest.mark.parametrize(("language", "width"), [("en", 1366), ("zh-hans", 390)])
def test_who_is_told_sees_it_on_every_page_and_answers(
    open_as: Callable[..., Any], console: Console, language: str, width: int
) -> None:
    page = open_as("zhou", language, width, 844)
    page.goto(f"{console.url}/duty/")
    notice = page.locator("#told")
    if language == "en":
        assert not notice.is_visible()
        assert int(console.python(CLIMB)) > 1
    notice.wait_for(state="visible")
    mine = f"{console.url}/api/escalations?mine=true"

    def waits() -> set[tuple[str, int]]:
        return {(e["of"], e["alert_id"]) for e in page.context.request.get(mine).json()}

    before = waits()
    page.goto(f"{console.url}/escalations/")
    box = page.locator("main").bounding_box()
    assert box["x"] + box["width"] <= width
    notice.wait_for(state="visible")
    assert page.locator("[data-step-seen]").count()
    notice.locator("button").click()
    if page.locator("dialog[open]").count():  # the newest asks for a call
        page.locator("dialog [name=name]").fill("王")
        page.locator("dialog button[type=submit]").click()
    for _ in range(100):
        if len(waits()) == len(before) - 1:
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError("the answer never came to the desk")
