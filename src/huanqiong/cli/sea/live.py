"""`hq sea live`: a real public feed, where there is a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from huanqiong.feed.net.digitraffic import Polled
    from huanqiong.feed.net.sender import Sender


def live(
    feed: Annotated[str, typer.Argument(help="digitraffic (Finnish waters).")],
    to: Annotated[
        str | None, typer.Option("--to", help="Send it on as AIVDM: udp://HOST:PORT or tcp://HOST:PORT.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Keep every answer in this directory, for `hq sea load`."),
    ] = None,
    every: Annotated[float, typer.Option("--every", help="Seconds between questions.")] = 30.0,
    minutes: Annotated[float, typer.Option("--since", help="Begin so many minutes ago.")] = 10.0,
    base: Annotated[str | None, typer.Option("--base", help="Another address of the same service.")] = None,
    user: Annotated[
        str | None, typer.Option("--user", help="How the service shall know you (Digitraffic-User).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Each position as a JSON object on stdout.")
    ] = False,
) -> None:
    """Follows a public feed until Ctrl-C: into a running system, into files, or onto stdout."""
    import os
    from datetime import timedelta

    from huanqiong.cli.sea.interrupt import stop_on_interrupt
    from huanqiong.core.errors import UsageError
    from huanqiong.feed.net.address import parse_address
    from huanqiong.feed.net.digitraffic import BASE_URL, NOTE, DigitrafficFeed
    from huanqiong.feed.net.listen import utc_now
    from huanqiong.feed.net.sender import sender
    from huanqiong.feed.net.web import AGENT

    if feed != "digitraffic":
        raise UsageError(f"No public feed is known under {feed!r}. Known: digitraffic.")
    if every < 2:
        raise UsageError(
            f"--every {every}: the service takes 60 questions a minute; ask every 2 s or less often."
        )
    ui.say(NOTE)
    if not (to or out or as_json):
        ui.say("only counted: --to sends it into a running system, -o keeps it, --json prints it")
    url = base or os.environ.get("HUANQIONG_DIGITRAFFIC_URL") or BASE_URL
    source = DigitrafficFeed(url, user=user or AGENT, every_s=every)
    if out:
        out.mkdir(parents=True, exist_ok=True)
    with stop_on_interrupt() as stop:
        line = sender(parse_address(to), stop) if to else None
        try:
            sink = _sink(out, line, as_json, stop)
            source.run(sink, stop, utc_now() - timedelta(minutes=minutes))
        finally:
            if line:
                line.close()
    health = source.health()
    ui.say(f"{health.sentences:,} rows in {health.bytes:,} bytes; {health.broken:,} set aside")


def _sink(
    out: Path | None, line: Sender | None, as_json: bool, stop: threading.Event
) -> Callable[[Polled], None]:
    """Where answers go."""
    from huanqiong.feed.net.forward import forward

    def take(polled: Polled) -> None:
        if out:
            file = out / f"digitraffic-{polled.what}-{polled.arrived:%Y%m%dT%H%M%S%f}Z.json"
            new = file.with_suffix(".new")
            new.write_bytes(polled.raw)
            new.replace(file)
        if line:
            forward(polled.batch.positions, polled.batch.static, line.send, stop)
        if as_json:
            for row in polled.batch.positions.to_pylist():
                ui.emit_json(**{k: v for k, v in row.items() if v is not None})
        positions, static = polled.batch.positions.num_rows, polled.batch.static.num_rows
        ui.say(f"{polled.arrived:%H:%M:%S} {positions:,} positions, {static:,} static")

    return take
