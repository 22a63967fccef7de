"""`hq sea replay`: plays a recorded file as a live feed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui

if TYPE_CHECKING:
    from huanqiong.feed.net.replay import Replayed


def replay(
    file: Annotated[
        Path, typer.Argument(help="NMEA or N2K sentences (plain or packed), or positions in Parquet.")
    ],
    to: Annotated[str, typer.Option("--to", help="udp://HOST:PORT or tcp://HOST:PORT.")],
    speed: Annotated[
        float,
        typer.Option("--speed", help="File seconds a second; 60 plays an hour in a minute, 0 never waits."),
    ] = 60.0,
    rebase: Annotated[
        str | None,
        typer.Option("--rebase", help="'now' moves the file's times so that a live store takes them."),
    ] = None,
    static: Annotated[
        Path | None,
        typer.Option("--static", help="Static data in Parquet, sent before the positions of a table."),
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", help="Sentences a second where the file carries no time.")
    ] = 50.0,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON object.")] = False,
) -> None:
    """Plays a file as a live feed over UDP or TCP, paced by the file's own times."""
    from dataclasses import asdict

    from huanqiong.cli.sea.interrupt import stop_on_interrupt
    from huanqiong.core.errors import UsageError
    from huanqiong.feed.net.replay import replay as play

    if rebase not in (None, "now"):
        raise UsageError(f"--rebase {rebase}: only 'now' is known.")
    if rate <= 0:
        raise UsageError(f"--rate {rate}: give more than 0 sentences a second.")
    with stop_on_interrupt() as stop, ui.progress() as progress:
        done = play(
            file,
            to,
            speed=speed,
            rebase="now" if rebase else None,
            static=static,
            untimed_per_s=rate,
            stop=stop,
            progress=progress,
        )
    if as_json:
        ui.emit_json(file=str(file), to=to, **asdict(done))
    _account(done)


def _account(done: Replayed) -> None:
    """What was sent and what was not, for the person."""
    ui.say(
        f"{'Sent' if done.complete else 'Stopped after'} {done.lines:,} lines ({done.bytes:,} bytes) "
        f"in {done.elapsed_s:.1f} s"
    )
    if done.first_t and done.last_t:
        ui.say(f"times {done.first_t:%Y-%m-%d %H:%M:%S} to {done.last_t:%Y-%m-%d %H:%M:%S} UTC")
    if done.shift_s:
        ui.say(f"moved by {done.shift_s:,} s, whole minutes, so that none is later than its sending")
    for count, what in (
        (done.not_ais, "rows were not sent: no MMSI or no time"),
        (done.too_long, "lines were not sent: too long"),
        (done.unheard, "datagrams were refused: nobody listens there"),
        (done.reconnections, "times the line broke and was opened again"),
        (done.jumps, "steps of more than a day in the file's times were not waited for"),
    ):
        if count:
            ui.say(f"{count:,} {what}")
    if done.damage:
        ui.say(f"the file is damaged: {done.damage}")
