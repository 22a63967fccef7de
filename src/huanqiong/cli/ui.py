"""What every command shares: progress on stderr, answers on stdout, errors as one plain message.

`--json` prints one JSON object per line on stdout and nothing else there; progress and logs go to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from huanqiong.core.errors import HuanqiongError, InputError

if TYPE_CHECKING:
    from rich.progress import TaskID

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total); total 0 means not known."""


def say(text: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """A line of the answer, on stdout."""
    sys.stdout.write(text + "\n")


def emit_json(**values: Any) -> None:
    """One JSON object on a line of stdout."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")


def set_aside(count: int, where: str | None = None) -> None:
    """Says how many rows or sentences could not be used, and where they lie."""
    if count:
        say(f"{count:,} set aside" + (f", listed in {where}" if where else ""))


@contextmanager
def progress(title: str = "") -> Iterator[Progress]:
    """A bar per stage on stderr; on a stderr that is no terminal, a line when each stage ends."""
    if not sys.stderr.isatty():
        yield _plain(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report


def _plain(title: str) -> Progress:
    ended: set[str] = set()

    def report(stage: str, done: int, total: int) -> None:
        if total and done >= total and stage not in ended:
            ended.add(stage)
            say(f"{title + ': ' if title else ''}{stage} {done:,}")

    return report


def read(path: Path) -> bytes:
    """A file that the person named. InputError: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as e:
        raise InputError(
            e.strerror or str(e), where=str(path), remedy="Give a file that can be read"
        ) from None


def fail(error: HuanqiongError) -> NoReturn:
    """Prints the error's one message and leaves with its exit status."""
    say(f"hq: {error}")
    raise SystemExit(error.exit_code)
