"""`hq evidence`: an alert as a file that stands on its own, and its check on any machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from huanqiong.flows.evidence.opening import Check

NOT_STATED = "not stated (from this machine's command line)"
MARKS = {"ok": "✓", "note": "!", "fail": "✗"}


def export(
    alert: Annotated[str, typer.Argument(help="the alert's number, as the console shows it")],
    out: Annotated[Path, typer.Option("-o", "--out", help="the bundle, a ZIP")],
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="what it is for; goes into the bundle and the log")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", help="the store, where there are several")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Writes all that an alert rests on into one signed file; logs that it was handed out, and for what.

    It holds the ship's own rows and raw bytes, every version of every verdict, rules and geography; of other
    ships only how many were heard. Exit 1: nothing written.
    """
    number = alert.removeprefix("№").removeprefix("#").strip()
    if not (number.isascii() and number.isdigit()):
        raise UsageError(f"{alert!r} is no alert's number: give it as the console shows it, e.g. 12.")
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    if purpose is None and sys.stdin.isatty():
        purpose = typer.prompt("Purpose / 用途", err=True)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.evidence.export import export_file

    with ui.progress() as report:
        done = export_file(
            opened,
            int(number),
            out,
            by=OPERATOR,
            purpose=NOT_STATED if purpose is None else purpose,
            progress=report,
        )
    for verdict, why in sorted(done.why.items()):
        ui.say(f"verdict {verdict} is not reproducible: {why}")
    if done.not_read:
        ui.say(f"{done.not_read:,} of {done.rows:,} rows cannot be read again from raw bytes")
    if as_json:
        ui.emit_json(
            out=str(out),
            alert=int(number),
            store=opened.name,
            verdicts=done.verdicts,
            reproduced=done.reproduced,
            rows=done.rows,
            not_read=done.not_read,
            bytes=out.stat().st_size,
        )
    drill = "演练 DRILL: " if opened.is_drill else ""
    ui.say(
        f"{drill}alert {number} of store {opened.name} in {out}: {out.stat().st_size:,} bytes, "
        f"{done.rows:,} rows, {done.reproduced} of {done.verdicts} verdicts reproduced byte for byte"
    )


def verify(
    file: Annotated[Path, typer.Argument(help="the bundle")],
    key: Annotated[
        Path | None, typer.Option("--key", help="the store's public key, from a source you trust")
    ] = None,
    raw: Annotated[
        list[Path] | None, typer.Option("--raw", help="an original raw file to compare with; may be repeated")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="the store's exported audit log; needs --key")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="what is only noted counts as failed")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a check")] = False,
) -> None:
    """Checks a bundle: bytes, signature, log entries, raw bytes read again, verdicts computed again.

    Needs no store, database or network. Exit 0: it holds; 1: it does not, or is no bundle; 2: wrong usage.
    """
    if log is not None and key is None:
        raise UsageError("--log needs --key: a log is only as good as the key that signed it.")
    _first_time()
    from huanqiong.flows.evidence import verify as flow

    public = _key(key) if key is not None else None
    hashes = _log(log, public) if log is not None else None
    checks: list[Check] = []
    with ui.progress() as report:
        for check in flow.verify(file, key=public, raw=raw or [], log=hashes, progress=report):
            checks.append(check)
            if as_json:
                ui.emit_json(check=check.name, state=check.state, text=check.text)
    bad = {"fail", "note"} if strict else {"fail"}
    failed = [c for c in checks if c.state in bad]
    if as_json:
        ui.emit_json(valid=not failed, checks=len(checks), failed=len(failed))
    else:
        _show(checks)
    if failed:
        raise IntegrityError(f"{file} does not hold: {failed[0].name}: {failed[0].text}")
    if not as_json:
        ui.answer(f"valid: {file}")


def _first_time() -> None:
    """Says why it takes so long where no kernel was compiled yet."""
    from huanqiong.cli.warm import cache_directory

    if os.environ.get("NUMBA_CACHE_DIR") == str(cache_directory()) and not cache_directory().exists():
        ui.say("the detectors are compiled once on this machine: this may take a minute or two")


def _show(checks: list[Check]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"ok": "green", "note": "yellow", "fail": "red bold"}
    table = Table(box=None, show_header=False, pad_edge=False)
    for column in ("", "check"):
        table.add_column(column, no_wrap=True)
    table.add_column("what", overflow="fold")
    for c in checks:
        table.add_row(Text(MARKS[c.state], colours[c.state]), c.name, Text(c.text))
    Console(width=None if sys.stdout.isatty() else 110).print(table)


def _key(path: Path):  # type: ignore[no-untyped-def]
    from huanqiong.desk.trust.suites import read_verify_key

    return read_verify_key(ui.read(path))


def _log(path: Path, key) -> dict[str, str]:  # type: ignore[no-untyped-def]
    import json

    from huanqiong.desk.trust import log as trust_log

    lines = ui.read(path).splitlines()
    trust_log.verify(lines, key)
    rows = (json.loads(line) for line in lines)
    return {str(r["seq"]): r["leaf"] for r in rows if "seq" in r}
