"""Evidence leaves through the page: who may sees the button, says what for, and gets a file that holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_waits import ready

from huanqiong.flows.evidence.verify import verify

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
BUTTON = "#detail button:has-text('导出证据')"


def test_a_supervisor_exports_and_the_file_holds(open_as: Callable[..., Any], tmp_path: Path) -> None:
    page = ready(open_as("zhou", "zh-hans"))
    page.click("#queue-list .q:has-text('海上会遇')")
    page.click(BUTTON)
    page.wait_for_selector("dialog[open] input[name=purpose]")
    page.keyboard.press("Control+Enter")
    assert page.query_selector("dialog[open]"), "an export without a purpose is not sent"
    page.keyboard.type("琼检调取 2026-17")
    with page.expect_download(timeout=200_000) as coming:
        page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    assert coming.value.suggested_filename.startswith("DRILL-evidence-")
    file = tmp_path / "evidence.zip"
    coming.value.save_as(file)
    checks = list(verify(file))
    assert [c.text for c in checks if c.state == "fail"] == []
    assert any("琼检调取 2026-17" in c.text for c in checks)


def test_who_may_not_has_no_button(open_as: Callable[..., Any]) -> None:
    page = ready(open_as("lin", "zh-hans"))
    page.click("#queue-list .q:has-text('海上会遇')")
    page.wait_for_selector("#detail .facts")
    assert page.query_selector(BUTTON) is None
