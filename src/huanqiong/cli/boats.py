"""`hq boats`: the register of boats and the stations that watch them, from lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import InputError

if TYPE_CHECKING:
    from huanqiong.flows.shore.lists import Entered

Store = Annotated[str | None, typer.Option("--store", help="the store, where there are several")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object")]
Strict = Annotated[bool, typer.Option("--strict", help="exit 1 where a row was set aside")]


def import_list(
    file: Annotated[Path, typer.Argument(help="a CSV, in UTF-8 or GB18030")],
    register: Annotated[str, typer.Option(help="whose list it is; default: the file's name")] = "",
    version: Annotated[str, typer.Option(help="its version or date; default: its content's hash")] = "",
    whole: Annotated[bool, typer.Option(help="boats that it no longer has have left the register")] = False,
    strict: Strict = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Enters a register of boats; again, it changes nothing. Rows set aside go to FILE.rejects.jsonl.

    Boats are found by their painted names, folded; columns by their names, see docs/boats.md. Exit 1: no row
    could be used.
    """
    from huanqiong.cli.django import open_records

    content = ui.read(file)
    opened = open_records(store)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.shore.lists import enter_boats

    done = enter_boats(file, content, by=OPERATOR, register=register, version=version, whole=whole)
    if whole and done.problems:
        ui.say("No boat was taken from the register: rows were set aside. Mend them and import again.")
    _tell(file, done, opened.name, strict, as_json)


def stations(
    file: Annotated[Path, typer.Argument(help="a CSV of stations")],
    strict: Strict = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Enters stations, or what is new about them; each row names its source, and the datum of its place."""
    from huanqiong.cli.django import open_records

    content = ui.read(file)
    opened = open_records(store)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.shore.lists import enter_stations

    _tell(file, enter_stations(file, content, by=OPERATOR), opened.name, strict, as_json)


def _tell(file: Path, done: Entered, store: str, strict: bool, as_json: bool) -> None:
    """Says what became of the rows, and writes those set aside beside the file."""
    side = file.with_name(f"{file.name}.rejects.jsonl")
    taken = done.rows - len(done.problems)
    if done.problems:
        lines = ({"where": p.where, "cause": p.cause, "remedy": p.remedy} for p in done.problems)
        try:
            side.write_text(
                "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8"
            )
        except OSError as e:
            text = "the rows set aside could not be listed"
            raise InputError(
                f"{text}: {e.strerror}", where=str(side), remedy="Make room or rights."
            ) from None
        for p in done.problems[:3]:
            ui.say(f"{p.where}: {p.cause}. {p.remedy}")
    else:
        side.unlink(missing_ok=True)
    ui.set_aside(len(done.problems), str(side))
    if as_json:
        ui.emit_json(
            store=store, rows=done.rows, new=done.new, changed=done.changed, same=done.same, gone=done.gone,
            set_aside=len(done.problems), sha256=done.digest,
        )  # fmt: skip
    else:
        gone = f", {done.gone:,} left the register" if done.gone else ""
        ui.answer(f"{done.new:,} new, {done.changed:,} changed, {done.same:,} as they were{gone}")
    if not taken or (strict and done.problems):
        raise typer.Exit(1)


def check(
    at: Annotated[str, typer.Option("--at", help="as of this time, ISO 8601; default the store's")] = "",
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Checks the log of sailings against the clock and the tracks; `hq up` does so every five minutes.

    Raises alerts of boats that are overdue, or at sea although their return was logged; withdraws those that
    are no longer so.
    """
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from datetime import UTC, datetime

    from huanqiong.core.time import parse_time
    from huanqiong.flows.shore.watch import check as checked
    from huanqiong.lake.positions import Lake

    now = datetime.now(UTC)
    if opened.kind != "live" and (span := Lake(opened.lake).span()) is not None:
        now = span[1]
    done = checked(opened, parse_time(at) if at else now)
    if as_json:
        ui.emit_json(
            store=opened.name,
            out=done.out,
            holding=done.holding,
            alerts=done.alerts,
            withdrawn=done.withdrawn,
        )
        return
    ui.answer(
        f"{done.out:,} boats out; {done.holding:,} findings hold, {done.alerts:,} new alerts, "
        f"{done.withdrawn:,} withdrawn"
    )
