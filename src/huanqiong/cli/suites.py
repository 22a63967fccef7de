"""`hq test`: the suites of a checkout. Whatever they need beyond the environment is named, never assumed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.cli.cluster import binaries, cluster, owner
from huanqiong.cli.serve import interrupted
from huanqiong.cli.warm import warm
from huanqiong.core.errors import MissingError, UsageError

SUITES = {
    "unit": "not browser and not faults and not real and not pg and not spark",
    "browser": "browser",
    "faults": "faults",
    "real": "real",
    "pg": "not browser and not faults and not real and not spark",
    "all": "not pg and not spark",
    "alone": "(browser or faults or real) and not pg and not spark",
}
ON_RECORDS = ("tests/desk", "tests/console", "tests/flows", "tests/journeys", "tests/pg")
"""What stands on records: one body of tests for both databases."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium the browser tests drive: `$HUANQIONG_CHROMIUM`, or the first found on the path."""
    named = os.environ.get("HUANQIONG_CHROMIUM")
    return named or next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def run_suite(
    suite: Annotated[str, typer.Argument(help="unit, browser, pg, faults, real or all")] = "all",
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
    also_pg = suite == "all" and _has_postgresql()
    warm()
    os.environ["HUANQIONG_CHROMIUM"] = found or ""
    os.chdir(root)
    with interrupted():
        if suite == "pg":
            status = _over_postgresql(rest)
        elif suite == "all" and not rest:
            # What needs nothing of its own goes side by side; browsers, real sets and faults go alone.
            status = _pytest("unit", ["-n", "2"])
            status = _pytest("alone", None) or status
        else:
            status = _pytest(suite, rest)
        if also_pg:
            ui.say("hq test: the same desk, console and flow tests over PostgreSQL")
            # What was asked of the first run alone (a path, say) may not exist in the second.
            status = _over_postgresql(None) or status
    raise SystemExit(status)


def _has_postgresql() -> bool:
    if binaries():
        return True
    if os.environ.get("HUANQIONG_REQUIRE_PG") == "1":
        raise MissingError(
            "PostgreSQL is required for the tests and was not found: apt install postgresql-15"
        )
    ui.say("hq test: no PostgreSQL found, so its tests will NOT run (apt install postgresql-15)")
    return False


def _pytest(suite: str, rest: list[str] | None, *paths: str) -> int:
    command = [sys.executable, "-m", "pytest", "-m", SUITES[suite], *(rest or []), *paths]
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)  # pytest names what it was at, and its fixtures end
        return process.wait()


def _over_postgresql(rest: list[str] | None) -> int:
    """The records' tests over a server of their own, which ends with them."""
    if (user := owner()) is not None:
        ui.say(f"hq test: PostgreSQL does not run as root; its server runs as the user {user}")
    asked = [r for r in rest or [] if not r.startswith("-") and Path(r.split("::")[0]).exists()]
    parallel = [] if rest else ["-n", "2"]
    with cluster() as server:
        os.environ["HUANQIONG_DATABASE"] = server.database("hq_{store}")
        return _pytest("pg", [*parallel, *(rest or [])], *([] if asked else ON_RECORDS))
