"""`hq test`: the suites of a checkout. Whatever they need beyond the environment is named, never assumed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.cli.warm import warm
from huanqiong.core.errors import MissingError, UsageError

SUITES = {
    "unit": "not browser and not faults and not real and not pg and not spark",
    "browser": "browser",
    "faults": "faults",
    "real": "real",
    "all": "not pg and not spark",
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium the browser tests drive: `$HUANQIONG_CHROMIUM`, or the first found on the path."""
    named = os.environ.get("HUANQIONG_CHROMIUM")
    return named or next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def run_suite(
    suite: Annotated[str, typer.Argument(help="unit, browser, faults, real or all")] = "all",
    rest: Annotated[list[str] | None, typer.Argument(help="passed on to pytest")] = None,
) -> None:
    """Runs the tests of a checkout (all of them by default)."""
    root = os.environ.get("HUANQIONG_CHECKOUT")
    if not root or not (Path(root) / "tests").is_dir():
        raise MissingError("The tests lie in a checkout: clone the project and run ./hq test there.")
    if suite not in SUITES:
        raise UsageError(f"There is no suite {suite!r}: {', '.join(SUITES)}")
    found = chromium()
    if suite in ("browser", "all") and not found:
        if os.environ.get("HUANQIONG_REQUIRE_BROWSER") == "1":
            raise MissingError("Browser tests are required and no Chromium was found: apt install chromium")
        ui.say("hq test: no Chromium found, so the browser tests will NOT run (apt install chromium)")
    warm()
    os.environ["HUANQIONG_CHROMIUM"] = found or ""
    os.chdir(root)
    arguments = [sys.executable, "-m", "pytest", "-m", SUITES[suite], *(rest or [])]
    os.execv(sys.executable, arguments)
