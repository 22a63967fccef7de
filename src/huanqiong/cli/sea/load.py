"""`hq sea load`: files of positions, of any supplier, to one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui

if TYPE_CHECKING:
    from datetime import datetime

    from huanqiong.cli.sea.outputs import Outputs

Sums = dict[str, int]


def load(
    files: Annotated[
        list[Path], typer.Argument(help="Files, plain or packed (.gz .zst .zip).", metavar="FILE...")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The positions, as Parquet.")],
    static: Annotated[Path | None, typer.Option("--static", help="Static data, as Parquet.")] = None,
    other: Annotated[
        Path | None, typer.Option("--other", help="Base stations and the like, as Parquet.")
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", help="A layout's name or TOML file; else found by the columns."),
    ] = None,
    t0: Annotated[
        str | None, typer.Option("--t0", help="The day (UTC) of files whose times carry no date.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Rows set aside make the exit status 1.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file on stdout.")] = False,
) -> None:
    """MarineCadastre, Danish, Digitraffic, BeiDou and other tables, and raw sentences, to positions.

    Rows that cannot be used are listed in OUT.rejects.jsonl with row, column and cause. Exit status: 0 when
    OUT was written, 1 when no file could be used (or, with --strict, when anything was set aside).
    """
    from huanqiong.cli.sea.outputs import Outputs
    from huanqiong.core.errors import InputError

    start = _day(t0)
    totals: Sums = {"rejected": 0, "positions": 0, "static": 0, "other": 0}
    errors: list[InputError] = []
    with Outputs(out, static, other) as outputs, ui.progress() as progress:
        for file in files:
            try:
                sums = _one(file, layout, start, outputs, progress, as_json)
            except InputError as error:
                errors.append(error)
                ui.say(f"hq: {error}")
                if as_json:
                    ui.emit_json(file=str(file), error=str(error))
                continue
            for name in totals:
                totals[name] += sums.get(name, 0)
        usable = totals["positions"] + totals["static"] + totals["other"] > 0
        if usable:
            outputs.keep()
    ui.set_aside(totals["rejected"], str(outputs.rejects_path) if outputs.rejects else None)
    if not usable:
        if not errors:
            ui.say(f"hq: no position in {', '.join(map(str, files))}. Nothing was written to {out}.")
        raise typer.Exit(1)
    if not as_json:
        ui.answer(f"{totals['positions']:,} positions -> {out}")
    if strict and (totals["rejected"] or errors):
        raise typer.Exit(1)


def _one(
    file: Path,
    layout: str | None,
    t0: datetime | None,
    outputs: Outputs,
    progress: ui.Progress,
    as_json: bool,
) -> Sums:
    from huanqiong.feed.files import read

    sums: Sums = {}
    notes: tuple[str, ...] = ()
    used = ""

    def named(stage: str, done: int, total: int) -> None:
        progress(f"{stage} {file.name[:24]}", done, total)

    for batch in read(file, layout=layout, t0=t0, progress=named):
        outputs.add(file, batch)
        for name, n in batch.counts.items():
            sums[name] = sums.get(name, 0) + n
        for name, table in (("positions", batch.positions), ("static", batch.static), ("other", batch.other)):
            sums[name] = sums.get(name, 0) + table.num_rows
        notes, used = tuple(dict.fromkeys((*notes, *batch.notes))), batch.layout
    if as_json:
        ui.emit_json(file=str(file), layout=used, counts=sums, notes=notes, out=str(outputs.positions_path))
    else:
        causes = {k: n for k, n in sums.items() if n and k not in ("positions", "static", "other")}
        ui.say(f"{file}: {used}; " + ", ".join(f"{k} {n:,}" for k, n in causes.items()))
        for note in notes:
            ui.say(f"  note: {note}")
    return sums


def _day(text: str | None) -> datetime | None:
    from datetime import UTC, datetime

    from huanqiong.core.errors import UsageError

    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--t0 {text!r} is no time. Write 2024-05-01 or 2024-05-01T06:00:00Z.") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
