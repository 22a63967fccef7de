"""A real Chromium before a real console."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "console"))

from find_chromium import FLAGS, chromium
from live_console import Console, serve

EXPECTED = re.compile(r"status of 4|net::ERR_INTERNET_DISCONNECTED")
"""What a browser logs of a refusal, and of a network that a test took away."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; without one the tests skip, or fail where `$HUANQIONG_REQUIRE_BROWSER` is 1."""
    path = chromium()
    if path is None:
        text = "no Chromium was found: install one, or set HUANQIONG_CHROMIUM"
        if os.environ.get("HUANQIONG_REQUIRE_BROWSER") == "1":
            pytest.fail(text)
        pytest.skip(text)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        started = p.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console over a store of the module's own."""
    with serve(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture
def open_as(browser: Any, console: Console) -> Iterator[Callable[..., Any]]:
    """open_as("lin") is a page signed in by one-time URL; what the page logs as an error fails the test."""
    contexts: list[Any] = []
    problems: list[str] = []

    def make(username: str, language: str = "en", width: int = 1366, height: int = 768) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "hq_lang", "value": language, "url": console.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda m: problems.append(m.text) if m.type == "error" and not EXPECTED.search(m.text) else None,
        )
        page.goto(console.login_url(username))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, problems
