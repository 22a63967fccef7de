"""`hq sea decode`: raw sentences to positions, static data and other reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui

if TYPE_CHECKING:
    from datetime import datetime

    from huanqiong.cli.sea.outputs import Outputs
    from huanqiong.lines.sea.message import Format

Sums = dict[str, int]


def decode(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files of sentences, plain or packed (.gz .zst .zip).", metavar="FILE..."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", "--out", help="The positions, as Parquet.")],
    static: Annotated[
        Path | None, typer.Option("--static", help="Static data (types 5, 19, 24), as Parquet.")
    ] = None,
    other: Annotated[
        Path | None,
        typer.Option("--other", help="Base stations, aids, safety text and altitudes, as Parquet."),
    ] = None,
    t0: Annotated[
        str | None, typer.Option("--t0", help="Base time (UTC) of files that carry none, or only seconds.")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="nmea0183 or n2k; else found by the first lines.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Sentences set aside make the exit status 1.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a file on stdout.")] = False,
) -> None:
    """AIVDM sentences (or NMEA 2000 logs) to positions, duplicates kept, in file order.

    Broken sentences are listed in OUT.rejects.jsonl with byte, line and cause. Exit status: 0 when OUT was
    written, 1 when no file held a sound message (or, with --strict, when anything was set aside).
    """
    from huanqiong.cli.sea.outputs import Outputs
    from huanqiong.core.errors import InputError, UsageError
    from huanqiong.lines.sea.message import FORMATS

    if format is not None and format not in FORMATS:
        raise UsageError(f"--format {format!r} is not known. Use one of {', '.join(FORMATS)}.")
    _refuse_overwriting(files, [p for p in (output, static, other) if p is not None])
    start = _moment(t0)
    totals: Sums = {}
    failed = 0
    with Outputs(output, static, other) as outputs, ui.progress() as progress:
        for file in files:
            try:
                sums = _one(file, format, start, outputs, progress)
            except InputError as error:
                failed += 1
                ui.say(f"hq: {error}")
                if json:
                    ui.emit_json(file=str(file), error=str(error))
                continue
            _tell(file, sums, output, json)
            for name, n in sums.items():
                totals[name] = totals.get(name, 0) + n
        usable = totals.get("messages", 0) > 0
        if usable:
            outputs.keep()
    ui.set_aside(totals.get("rejected", 0), str(outputs.rejects_path) if outputs.rejects else None)
    if not usable:
        if failed < len(files):
            ui.say(
                f"hq: no sound AIS message in {', '.join(map(str, files))}. Nothing was written to {output}."
            )
        raise typer.Exit(1)
    if not json:
        ui.answer(f"{totals.get('positions', 0):,} positions -> {output}")
    if strict and (totals.get("rejected", 0) or failed):
        raise typer.Exit(1)


def _one(
    file: Path, format: str | None, t0: datetime | None, outputs: Outputs, progress: ui.Progress
) -> Sums:
    """Decode one file into the outputs; its counts."""
    from itertools import chain

    from huanqiong.core.errors import InputError
    from huanqiong.feed.files.batch import Batch, Reject, add_counts
    from huanqiong.feed.files.raw import open_raw, sha256_of
    from huanqiong.feed.files.read import kind_of
    from huanqiong.lines.sea.message import Decoder

    def named(stage: str, done: int, total: int) -> None:
        progress(f"{stage} {file.name[:24]}", done, total)

    raw = open_raw(file)
    head = raw.head()
    if not head.strip():
        what = raw.damage or "the file holds only blank space"
        raise InputError(what, where=str(file), remedy="Fetch or record it again")
    form: Format = "n2k" if format == "n2k" or (format is None and kind_of(head) == "n2k") else "nmea0183"
    sums: Sums = {}
    decoder = Decoder(raw_sha256=sha256_of(file, named), t0=t0, format=form)
    for chunk in chain(raw.chunks(progress=named), [None]):
        found = decoder.finish() if chunk is None else decoder.feed(chunk)
        rejects = [Reject(r.where, r.cause, r.text) for r in found.rejects]
        outputs.add(file, Batch(found.positions, found.static, found.other, rejects))
        tables = {"positions": found.positions, "static": found.static, "other": found.other}
        add_counts(sums, found.counts)
        add_counts(sums, {name: table.num_rows for name, table in tables.items()})
    if raw.damage:
        outputs.add(file, Batch(rejects=[Reject("end of file", raw.damage, "")]))
        add_counts(sums, {"rejected": 1, "truncated_file": 1})
        ui.say(f"{file}: {raw.damage}; what came before is kept")
    return sums


def _tell(file: Path, sums: Sums, output: Path, json: bool) -> None:
    """What was in a file, by count."""
    if json:
        ui.emit_json(file=str(file), counts=sums, out=str(output))
        return
    kinds = [f"{name.replace('_', ' ')} {n:,}" for name, n in sums.items() if n]
    ui.say(f"{file}: " + (", ".join(kinds) or "nothing"))


def _refuse_overwriting(files: list[Path], outputs: list[Path]) -> None:
    """An output may be neither an input nor another output."""
    from huanqiong.core.errors import UsageError

    seen = {file.resolve() for file in files}
    for path in outputs:
        if path.resolve() in seen:
            raise UsageError(f"{path} is named twice. Give each output a file of its own.")
        seen.add(path.resolve())


def _moment(text: str | None) -> datetime | None:
    """The time given; without a zone it is UTC."""
    from datetime import UTC, datetime

    from huanqiong.core.errors import UsageError

    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--t0 {text!r} is no time. Write 2024-05-01T06:00:00Z.") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
