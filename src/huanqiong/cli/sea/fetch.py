"""`hq sea fetch`: a real public day of AIS, where there is a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui


def fetch(
    source: Annotated[str, typer.Argument(help="noaa (United States) or dma (Denmark).")],
    day: Annotated[str, typer.Argument(help="The day, as YYYY-MM-DD (UTC).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the file.")] = Path(),
    base: Annotated[str | None, typer.Option("--base", help="Another address, e.g. of a mirror.")] = None,
    unpack: Annotated[bool, typer.Option("--unpack", help="Also write the text in it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Its origin, as JSON.")] = False,
) -> None:
    """Brings a public day file here, resumed where it broke off, checked, its origin beside it."""
    import os
    from dataclasses import asdict
    from datetime import date

    from huanqiong.cli.sea.interrupt import stop_on_interrupt
    from huanqiong.core.errors import UsageError
    from huanqiong.feed.net import fetch as net
    from huanqiong.feed.net.sources import source_named

    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"Day {day!r} is no date. Use YYYY-MM-DD.") from None
    base = base or os.environ.get(source_named(source).variable) or None
    with stop_on_interrupt() as stop, ui.progress() as progress:
        got = net.fetch(source, when, out, base=base, stop=stop, progress=progress)
        texts = net.unpack(Path(got.path), progress=progress) if unpack else []
    if as_json:
        ui.emit_json(**asdict(got), unpacked=[str(t) for t in texts])
    else:
        for path in [got.path, *texts]:
            ui.answer(str(path))
    ui.say(f"{'fetched' if got.new else 'here already'}: {got.bytes:,} bytes, SHA-256 {got.sha256}")
    ui.say(f"{got.attribution}. Licence: {got.licence}")
    ui.say(f"Next: hq sea load {got.path} -o positions.parquet")
